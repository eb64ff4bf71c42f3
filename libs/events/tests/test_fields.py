"""The types of fields and their limits."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from aftercare_events import digest, fields
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

LENGTHS = {
    "Id": (fields.Id, 200),
    "OrderId": (fields.OrderId, 200),
    "RefundId": (fields.RefundId, 200),
    "Code": (fields.Code, 200),
    "Hash": (fields.Hash, 200),
    "PrincipalId": (fields.PrincipalId, 255),
    "BuyerId": (fields.BuyerId, 255),
    "MerchantId": (fields.MerchantId, 255),
    "WaybillNo": (fields.WaybillNo, 200),
    "Carrier": (fields.Carrier, 200),
}


def read(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(("kind", "longest"), LENGTHS.values(), ids=LENGTHS)
def test_texts_have_at_least_one_character_and_a_bound(kind: Any, longest: int) -> None:
    assert len(read(kind, "商" * longest)) == longest
    for wrong in ("", "商" * (longest + 1), 7, None):
        with pytest.raises(ValidationError):
            read(kind, wrong)


@pytest.mark.parametrize("kind", [fields.Minor, fields.Quantity], ids=["Minor", "Quantity"])
def test_amounts_and_quantities_are_whole_and_not_negative(kind: Any) -> None:
    assert read(kind, 0) == 0
    assert read(kind, 2**53) == 2**53
    for wrong in (-1, 1.0, 0.5, "1", True, None):
        with pytest.raises(ValidationError):
            read(kind, wrong)


@pytest.mark.parametrize("code", ["CNY", "USD", "KWD"])
def test_a_currency_is_three_capitals(code: str) -> None:
    assert read(fields.Currency, code) == code


@pytest.mark.parametrize("text", ["cny", "CN", "CNYX", "C1Y", "", " CNY", "CNY\n", "元元元"])
def test_anything_else_is_no_currency(text: str) -> None:
    with pytest.raises(ValidationError):
        read(fields.Currency, text)


@given(st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_time_is_read_into_utc(naive: datetime, minutes: int) -> None:
    there = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    found = read(fields.Time, there)
    assert found == there
    assert found.tzinfo is UTC


def test_a_time_needs_an_offset_and_a_place_in_the_calendar() -> None:
    east = timezone(timedelta(hours=8))
    for wrong in (datetime(2026, 3, 4), datetime(1, 1, 1, tzinfo=east), "yesterday"):  # noqa: DTZ001
        with pytest.raises(ValidationError):
            read(fields.Time, wrong)


def test_a_deadline_may_be_absent() -> None:
    assert read(fields.DeadlineAt, None) is None
    assert read(fields.DeadlineAt, "2026-03-04T08:00:00+08:00") == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (fields.WaybillNo, " ｓｆ 12 ", "SF12"),
        (fields.WaybillNo, "not / a number", "not / a number"),
        (fields.Carrier, "SF", "sf"),
        (fields.Carrier, "顺丰", "顺丰"),
    ],
)
def test_waybills_and_carriers_are_read_in_canonical_form(kind: Any, written: str, kept: str) -> None:
    assert read(kind, written) == kept


def test_a_version_published_beside_an_older_one_names_its_type() -> None:
    assert read(fields.Retells, None) is None
    assert read(fields.Retells, "OrderPaid.v1") == "OrderPaid.v1"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_digest_is_the_sha256_of_the_text_and_fits_its_field(text: str) -> None:
    found = digest(text)
    assert found == f"sha256:{sha256(text.encode('utf-8')).hexdigest()}"
    assert read(fields.Hash, found) == found


def test_a_digest_is_the_same_for_ever() -> None:
    assert digest("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest("退款太慢") == "sha256:33ff67ce5547cf3532d7bcd8573856edcb2fb612dd56057a01820949b0b358d9"
