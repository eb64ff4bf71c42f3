"""Whatever is wrong in what merchants set: each error names the field, and what is allowed there, in both languages."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from aftercare_chassis.http.schemas import In
from aftercare_chassis.http.validation_messages import pointer, validation_message
from aftersale_svc.api.schemas.cases.case_rules import CaseRulesIn, DefaultReturnAddressIn, TryRulesIn
from aftersale_svc.api.schemas.cases.merchant_settings import (
    FastExchangeIn,
    FreightInsuranceIn,
    OrderDiscountsIn,
    RequiredEvidenceIn,
    ReturnFeesIn,
    ReturnFreightLimitsIn,
    ServiceTermsIn,
)
from aftersale_svc.api.schemas.deadlines.calendars import MerchantCalendarIn, RulesIn
from aftersale_svc.api.schemas.goods.pickups import PickupScheduleIn
from aftersale_svc.api.schemas.money.deposits import DepositEntryIn
from pydantic import ValidationError

Path = tuple[str | int, ...]
BODIES: tuple[type[In], ...] = (
    *(MerchantCalendarIn, RulesIn, CaseRulesIn, TryRulesIn, DefaultReturnAddressIn, PickupScheduleIn),
    *(ReturnFeesIn, FreightInsuranceIn, ReturnFreightLimitsIn, ServiceTermsIn, RequiredEvidenceIn, FastExchangeIn),
    *(OrderDiscountsIn, DepositEntryIn),
)
MORE: Mapping[type[In], dict[str, Any]] = {
    RulesIn: {
        "rules": [
            {
                "timer": "review_hours",
                "amount": 5,
                "when": {"type": "refund_only", "stage": "pre_ship"},
                "reminders": [2, 1.5],
            },
            {"timer": "review_hours", "amount": 5, "unit": "working_hours", "calendar": "CN"},
            {"timer": "return_hours", "amount": 90, "unit": "working_days"},
        ]
    },
}
"""Where the example of a body does not have all of its fields."""
DAYS = [str(date(2026, 1, 1) + timedelta(days=number)) for number in range(201)]
WRONG = (
    *(None, "", " ", "x", "\x00", "长" * 20_001, "24:00", "00:00", "2026-02-30", "1999-12-31", "2100-01-01"),
    *(
        -1,
        0,
        1,
        91,
        100,
        2161,
        10**9,
        10**30,
        0.5,
        1e308,
        True,
        False,
        [],
        {},
        [None],
        {"x": 1},
        [1, 1],
        DAYS,
        DAYS[:1] * 2,
    ),
)
NUMBER = re.compile(r"[0-9一二两零]|zero|once|later|blank|CN|ISO|one line|Unicode|control|一次|晚于|空白|一行|控制")
NO_LIMIT = {"required", "unknown_field", "wrong_type", "not_a_choice", "wrong_format", "currency_unknown"}
"""Codes that name a type, a form or the choices, in place of a number."""


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The place of each value in a document."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in items:
        yield from places(each, (*path, name))


def changed(body: dict[str, Any], path: Path, value: Any = ..., *, more: str | None = None) -> dict[str, Any]:
    """The body with another value there, or without it, or with one more field beside it."""
    made: Any = deepcopy(body)
    inner = made
    for each in path[:-1]:
        inner = inner[each]
    if more is not None:
        inner[more] = 1
    elif value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made  # type: ignore[no-any-return]


def wrong(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in places(body):
        yield changed(body, path)
        yield from (changed(body, path, value) for value in WRONG)
        if isinstance(path[-1], str):
            yield changed(body, path, more="surprise")


def is_place(body: Any, found: str, *, missing: bool) -> bool:
    """Whether the pointer leads to a value of the body, or to a field that it lacks."""
    value, parts = body, [each.replace("~1", "/").replace("~0", "~") for each in found.split("/")[1:]]
    for number, part in enumerate(parts):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return missing and number == len(parts) - 1 and isinstance(value, dict)
    return bool(parts)


@pytest.mark.parametrize("schema", BODIES, ids=lambda each: each.__name__)
def test_each_error_names_its_field_and_what_is_allowed(schema: type[In]) -> None:
    examples: Any = schema.model_config["json_schema_extra"]
    bodies = [*examples["examples"], *([MORE[schema]] if schema in MORE else [])]
    refused = 0
    for body in bodies:
        schema.model_validate(body)
        for each in wrong(body):
            try:
                schema.model_validate(each)
            except ValidationError as error:
                refused += 1
                for found in error.errors():
                    check({**found, "loc": ("body", *found["loc"])}, each)
    assert refused > 10


def check(error: Mapping[str, Any], body: Any) -> None:
    where = pointer(error["loc"])
    (code, zh), (_, en) = validation_message(error, "zh-CN"), validation_message(error, "en")
    # A default is wrong only beside a value that was sent.
    absent = code in ("required", "hours_invalid")
    assert is_place(body, where, missing=absent), (where, code, en, body)
    assert code != "invalid", (where, error["type"], body)
    assert re.search("[\u4e00-\u9fff]", zh), (zh, error["type"])
    assert not re.search("[\u4e00-\u9fff]", en), (en, error["type"])
    assert code in NO_LIMIT or (NUMBER.search(en) and NUMBER.search(zh)), (code, en, zh)


@pytest.mark.parametrize(
    ("schema", "body", "where", "text"),
    [
        (
            RulesIn,
            {"rules": [{"timer": "x", "amount": 100, "unit": "working_days"}]},
            "/rules/0/amount",
            "Must be at most 90 working days.",
        ),
        (
            RulesIn,
            {"rules": [{"timer": "x", "amount": 1, "when": {"weather": "x"}}]},
            "/rules/0/when/weather",
            "Must be one of",
        ),
        (MerchantCalendarIn, {"opens": "18:00", "closes": "09:00"}, "/closes", "Must be later than `opens`."),
        (MerchantCalendarIn, {"opens": "24:00"}, "/closes", "Must be later than `opens`."),
        (
            MerchantCalendarIn,
            {"windows": [{"weekday": 1, "opens": "12:00", "closes": "12:00"}]},
            "/windows/0/closes",
            "Must be later",
        ),
        (
            PickupScheduleIn,
            {"windows": [{"weekday": 1, "opens": "9", "closes": "12:00", "capacity": 0}]},
            "/windows/0/opens",
            "Must match",
        ),
        (
            FreightInsuranceIn,
            {"limits": [{"amount": 0, "currency": "CNY"}]},
            "/limits/0",
            "The amount must be above zero.",
        ),
    ],
)
def test_a_limit_that_depends_on_two_fields_is_an_error_of_one_of_them(
    schema: type[In], body: dict[str, Any], where: str, text: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        schema.model_validate(body)
    found = [{**each, "loc": ("body", *each["loc"])} for each in refused.value.errors()]
    assert [pointer(each["loc"]) for each in found][:1] == [where]
    assert validation_message(found[0], "en")[1].startswith(text)
