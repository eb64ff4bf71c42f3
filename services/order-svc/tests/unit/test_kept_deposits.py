"""What a buyer is owed of a cancelled order of which the merchant keeps the deposit, whatever the providers do."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.payments.allocation import newest_first, rooms_of
from order_svc.domain.payments.codes import OwnRefundCause
from order_svc.domain.payments.model import Payment, Refund, RefundState
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.payments.owed import owed_of_order, owed_of_payment
from test_ledger import payment as a_payment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_refund(payment: Payment, minor: int, cause: OwnRefundCause, state: RefundState, number: int) -> Refund:
    return Refund(
        id=f"ref_{number}",
        payment_id=payment.id,
        order_id="ord_1",
        case_id=None,
        state=state,
        amount_minor=minor,
        currency="CNY",
        cause=cause,
        created_at=NOW + timedelta(seconds=number),
    )


def cancelled(payments: Sequence[Payment], kept: int, states: Sequence[RefundState]) -> list[Refund]:
    """The refunds of a cancelled order, newest payment first, in these states."""
    left, refunds = sum(each.amount_minor for each in payments) - kept, list[Refund]()
    for room in newest_first(rooms_of(payments, [], NOW)):
        if minor := min(room.minor, left):
            state = states[len(refunds)]
            refunds.append(a_refund(room.payment, minor, OwnRefundCause.ORDER_CANCELLED, state, len(refunds)))
            left -= minor
    return refunds


def back(payments: Sequence[Payment], refunds: Sequence[Refund]) -> int:
    """What the buyer has, or gets if the refunds on their way succeed, charge-backs included."""
    alive = sum(each.amount_minor for each in refunds if each.state is not RefundState.FAILED)
    return alive + sum(each.charged_back_minor for each in payments)


STATES = st.lists(
    st.sampled_from([RefundState.FAILED, RefundState.SUCCEEDED, RefundState.UNKNOWN]), min_size=6, max_size=6
)


@given(
    st.lists(st.integers(1, 9000), min_size=1, max_size=6),
    st.floats(0, 1),
    STATES,
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
)
def test_the_buyer_gets_all_but_the_deposit_and_the_merchant_keeps_no_more(
    amounts: list[int], share: float, states: list[RefundState], charged: list[float]
) -> None:
    payments = [a_payment(minor, number=number) for number, minor in enumerate(amounts, 1)]
    kept = int(sum(amounts) * share)
    refunds = cancelled(payments, kept, states)
    # Of what is not refunded, the buyer has some charged back.
    payments = [
        replace(room.payment, charged_back_minor=int(max(0, room.minor) * part) if part > 0.6 else 0)
        for room, part in zip(rooms_of(payments, refunds, NOW), charged, strict=False)
    ]
    before = back(payments, refunds)
    while owed := owed_of_order(OrderMoney(payments, refunds), NOW, kept):
        open_ = {each.id: owed_of_payment(each, OrderMoney(payments, refunds), NOW, kept) for each in payments}
        payment = next(each for each in payments if open_[each.id])
        assert open_[payment.id] <= owed
        made = (payment, open_[payment.id], OwnRefundCause.OPERATOR, RefundState.SUCCEEDED)
        refunds.append(a_refund(*made, len(refunds)))
    assert back(payments, refunds) == max(before, sum(amounts) - kept)


def test_a_deposit_is_not_given_back_for_what_was_charged_back() -> None:
    payments = [a_payment(5000, number=1), a_payment(700, number=2)]
    refunds = cancelled(payments, 5000, [RefundState.FAILED])
    assert owed_of_order(OrderMoney(payments, refunds), NOW, 5000) == 700
    charged_back = [payments[0], replace(payments[1], charged_back_minor=700)]
    assert owed_of_order(OrderMoney(charged_back, refunds), NOW, 5000) == 0


def test_a_deposit_that_an_operator_gives_back_is_owed_where_that_fails() -> None:
    payments = [a_payment(5000, number=1), a_payment(700, number=2)]
    refunds = cancelled(payments, 5000, [RefundState.SUCCEEDED])
    refunds.append(a_refund(payments[0], 5000, OwnRefundCause.OPERATOR, RefundState.FAILED, 9))
    assert owed_of_order(OrderMoney(payments, refunds), NOW, 5000) == 5000
