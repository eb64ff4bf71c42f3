"""Pinyin: terms of sounds for texts and questions."""

import pytest
from aftercare_language import pinyin
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("tuihuo", ["tui", "huo"]),
        ("fapiao", ["fa", "piao"]),
        ("wuliyou", ["wu", "li", "you"]),
        ("refund", None),
        ("", None),
        ("x", None),
    ],
)
def test_split(word: str, syllables: list[str] | None) -> None:
    assert pinyin.split(word) == syllables


def test_characters_of_the_same_sound_have_one_term() -> None:
    assert pinyin.counts("订金") == pinyin.counts("定金") == {"~dingjin": 1}


def test_a_question_may_mix_letters_and_characters() -> None:
    assert pinyin.query_terms("tui huo") == {"~tuihuo": True}
    assert pinyin.query_terms("保xiu") == {"~baoxiu": True}
    assert pinyin.query_terms("保修") == {"~baoxiu": False}


@given(st.text(st.sampled_from("退货换发票 abz,。"), max_size=30))
def test_the_pairs_of_a_text_have_the_terms_that_are_counted(text: str) -> None:
    assert {term for _, term in pinyin.pairs(text)} == set(pinyin.counts(text))
