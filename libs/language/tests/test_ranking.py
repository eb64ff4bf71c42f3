"""The terms that candidates are looked up by, and the order of articles."""

from collections import Counter
from math import isfinite

import pytest
from aftercare_language.ranking import (
    RAREST,
    TITLE_WEIGHT,
    Corpus,
    bm25,
    document_terms,
    inverse_document_frequency,
    rarest,
    top,
)
from hypothesis import given
from hypothesis import strategies as st

CORPUS = Corpus(documents=1000, length=300_000)


def test_a_term_of_the_title_counts_more() -> None:
    assert document_terms("运费", Counter({"运费": 1}))["运费"] == 1 + TITLE_WEIGHT


def test_the_rarest_pairs_come_first_and_are_bounded() -> None:
    frequencies = {f"词{i}": 100 - i for i in range(20)} | {"退": 1}
    assert rarest(frequencies) == [f"词{i}" for i in range(19, 19 - RAREST, -1)]


def test_single_characters_are_used_where_there_is_nothing_else() -> None:
    assert rarest({"退": 5, "货": 3}) == ["货", "退"]
    assert rarest({"退货": 0, "退": 5}) == ["退"]
    assert rarest({}) == []


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_inverse_document_frequency_is_never_negative_and_falls_with_use(documents: int, more: int) -> None:
    corpus = Corpus(documents=10_000, length=1)
    frequent = inverse_document_frequency(documents + more, corpus)
    assert inverse_document_frequency(documents, corpus) >= frequent >= 0


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1000), max_size=6), st.integers(0, 10_000))
def test_scores_are_finite_and_grow_with_the_count_of_a_term(counts: dict[str, int], length: int) -> None:
    weights = dict.fromkeys("abc", 2.0)
    score = bm25(counts, length, weights, CORPUS)
    assert isfinite(score)
    assert score >= 0
    assert bm25({**counts, "a": counts.get("a", 0) + 1}, length, weights, CORPUS) > score


def test_an_empty_corpus_has_finite_scores() -> None:
    assert isfinite(bm25({"a": 1}, 0, {"a": 1.0}, Corpus(documents=0, length=0)))


def test_a_shorter_text_with_the_same_counts_scores_higher() -> None:
    weights = {"退货": 3.0}
    assert bm25({"退货": 2}, 100, weights, CORPUS) > bm25({"退货": 2}, 900, weights, CORPUS)


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_equal_scores_are_ordered_by_id(limit: int) -> None:
    assert list(top({"b": 1.0, "a": 1.0, "c": 2.0}, limit)) == [("c", 2.0), ("a", 1.0), ("b", 1.0)][:limit]
