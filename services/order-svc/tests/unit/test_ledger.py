"""The ledger of an order: its sums hold for all payments and refunds, and what does not add up is not called balanced."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.payments.ledger import LedgerEffect, ledger_of
from order_svc.domain.payments.model import IN_FLIGHT, Payment, PaymentState, Refund, RefundState

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def payment(amount: int = 100, state: PaymentState = PaymentState.SUCCEEDED, number: int = 1) -> Payment:
    return Payment(
        id=f"pay_{number}",
        version=1,
        order_id="ord_1",
        buyer_id="buyer-1",
        merchant_id="m-1",
        provider="simulator",
        method="sim_success",
        state=state,
        amount_minor=amount,
        currency="CNY",
        refunded_minor=0,
        created_at=NOW + timedelta(minutes=number),
    )


def refund(amount: int, state: RefundState, number: int = 1, of: int = 1) -> Refund:
    return Refund(
        id=f"ref_{number}",
        payment_id=f"pay_{of}",
        order_id="ord_1",
        case_id=None,
        state=state,
        amount_minor=amount,
        currency="CNY",
        cause="approval",
        created_at=NOW + timedelta(hours=number),
    )


def test_what_was_made_without_the_provider_counts_as_refunded_and_is_shown_apart() -> None:
    by_provider, outside = refund(30, RefundState.SUCCEEDED), refund(20, RefundState.SUCCEEDED, 2)
    failed = replace(refund(90, RefundState.FAILED, 3), outside="cash")
    refunds = [by_provider, replace(outside, outside="cash"), failed]
    ledger = ledger_of("ord_1", "CNY", [stated(payment(), refunds)], refunds)

    assert (ledger.refunded_minor, ledger.refunded_outside_minor, ledger.kept_minor) == (50, 20, 50)
    assert ledger.is_balanced


def stated(of: Payment, refunds: Sequence[Refund]) -> Payment:
    done = [each for each in refunds if each.payment_id == of.id and each.state is RefundState.SUCCEEDED]
    return replace(of, refunded_minor=sum(each.amount_minor for each in done))


refunds_of_one = st.lists(st.tuples(st.integers(1, 50), st.sampled_from(RefundState)), max_size=6)


@given(refunds_of_one, st.sampled_from(PaymentState))
def test_what_was_paid_is_kept_refunded_or_in_flight(drawn: list[tuple[int, RefundState]], state: PaymentState) -> None:
    refunds = [refund(amount, result, number) for number, (amount, result) in enumerate(drawn)]
    ledger = ledger_of("ord_1", "CNY", [stated(payment(100, state), refunds)], refunds)

    assert ledger.paid_minor + ledger.overdrawn_minor == (
        ledger.kept_minor + ledger.refunded_minor + ledger.in_flight_minor
    )
    assert 0 in (ledger.kept_minor, ledger.overdrawn_minor)
    taken = [each.amount_minor for each in refunds if each.state in IN_FLIGHT or each.state is RefundState.SUCCEEDED]
    assert ledger.is_balanced == (sum(taken) <= ledger.paid_minor)


def test_the_money_of_a_failed_attempt_does_not_count_and_entries_are_in_order_of_time() -> None:
    failed, second = payment(100, PaymentState.FAILED, 1), payment(100, number=2)
    back = refund(30, RefundState.SUCCEEDED, of=2)
    ledger = ledger_of("ord_1", "CNY", [stated(second, [back]), failed], [back])

    assert [entry.document.id for entry in ledger.entries] == ["pay_1", "pay_2", "ref_1"]
    assert [entry.effect for entry in ledger.entries] == [LedgerEffect.NONE, LedgerEffect.PAID, LedgerEffect.REFUNDED]
    assert (ledger.paid_minor, ledger.kept_minor, ledger.is_balanced) == (100, 70, True)


@pytest.mark.parametrize(
    ("paid", "refunds"),
    [
        (replace(payment(), refunded_minor=30), []),
        (payment(), [refund(30, RefundState.SUCCEEDED)]),
        (payment(state=PaymentState.FAILED), [refund(1, RefundState.CREATED)]),
        (
            replace(payment(), refunded_minor=60),
            [refund(60, RefundState.SUCCEEDED), refund(41, RefundState.UNKNOWN, 2)],
        ),
    ],
    ids=["stated only", "not stated", "of a failed payment", "more than was paid"],
)
def test_a_ledger_that_does_not_add_up_is_not_balanced(paid: Payment, refunds: list[Refund]) -> None:
    assert not ledger_of("ord_1", "CNY", [paid], refunds).is_balanced
