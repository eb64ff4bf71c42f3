"""Differences of texts word by word."""

import itertools
from time import perf_counter

from aftercare_language.differences import Difference, DifferenceKind, Likeness, differences, words
from hypothesis import given
from hypothesis import strategies as st

SAME, REMOVED, ADDED = DifferenceKind
TEXTS = st.text(alphabet="ab c。退货运费\n,", max_size=60)


def test_a_replaced_word_is_removed_and_added() -> None:
    assert differences("Within seven days.", "Within fifteen days.") == [
        Difference(SAME, "Within "),
        Difference(REMOVED, "seven"),
        Difference(ADDED, "fifteen"),
        Difference(SAME, " days."),
    ]


def test_chinese_differs_by_characters() -> None:
    assert differences("签收后七天内", "签收后十五天内") == [
        Difference(SAME, "签收后"),
        Difference(REMOVED, "七"),
        Difference(ADDED, "十五"),
        Difference(SAME, "天内"),
    ]


@given(TEXTS, TEXTS)
def test_the_parts_are_both_texts(before: str, after: str) -> None:
    found = differences(before, after)
    assert "".join(each.text for each in found if each.kind is not ADDED) == before
    assert "".join(each.text for each in found if each.kind is not REMOVED) == after
    assert all(first.kind is not second.kind for first, second in itertools.pairwise(found))
    assert "".join(words(before)) == before


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert differences(text, text) == ([Difference(SAME, text)] if text else [])
    likeness = Likeness()
    assert likeness.of(likeness.coded(text), likeness.coded(text)) == 1.0


def test_texts_of_the_greatest_length_do_not_take_long() -> None:
    before, after = "的一是在不" * 4_000, "是在的不一" * 4_000
    began = perf_counter()
    differences(before, after)
    assert perf_counter() - began < 10


def test_likeness_is_of_words_in_order() -> None:
    likeness = Likeness()
    first, alike, other = map(
        likeness.coded, ("The buyer pays the freight.", "The SELLER pays the freight.", "Invoices are sent by mail.")
    )
    assert likeness.of(first, alike) > 0.7 > 0.4 > likeness.of(first, other)
