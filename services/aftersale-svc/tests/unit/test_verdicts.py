"""Which complaints stop a case, and what a verdict may award."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CloseCause, Liable, RefundCause, RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.holders import HeldUntil, Holder
from aftersale_svc.domain.cases.lifecycle import permits
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Refund, RefundAmount
from aftersale_svc.domain.cases.policy import in_dispute_window
from aftersale_svc.domain.currencies import CurrencyForeign
from aftersale_svc.domain.disputes.errors import AmountExceedsPaid, AmountMissing, AmountWithoutRefund
from aftersale_svc.domain.disputes.model import Remedy, Verdict
from aftersale_svc.domain.disputes.policy import awarded, check_no_amount
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState

ANOTHER = Holder("case_2", HeldUntil.CASE_ENDED)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def verdict(remedy: Remedy, amount: int | None, currency: str | None = "CNY") -> Verdict:
    return Verdict(Liable.SELLER, remedy, amount, currency if amount is not None else None, "because")


MOST = RefundAmount(units_minor=19133, freight_minor=800)


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        (verdict(Remedy.REFUND, 19934), AmountExceedsPaid),
        (verdict(Remedy.REFUND, None), AmountMissing),
        (verdict(Remedy.REFUND, 0), AmountMissing),
        (verdict(Remedy.REFUND, 100, "USD"), CurrencyForeign),
    ],
)
def test_verdicts_that_are_refused(
    given_: Verdict, refusal: type[Refusal], a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    with pytest.raises(refusal):
        awarded(a_case(CaseState.DISPUTED), an_order(), given_, MOST)


@pytest.mark.parametrize("remedy", [Remedy.NONE, Remedy.RESUME])
def test_only_a_refund_names_an_amount(remedy: Remedy) -> None:
    check_no_amount(verdict(remedy, None), "CNY")
    check_no_amount(verdict(remedy, 0), "CNY")
    with pytest.raises(AmountWithoutRefund):
        check_no_amount(verdict(remedy, 1), "CNY")


@pytest.mark.parametrize(("amount", "freight"), [(1, 0), (19133, 0), (19134, 1), (19933, 800)])
def test_what_a_verdict_awards_beyond_the_units_share_is_freight(
    amount: int, freight: int, a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    amounts = awarded(a_case(CaseState.DISPUTED), an_order(), verdict(Remedy.REFUND, amount), MOST)
    assert amounts == RefundAmount(amount - freight, freight)


def test_no_verdict_refunds_a_case_of_a_cancelled_order(
    a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    with pytest.raises(OrderWasCancelled):
        awarded(a_case(CaseState.DISPUTED), an_order(OrderState.CANCELLED), verdict(Remedy.REFUND, 1), MOST)


def test_what_is_left_of_the_money_is_written_with_its_currency(
    a_case: Callable[..., Case], an_order: Callable[..., Order]
) -> None:
    with pytest.raises(AmountExceedsPaid) as refused:
        awarded(a_case(CaseState.DISPUTED), an_order(), verdict(Remedy.REFUND, 19934), MOST)
    assert refused.value.detail("zh-CN") == "金额超过该售后单剩余可退金额（199.33 CNY）。"
    assert refused.value.detail("en") == "More than what is left of the money paid (199.33 CNY)."
    assert refused.value.facts == {"left": 19933, "currency": "CNY"}


@pytest.mark.parametrize(
    ("state", "cause", "hours", "may"),
    [
        (CaseState.REJECTED, None, 10_000, True),
        (CaseState.CLOSED, CloseCause.REJECTED, 168, True),
        (CaseState.CLOSED, CloseCause.BUYER_LATE, 168, True),
        (CaseState.CLOSED, CloseCause.CLOSED_BY_AGENT, 168, True),
        (CaseState.CLOSED, CloseCause.REJECTION_ACCEPTED, 169, False),
        (CaseState.CLOSED, CloseCause.VERDICT, 0, False),
        (CaseState.CLOSED, CloseCause.ORDER_CANCELLED, 0, False),
    ],
)
def test_what_a_complaint_may_stop(
    state: CaseState,
    cause: CloseCause | None,
    hours: int,
    may: bool,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    case = a_case(state, close_cause=cause, updated_at=NOW)
    timely = in_dispute_window(case, NOW + timedelta(hours=hours), 168)
    full = FullCase(case=case)
    facts = CaseFacts(full=full, order=an_order(), in_dispute_window=timely)
    assert permits(full, CaseAction.FREEZE, acting(), facts) is may
    cancelled = replace(facts, order=an_order(OrderState.CANCELLED))
    assert not permits(full, CaseAction.FREEZE, acting(), cancelled)
    held = replace(facts, full=replace(full, held_by=(ANOTHER,)))
    assert permits(full, CaseAction.FREEZE, acting(), held) is (may and state is not CaseState.CLOSED)


@pytest.mark.parametrize(("cause", "may"), [(RefundCause.INSPECTION, True), (RefundCause.VERDICT, False)])
def test_a_failed_refund_may_be_disputed_but_not_the_execution_of_a_verdict(
    cause: RefundCause,
    may: bool,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
    a_refund: Callable[..., Refund],
) -> None:
    case = a_case(CaseState.MANUAL_REVIEW, refund_id="ref_1")
    refund = a_refund(RefundState.FAILED, cause=cause)
    full = FullCase(case=case).keeping(refund)
    assert permits(full, CaseAction.FREEZE, acting(), CaseFacts(full=full, order=an_order())) is may
