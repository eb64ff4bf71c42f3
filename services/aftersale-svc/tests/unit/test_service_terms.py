"""Until when something can be asked for: the after-sale window, and the terms that reasons have of their own."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, Reason, Term
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE, REASONS, is_selectable, suits
from aftersale_svc.domain.cases.terms import check_term, open_reasons, term_of, terms_of
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from aftersale_svc.domain.wording.service_terms import term_text
from hypothesis import given
from hypothesis import strategies as st
from order_book import NOW

LINE, OTHER = "line_1", "line_2"
RECEIPT = Stage.POST_RECEIPT
times = st.datetimes(NOW.replace(tzinfo=None) - timedelta(days=800), NOW.replace(tzinfo=None)).map(
    lambda at: at.replace(tzinfo=NOW.tzinfo)
)


def received(days_ago: int, **more: Any) -> Order:
    at = NOW - timedelta(days=days_ago)
    known: dict[str, Any] = {
        "id": "ord_1",
        "buyer_id": "buyer-1",
        "merchant_id": "m-1",
        "state": OrderState.COMPLETED,
        "currency": "CNY",
        "shipping_fee_minor": 0,
        "payment_id": "pay_1",
        "received_at": at,
        "window_ends_at": at + timedelta(days=7),
    }
    return Order(**known | more)


def setting(**content: Any) -> dict[str, list[Any]]:
    return {"service_terms": ["trm_1", 1, {"warranty_days": 730, **content}]}


def refusal(order: Order, type_: CaseType, reason: Reason, *, asked_in: Term | None = None) -> str | None:
    try:
        check_term(TYPES[type_], RECEIPT, reason, [LINE], terms_of(order, NOW, 365, 168), asked_in=asked_in)
    except Refusal as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("days_ago", "settings", "expected"),
    [
        (7, None, None),
        (364, None, None),
        (365, None, "warranty_passed"),
        (365, setting(), None),
        (730, setting(), "warranty_passed"),
        (8, setting(warranty_days=0), "no_warranty"),
        (8, {"line": 8}, "warranty_passed"),
        (365, {"line": 366}, None),
        (8, {"line": 0}, "no_warranty"),
    ],
)
def test_a_warranty_lasts_as_long_as_it_is_set(days_ago: int, settings: Any, expected: str | None) -> None:
    stated = {"warranties": {LINE: settings["line"], OTHER: 1}} if settings and "line" in settings else {}
    order = received(days_ago, **(stated or {"settings": settings}))
    assert refusal(order, CaseType.REPAIR, Reason.WARRANTY_REPAIR) == expected
    assert refusal(order, CaseType.EXCHANGE, Reason.WARRANTY_REPAIR) == expected


def test_a_warranty_pays_no_money_back_after_the_window() -> None:
    assert refusal(received(8), CaseType.RETURN_REFUND, Reason.WARRANTY_REPAIR) == "window_passed"
    assert [each for each in CaseType if suits(each, Reason.INVOICE_PROBLEM)] == [CaseType.CONSULT]


@pytest.mark.parametrize("reason", [Reason.RECALL, Reason.SAFETY_INCIDENT])
def test_a_recall_has_no_end_until_one_is_set(reason: Reason) -> None:
    assert refusal(received(4000), CaseType.RETURN_REFUND, reason) is None
    ended = setting(**{f"{reason}_ends_at": NOW.isoformat()})
    assert refusal(received(4000, settings=ended), CaseType.RETURN_REFUND, reason) == "reason_closed"
    later = setting(**{f"{reason}_ends_at": (NOW + timedelta(seconds=1)).isoformat()})
    assert refusal(received(4000, settings=later), CaseType.RETURN_REFUND, reason) is None


@pytest.mark.parametrize("reason", [each for each in Reason if suits(CaseType.CONSULT, each)])
def test_questions_are_asked_at_any_time(reason: Reason) -> None:
    assert refusal(received(4000), CaseType.CONSULT, reason) is None


def test_an_order_that_was_received_under_an_earlier_build_has_the_end_of_its_window_alone() -> None:
    order = received(365, received_at=None)
    assert refusal(order, CaseType.REPAIR, Reason.WARRANTY_REPAIR) is None


@pytest.mark.parametrize(("hours", "expected"), [(167, None), (168, "window_passed")])
def test_a_completed_case_leaves_time_for_another(hours: int, expected: str | None) -> None:
    """Its inspection has refused units, or its replacement is faulty, and the window is over meanwhile."""
    ended: datetime = NOW - timedelta(hours=hours)
    order = received(60, completed_lines={LINE: ended.isoformat()})
    assert refusal(order, CaseType.RETURN_REFUND, Reason.QUALITY_DEFECT) == expected
    assert {refusal(order, CaseType.RETURN_REFUND, each) for each in BUYER_LIABLE} == {"window_passed"}
    terms = terms_of(order, NOW, 365, 168)
    assert Reason.CHANGED_MIND not in open_reasons(TYPES[CaseType.RETURN_REFUND], RECEIPT, terms, LINE)
    assert terms.is_over(Term.WINDOW, OTHER), "of this line alone"
    assert terms.end_of(Term.WINDOW, LINE) == ended + timedelta(hours=168)


def test_who_asks_again_within_the_same_term_asks_in_time() -> None:
    order = received(8)
    assert refusal(order, CaseType.RETURN_REFUND, Reason.QUALITY_DEFECT, asked_in=Term.WINDOW) is None
    assert refusal(order, CaseType.RETURN_REFUND, Reason.QUALITY_DEFECT, asked_in=Term.WARRANTY) == "window_passed"


@given(at=times, type_=st.sampled_from(CaseType), reason=st.sampled_from(Reason), days=st.integers(0, 900))
def test_an_option_and_a_request_are_judged_alike(at: datetime, type_: CaseType, reason: Reason, days: int) -> None:
    order = received(0, received_at=at, window_ends_at=at + timedelta(days=7))
    terms, row = terms_of(order, NOW, days, 168), TYPES[type_]
    if is_selectable(reason, type_, row.stage(RECEIPT)):
        if reason in open_reasons(row, RECEIPT, terms, LINE):
            check_term(row, RECEIPT, reason, [LINE], terms)
            return
        with pytest.raises(Refusal) as refused:
            check_term(row, RECEIPT, reason, [LINE], terms)
        assert reason not in refused.value.facts["allowed"]


def test_reasons_with_a_term_of_their_own() -> None:
    own = {reason: (row.term, row.pays_later) for reason, row in REASONS.items() if row.term is not Term.WINDOW}
    assert own == {
        Reason.WARRANTY_REPAIR: (Term.WARRANTY, False),
        Reason.PAID_REPAIR: (Term.UNLIMITED, False),
        Reason.RECALL: (Term.RECALL, True),
        Reason.SAFETY_INCIDENT: (Term.SAFETY_INCIDENT, True),
        Reason.INVOICE_PROBLEM: (Term.UNLIMITED, False),
    }
    assert term_of(TYPES[CaseType.CONSULT], Reason.CHANGED_MIND) is Term.UNLIMITED


@pytest.mark.parametrize(
    ("order", "term", "zh", "en"),
    [
        (received(8), Term.WINDOW, "售后申请期限已于 2026-03-01 17:00", "The after-sale window: ended at 2026-03-01 17:00"),
        (received(8), Term.WARRANTY, "保修期至 2027-02-22", "The warranty: until 2027-02-22"),
        (received(8), Term.RECALL, "商品召回的申请不限期", "Requests because of a recall: without an end"),
        (received(8, settings=setting(warranty_days=0)), Term.WARRANTY, "商家未提供保修", "The merchant gives no warranty"),
        (
            received(0, received_at=None, window_ends_at=None, state=OrderState.DELIVERED),
            Term.WINDOW,
            "售后申请期限自签收起计算",
            "The after-sale window begins when the goods are signed for",
        ),
    ],
)  # fmt: skip
def test_the_terms_in_sentences(order: Order, term: Term, zh: str, en: str) -> None:
    text = term_text(terms_of(order, NOW, 365, 168), term)
    assert text.zh.startswith(zh)
    assert text.en.startswith(en)
