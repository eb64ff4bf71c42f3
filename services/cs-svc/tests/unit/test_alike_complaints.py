"""Which complaints are taken for the same one, measured on invented pairs that were written before the threshold was chosen."""

import tomllib
from pathlib import Path

import pytest
from cs_svc.domain.complaint_submissions import ALIKE, likeness
from hypothesis import given
from hypothesis import strategies as st

PAIRS = tomllib.loads((Path(__file__).parent / "alike_complaints.toml").read_text())


def found(kind: str) -> float:
    """The part of these pairs that is taken for one complaint."""
    pairs = PAIRS[kind]
    return sum(likeness(one, other) >= ALIKE for one, other in pairs) / len(pairs)


def test_most_repeated_complaints_are_found() -> None:
    assert found("alike") >= 0.92


def test_few_complaints_about_two_matters_are_confused() -> None:
    assert found("unlike") <= 0.04


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("商家發錯貨還不承認", "商家发错货，还不承认！"),
        ("Refund MISSING since early May", "refund missing since early may!"),
    ],
)
def test_script_case_and_punctuation_make_little_difference(one: str, other: str) -> None:
    assert likeness(one, other) > 0.9


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_of_a_text_with_itself_complete(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1
    assert likeness(one, one) == 1
