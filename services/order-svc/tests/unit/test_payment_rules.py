"""The rules of payments and refunds: the tables of their states, and how much may be refunded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition, SystemContext
from aftercare_chassis.refusals import Refusal
from order_svc.domain import errors
from order_svc.domain.model import AfterSaleState, Amount, CancelCause, Order, OrderState
from order_svc.domain.payments.lifecycle import (
    PAYMENT,
    REFUND,
    PaymentAction,
    PaymentFacts,
    RefundAction,
)
from order_svc.domain.payments.limits import payment_refusal, refund_limit
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.payments.policy import reserved_minor

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BY_SYSTEM = SystemContext(NOW, settings=None)
BY_OPERATOR = SystemContext(NOW, settings=None, actor=Actor("agent-1", "agent"))
BY_BUYER = SystemContext(NOW, settings=None, actor=Actor("b", "buyer"))


def payment(amount: int = 100, state: PaymentState = PaymentState.SUCCEEDED) -> Payment:
    return Payment(
        id="p",
        version=1,
        order_id="o",
        buyer_id="b",
        merchant_id="m",
        provider="simulator",
        method="sim_success",
        state=state,
        amount_minor=amount,
        currency="CNY",
        refunded_minor=0,
        created_at=NOW,
    )


def refund(amount: int = 100, state: RefundState = RefundState.CREATED) -> Refund:
    return Refund(
        id="r",
        payment_id="p",
        order_id="o",
        case_id=None,
        state=state,
        amount_minor=amount,
        currency="CNY",
        cause="x",
        created_at=NOW,
    )


def order(state: OrderState, payment_id: str | None = "p") -> Order:
    return Order(
        id="o",
        version=1,
        merchant_id="m",
        buyer_id="b",
        state=state,
        after_sale_state=AfterSaleState.NONE,
        currency="CNY",
        total_minor=100,
        shipping_fee_minor=0,
        created_at=NOW,
        deadline_at=None,
        payment_id=payment_id,
        cancel_cause=CancelCause.BUYER if state is OrderState.CANCELLED else None,
    )


def test_a_declined_payment_may_still_turn_out_to_have_succeeded() -> None:
    paid = PAYMENT.apply(payment(state=PaymentState.FAILED), PaymentAction.SUCCEED, BY_SYSTEM)
    assert paid.state is PaymentState.SUCCEEDED
    with pytest.raises(IllegalTransition):
        PAYMENT.apply(paid, PaymentAction.FAIL, BY_SYSTEM)


@pytest.mark.parametrize(
    ("state", "surplus", "refunds", "refused"),
    [
        (OrderState.CREATED, False, [], errors.NotRefundable),
        (OrderState.PAID, False, [], errors.NotRefundable),
        (OrderState.COMPLETED, False, [refund(100)], errors.NotRefundable),
        (OrderState.CANCELLED, False, [refund(60), refund(40)], errors.NothingToRefund),
        (OrderState.CANCELLED, False, [refund(60), refund(40, RefundState.FAILED)], None),
        (OrderState.PAID, True, [], None),
    ],
    ids=["partly paid", "fulfilled", "completed", "nothing left", "a refund failed", "surplus"],
)
def test_an_operator_refunds_the_remainder_of_an_order_that_is_not_fulfilled(
    state: OrderState, surplus: bool, refunds: Sequence[Refund], refused: type[Refusal] | None
) -> None:
    def apply() -> Payment:
        paid = replace(payment(), surplus=surplus)
        facts = PaymentFacts(order(state), OrderMoney([paid], refunds), NOW, BY_OPERATOR.actor)
        return PAYMENT.apply(paid, PaymentAction.REFUND_REMAINDER, BY_OPERATOR, facts)

    if refused is None:
        assert apply().state is PaymentState.SUCCEEDED
    else:
        with pytest.raises(refused):
            apply()


def test_only_an_operator_refunds_a_remainder_and_only_of_a_payment_that_succeeded() -> None:
    facts = PaymentFacts(order(OrderState.CANCELLED), OrderMoney([payment()]), NOW, BY_OPERATOR.actor)
    with pytest.raises(ActionNotAllowed):
        PAYMENT.apply(payment(), PaymentAction.REFUND_REMAINDER, BY_BUYER, facts)
    with pytest.raises(IllegalTransition):
        PAYMENT.apply(payment(state=PaymentState.FAILED), PaymentAction.REFUND_REMAINDER, BY_OPERATOR, facts)


@pytest.mark.parametrize("ended", [RefundState.SUCCEEDED, RefundState.FAILED])
@pytest.mark.parametrize("action", RefundAction)
def test_nothing_but_its_reversal_changes_a_refund_that_has_ended(ended: RefundState, action: RefundAction) -> None:
    if (ended, action) == (RefundState.SUCCEEDED, RefundAction.REVERSE):
        assert REFUND.apply(refund(state=ended), action, BY_SYSTEM).state is RefundState.FAILED
        return
    with pytest.raises(IllegalTransition):
        REFUND.apply(refund(state=ended), action, BY_SYSTEM)


@pytest.mark.parametrize("action", [RefundAction.SUCCEED, RefundAction.FAIL, RefundAction.MARK_UNKNOWN])
def test_a_refund_cannot_end_before_it_was_submitted(action: RefundAction) -> None:
    with pytest.raises(IllegalTransition):
        REFUND.apply(refund(), action, BY_SYSTEM)


def test_a_refund_is_refused_only_before_it_was_submitted() -> None:
    assert REFUND.apply(refund(), RefundAction.REFUSE, BY_SYSTEM).state is RefundState.FAILED
    assert REFUND.apply(refund(), RefundAction.RECORD, BY_SYSTEM).state is RefundState.SUCCEEDED
    for state in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        with pytest.raises(IllegalTransition):
            REFUND.apply(refund(state=state), RefundAction.REFUSE, BY_SYSTEM)


def test_an_unknown_refund_is_submitted_again_or_gets_its_result() -> None:
    unknown = refund(state=RefundState.UNKNOWN)
    leads: dict[Any, RefundState] = {
        RefundAction.SUBMIT: RefundState.SUBMITTED,
        RefundAction.SUCCEED: RefundState.SUCCEEDED,
        RefundAction.FAIL: RefundState.FAILED,
    }
    assert {action: REFUND.apply(unknown, action, BY_SYSTEM).state for action in leads} == leads
    assert SYSTEM.role == BY_SYSTEM.actor.role


@pytest.mark.parametrize(
    ("provider", "days", "refunds", "code"),
    [
        ("wechat_pay", 365, 49, None),
        ("wechat_pay", 366, 0, "refund_period_over"),
        ("wechat_pay", 1, 50, "too_many_refunds"),
        ("alipay", 365, 1000, None),
        ("alipay", 366, 0, "refund_period_over"),
        ("stripe", 5000, 1000, None),
        ("simulator", 5000, 1000, None),
    ],
)
def test_what_a_provider_does_not_refund_is_known_before_it_is_called(
    provider: str, days: int, refunds: int, code: str | None
) -> None:
    old = replace(payment(10_000), provider=provider, settled_at=NOW)
    at, made = NOW + timedelta(days=days), [refund(1, RefundState.SUCCEEDED)] * refunds
    assert refund_limit(old, [*made, refund(1, RefundState.FAILED)], at) == code


@pytest.mark.parametrize(
    ("provider", "amount", "code"),
    [
        ("wechat_pay", Amount(1, "USD"), "currency_not_taken"),
        ("alipay", Amount(10_000_000_001, "CNY"), "amount_not_taken"),
        ("stripe", Amount(100_000_000, "USD"), "amount_not_taken"),
        ("stripe", Amount(100, "KPW"), "currency_not_taken"),
        ("stripe", Amount(99_999_999, "USD"), None),
        ("stripe", Amount(49, "USD"), "amount_too_small"),
        ("stripe", Amount(50, "USD"), None),
        ("stripe", Amount(399, "HKD"), "amount_too_small"),
        ("stripe", Amount(17_499, "HUF"), "amount_too_small"),
        ("stripe", Amount(1, "KZT"), None),
        ("wechat_pay", Amount(0, "CNY"), "amount_too_small"),
        ("wechat_pay", Amount(1, "CNY"), None),
        ("alipay", Amount(0, "CNY"), "amount_too_small"),
        ("simulator", Amount(0, "CNY"), None),
        ("alipay", Amount(1, "CNY"), None),
        ("simulator", Amount(10**12, "UGX"), None),
    ],
)
def test_what_a_provider_does_not_take_is_known_before_it_is_called(
    provider: str, amount: Amount, code: str | None
) -> None:
    refusal = payment_refusal(provider, amount)
    assert (None if refusal is None else refusal.code) == code


def test_failed_refunds_release_their_money_and_unknown_ones_do_not() -> None:
    assert reserved_minor([refund(5, RefundState.FAILED), refund(7, RefundState.UNKNOWN)]) == 7
