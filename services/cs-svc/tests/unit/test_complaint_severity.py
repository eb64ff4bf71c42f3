"""The severity of complaints by the table, and what is due by it."""

from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.working_time import Calendar
from cs_svc.domain.complaint_severity import (
    OF_CATEGORY,
    SAFETY_WORDS,
    SHARES,
    Facts,
    assess,
    due_after,
    names_danger,
)
from cs_svc.domain.complaints import ComplaintCategory, ComplaintSeverity
from cs_svc.domain.sla.calendars import ALWAYS
from hypothesis import given
from hypothesis import strategies as st

HIGH_FROM = 500_000
LEVELS = list(ComplaintSeverity)
FACTS = st.builds(
    Facts,
    category=st.sampled_from(ComplaintCategory),
    text=st.sampled_from(["退货被拒", "The kettle caught fire", "插座漏电", ""]),
    amount_minor=st.none() | st.integers(0, 2 * HIGH_FROM),
    earlier=st.integers(0, 5),
)


def of(**facts: object) -> tuple[ComplaintSeverity, list[str]]:
    usual = {"category": ComplaintCategory.QUALITY, "text": "杯子有划痕", "amount_minor": 9900, "earlier": 0}
    severity, reasons = assess(Facts(**{**usual, **facts}), high_amount_minor=HIGH_FROM)  # type: ignore[arg-type]
    return severity, [each["reason"] for each in reasons]


@pytest.mark.parametrize(
    ("facts", "severity", "reasons"),
    [
        ({}, "normal", ["category"]),
        ({"category": ComplaintCategory.SERVICE_ATTITUDE}, "low", ["category"]),
        ({"amount_minor": HIGH_FROM}, "high", ["category", "amount"]),
        ({"amount_minor": None}, "normal", ["category"]),
        ({"category": ComplaintCategory.COUNTERFEIT, "amount_minor": HIGH_FROM}, "high", ["category"]),
        ({"earlier": 1}, "normal", ["category"]),
        ({"earlier": 2}, "high", ["category", "repeated"]),
        ({"amount_minor": HIGH_FROM, "earlier": 2}, "critical", ["category", "amount", "repeated"]),
        ({"text": "充电时冒煙，差點起火"}, "critical", ["category", "safety"]),
        ({"text": "It gave my son an ELECTRIC  shock"}, "critical", ["category", "safety"]),
    ],
)
def test_the_table(facts: dict[str, object], severity: str, reasons: list[str]) -> None:
    assert of(**facts) == (severity, reasons)


@pytest.mark.parametrize(
    "text", ["烫衣板太小", "退款让人上火", "Hot drinks get cold fast", "the fireproof label is missing"]
)
def test_everyday_words_are_no_danger(text: str) -> None:
    assert not names_danger(text)


def test_every_category_has_a_severity_and_every_severity_a_share() -> None:
    assert OF_CATEGORY.keys() == set(ComplaintCategory)
    assert list(SHARES) == LEVELS
    assert all(names_danger(f"… {word} …") for word in SAFETY_WORDS)


@given(FACTS)
def test_reasons_only_raise_and_the_last_one_has_the_severity(facts: Facts) -> None:
    severity, reasons = assess(facts, high_amount_minor=HIGH_FROM)
    levels = [LEVELS.index(ComplaintSeverity(each["severity"])) for each in reasons]
    assert levels == sorted(levels)
    assert LEVELS[levels[-1]] is severity


def test_time_is_counted_in_working_hours() -> None:
    office = Calendar(id="office", version=1, time_zone="Asia/Shanghai", opens=9 * 60, closes=17 * 60)
    friday = datetime(2026, 3, 6, 8, tzinfo=UTC)  # 16:00 in Shanghai, one working hour before the weekend
    assert due_after(office, friday, 48, ComplaintSeverity.CRITICAL) == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert due_after(ALWAYS, friday, 48, ComplaintSeverity.NORMAL) == friday + timedelta(hours=48)
