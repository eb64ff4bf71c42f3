"""Fusion: one order of articles by words and by meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kb_svc.domain.fusion import ENOUGH, FOREIGN, SPREAD, Likeness, by_words, fused

SCORES = st.dictionaries(st.sampled_from("abcdef"), st.floats(0.01, 50))
NEAR = st.dictionaries(st.sampled_from("abcdef"), st.builds(Likeness, st.floats(-1, 1), st.booleans()))


def test_articles_in_another_language_count_less() -> None:
    assert by_words({"a": 2.0, "b": 2.0}, frozenset({"b"})) == {"a": 2.0, "b": 2.0 * FOREIGN}


def test_without_vectors_the_order_is_that_of_words() -> None:
    found = fused({"a": 4.0, "b": 2.0}, {})
    assert found == {"a": 1.0, "b": 0.5}


def test_meaning_decides_between_equal_words() -> None:
    found = fused({"a": 3.0, "b": 3.0}, {"a": Likeness(0.80, False), "b": Likeness(0.80 + SPREAD, False)})
    assert found["b"] == pytest.approx(2.0)
    assert found["a"] == pytest.approx(1.0)


def test_an_article_without_a_word_needs_a_high_similarity() -> None:
    assert "b" not in fused({"a": 1.0}, {"b": Likeness(ENOUGH - 0.01, False)})
    assert "b" in fused({"a": 1.0}, {"b": Likeness(ENOUGH, False)})


@given(SCORES, NEAR)
def test_scores_are_positive_and_at_most_two(words: dict[str, float], near: dict[str, Likeness]) -> None:
    assert all(0 < score <= 2 for score in fused(words, near).values())
