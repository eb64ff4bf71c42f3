"""Questions: misspelt words are corrected, and the language is known by script and sounds."""

import pytest
from aftercare_language.questions import corrected, language, question
from aftercare_language.synonyms import Synonyms

KNOWN = {"refund": 9, "refus": 3, "messag": 4, "return": 8, "invoic": 5}
NONE = Synonyms([])


@pytest.mark.parametrize(
    ("asked", "corrections"),
    [
        ("refnd please", {"refnd": "refund"}),
        ("my mesages", {"mesages": "messag"}),
        ("retrun", {"retrun": "return"}),
        ("refund", {}),
        ("xyzzyq", {}),
        ("bil", {}),  # short words have too many neighbours
    ],
)
def test_corrections(asked: str, corrections: dict[str, str]) -> None:
    assert corrected(asked, KNOWN, {"pleas"}.__contains__) == corrections


@pytest.mark.parametrize(
    ("asked", "tag"), [("退货", "zh-CN"), ("tuihuo", "zh-CN"), ("return it", "en"), ("iPhone 退货", "zh-CN")]
)
def test_language(asked: str, tag: str) -> None:
    assert language(question(asked, NONE), {"~tuihuo"}.__contains__) == tag


def test_own_words_weigh_more_than_their_sounds() -> None:
    asked = question("订金", NONE)
    assert asked.own["订金"] > asked.added["~dingjin"]
