"""Request and response bodies: what is accepted, what is refused, how it is written."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any
from unicodedata import category

import pytest
from aftercare_chassis.http.schemas import (
    AllowedOut,
    Code,
    EachOnce,
    Id,
    In,
    Money,
    Name,
    OneLine,
    Out,
    PageOut,
    Text,
    Time,
)
from aftercare_chassis.http.validation_messages import validation_message
from aftercare_chassis.lifecycle import Allowed
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError


class Size(StrEnum):
    BIG = "big"


class InnerIn(In):
    count: int


class ThingIn(In):
    count: int = 1
    maybe: int | None = None
    many: list[int] = Field(default_factory=list)
    ratio: float = 0.0
    flag: bool = False
    size: Size = Size.BIG
    at: Time | None = None
    name: Name = "x"
    text: Text = "x"
    code: Code = "x"
    id: Id = "x"
    free: str = ""
    price: Money = Money.of(0, "CNY")
    inner: InnerIn = InnerIn(count=1)


REFUSED: list[dict[str, Any]] = [
    {"count": "1"},
    {"count": 1.0},
    {"count": True},
    {"count": 2**63},
    {"count": -(2**63) - 1},
    {"count": 10**400},
    {"count": float("nan")},
    {"maybe": "1"},
    {"many": ["1"]},
    {"many": [True]},
    {"inner": {"count": "1"}},
    {"inner": {"count": 1, "more": 1}},
    {"ratio": "1.5"},
    {"ratio": float("inf")},
    {"flag": 1},
    {"flag": "true"},
    {"size": "small"},
    {"size": 1},
    {"at": "2026-05-01T08:00:00"},
    {"at": "2026-05-01"},
    {"at": 1777622400},
    {"at": "1777622400"},
    {"at": "0001-01-01T00:00:00+14:00"},
    {"at": "2026-13-01T08:00:00Z"},
    {"name": ""},
    {"name": "  "},
    {"name": "a\x00b"},
    {"name": "a\nb"},
    {"name": "a" * 201},
    {"name": "\ud800"},
    {"name": "a\x85b"},
    {"name": "a\x9bb"},
    {"name": "a\u2028b"},
    {"name": "a\u2029b"},
    {"name": "\u200b"},
    {"name": "\u3164 \u2800"},
    {"text": " \n "},
    {"text": "\u2060\n\ufeff"},
    {"text": "a\x9bb"},
    {"text": "a\x00b"},
    {"text": "a" * 5_001},
    {"free": "a" * 20_001},
    {"code": "Not A Code"},
    {"id": "a b"},
    {"id": "a" * 101},
    {"price": {"amount": 1.0, "currency": "CNY"}},
    {"price": {"amount": "1", "currency": "CNY"}},
    {"price": {"amount": True, "currency": "CNY"}},
    {"price": {"amount": -1, "currency": "CNY"}},
    {"price": {"amount": 10**13 + 1, "currency": "CNY"}},
    {"price": {"amount": 1, "currency": "XXX"}},
    {"price": {"amount": 1, "currency": "cny"}},
    {"price": {"amount": 1}},
    {"price": {"amount": 1, "currency": "CNY", "more": 1}},
    {"unknown": 1},
]


@pytest.mark.parametrize("bad", REFUSED, ids=repr)
def test_invalid_input_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ThingIn.model_validate(bad)


def test_valid_input_is_accepted() -> None:
    thing = ThingIn.model_validate(
        {
            "count": -(2**63),
            "ratio": 1,
            "size": "big",
            "at": "2026-05-01T08:00:00+08:00",
            "text": "一\n二",
            "flag": True,
        }
    )
    assert thing.at == datetime(2026, 5, 1, tzinfo=UTC)
    assert thing.at.tzinfo is UTC
    assert thing.size is Size.BIG


@pytest.mark.parametrize(
    "text", ["2026-05-01t08:00:00+08:00", "2026-05-01t00:00:00.000000000000z", "2026-04-30T23:59:60Z"]
)
def test_a_time_may_have_every_form_of_rfc_3339(text: str) -> None:
    at = ThingIn.model_validate({"at": text}).at
    assert at == datetime(2026, 5, 1, tzinfo=UTC)
    assert at.tzinfo is UTC


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_keeps_its_instant(naive: datetime, minutes: int) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert TypeAdapter(Time).validate_python(at.isoformat()) == at


@given(st.text())
def test_a_valid_name_is_one_visible_line(text: str) -> None:
    try:
        name = TypeAdapter(Name).validate_python(text)
    except ValidationError:
        return
    assert 0 < len(name) <= 200
    assert not any(category(char) in ("Cc", "Zl", "Zp") for char in name)
    assert any(category(char) not in ("Cf", "Zs") for char in name)


def test_an_invisible_line_becomes_empty() -> None:
    line = TypeAdapter(OneLine)
    assert [line.validate_python(blank) for blank in ("", "  ", "\u200b", " \u3164\u3000")] == [""] * 4
    assert line.validate_python(" 浙江省 ") == "浙江省"
    with pytest.raises(ValidationError):
        line.validate_python("a\u2028b")


def test_a_naive_time_in_a_response_is_an_error() -> None:
    class WhenOut(Out):
        at: Time

    with pytest.raises(ValidationError):
        WhenOut(at=datetime(2026, 5, 1))  # noqa: DTZ001
    assert WhenOut(at=datetime(2026, 5, 1, tzinfo=UTC)).model_dump_json() == '{"at":"2026-05-01T00:00:00Z"}'


def test_pages_and_allowed_actions_are_converted() -> None:
    class Page:
        data, has_more, next_cursor = [1, 2], True, "abc"

    assert PageOut[str].of(Page(), str).model_dump() == {"data": ["1", "2"], "has_more": True, "next_cursor": "abc"}
    shown = AllowedOut.of([Allowed("cancel", True), Allowed("approve", False, "merchant_only")])
    assert [each.model_dump() for each in shown] == [
        {"action": "cancel", "allowed": True},
        {"action": "approve", "allowed": False, "why_not": "merchant_only"},
    ]


@pytest.mark.parametrize(("values", "accepted"), [([], True), (["a", "b"], True), (["a", "b", "a"], False)])
def test_a_list_may_have_each_value_once(values: list[str], accepted: bool) -> None:
    adapter: TypeAdapter[list[str]] = TypeAdapter(Annotated[list[Code], Field(max_length=3), EachOnce()])
    assert adapter.json_schema()["uniqueItems"] is True
    if accepted:
        assert adapter.validate_python(values) == values
        return
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(values)
    [error] = refused.value.errors()
    assert validation_message(error, "zh-CN") == ("value_repeated", "每个值只能出现一次。")


class _Row:
    name, units, secret = "KETTLE-1", 3, "kept"


class _RowOut(Out):
    name: str
    units: int
    waits: bool = False


def test_a_row_gives_the_fields_that_are_not_given_beside_it() -> None:
    shown = _RowOut.of_row(_Row(), units=4, waits=True)
    assert shown.model_dump() == {"name": "KETTLE-1", "units": 4, "waits": True}
    with pytest.raises(AttributeError, match="waits"):
        _RowOut.of_row(_Row())
