"""Sentences for people: numbers with their nouns, lists that may be empty, facts that are missing."""

from datetime import UTC, datetime
from enum import StrEnum

import pytest
from aftercare_chassis.http.errors import ValidationFailed
from aftercare_chassis.http.responses import PossibleProblem
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_chassis.sentences import DEFAULT_ZONE, fill, in_zone, name_codes


@pytest.mark.parametrize(("left", "text"), [(0, "0 units left"), (1, "1 unit left"), (2, "2 units left")])
def test_a_number_takes_the_noun_in_its_form(left: int, text: str) -> None:
    assert fill("{left:unit|units} left", {"left": left}, "en") == text


@pytest.mark.parametrize(
    ("names", "language", "text"),
    [
        (["a", "b"], "en", "known: a, b"),
        (["a", "b"], "zh-CN", "known: a、b"),
        ([], "en", "known: none"),
    ],
)
def test_a_list_may_be_empty(names: list[str], language: str, text: str) -> None:
    assert fill("known: {names:or none}", {"names": names}, language) == text


@pytest.mark.parametrize(
    ("until", "text"), [(None, "until further notice"), ("", "until further notice"), ("May", "until May")]
)
def test_a_fact_may_be_empty(until: str | None, text: str) -> None:
    assert fill("until {until:or further notice}", {"until": until}, "en") == text


def test_a_list_without_a_word_for_emptiness_is_a_dash() -> None:
    assert fill("known: {names}", {"names": []}, "en") == "known: -"


@pytest.mark.parametrize("template", ["{left}", "{left:money}", "{left:unit|units}", "{left:or none}"])
def test_a_missing_fact_is_an_ellipsis(template: str) -> None:
    assert fill(template, {}, "en") == "…"


def test_a_validation_problem_counts_in_good_english() -> None:
    assert ValidationFailed(count=1).detail("en") == "1 part of the request is invalid; see `errors`."
    assert ValidationFailed(count=2).detail("en") == "2 parts of the request are invalid; see `errors`."


def test_a_state_without_any_action_has_a_sentence_of_its_own() -> None:
    refusal = IllegalTransition(state="closed", action="approve", allowed=[])
    assert refusal.detail("en") == "Not possible in this state (closed): approve. Possible now: no action."
    assert refusal.detail("zh-CN") == "当前状态（closed）下不能执行：approve；可执行：无。"


def test_documents_show_placeholders_without_their_formats() -> None:
    assert PossibleProblem.of(ValidationFailed).text == "{count} parts of the request are invalid; see `errors`."


class Colour(StrEnum):
    DARK_RED = "dark_red"
    DARK_BLUE = "dark_blue"


def test_a_code_is_written_by_its_name() -> None:
    assert fill("{colour}", {"colour": Colour.DARK_RED}, "en") == "dark_red"
    name_codes(Colour, {Colour.DARK_RED: ("深红", "dark red")})
    facts = {"colours": [Colour.DARK_RED, Colour.DARK_BLUE], "colour": Colour.DARK_RED}
    assert fill("{colour}: {colours}", facts, "zh-CN") == "深红: 深红、dark_blue"
    assert fill("{colour}: {colours}", facts, "en") == "dark red: dark red, dark_blue"


def test_times_are_written_by_the_clocks_of_one_zone() -> None:
    at = datetime(2026, 3, 2, 9, 30, 59, tzinfo=UTC)
    assert fill("{at}", {"at": at}, "zh-CN") == fill("{at}", {"at": at}, "en") == "2026-03-02 17:30:59 Asia/Shanghai"
    assert in_zone(at, DEFAULT_ZONE) == "2026-03-02 17:30 Asia/Shanghai"
