"""From which payments a refund is made: how much is left of each, in which order, and why it is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from order_svc.domain.model import Amount
from order_svc.domain.payments.allocation import (
    Room,
    allocate,
    borne_by_share,
    refusal,
    replacing,
    rooms_of,
)
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIMIT = FailureCode.REFUND_PERIOD_OVER
PAYMENT = Payment(
    id="p1",
    version=1,
    order_id="o",
    buyer_id="b",
    merchant_id="m",
    provider="simulator",
    method="sim_success",
    state=PaymentState.SUCCEEDED,
    amount_minor=100,
    currency="CNY",
    refunded_minor=0,
    created_at=NOW,
)
REFUND = Refund(
    id="r",
    payment_id="p1",
    order_id="o",
    case_id=None,
    state=RefundState.CREATED,
    amount_minor=100,
    currency="CNY",
    cause="x",
    created_at=NOW,
)


def room(number: int, minor: int = 100, **other: Any) -> Room:
    return Room(replace(PAYMENT, id=f"p{number}"), minor, **other)


def taken(rooms: Sequence[Room], minor: int, chosen: Sequence[str] = (), **other: Any) -> list[tuple[str, int]]:
    return [(each.payment.id, each.minor) for each in allocate(minor, rooms, chosen, **other)]


THREE = [room(1), room(2), room(3)]


def test_the_newest_payments_come_first() -> None:
    assert taken(THREE, 250) == [("p3", 100), ("p2", 100), ("p1", 50)]


def test_chosen_payments_come_before_in_their_order() -> None:
    assert taken(THREE, 250, ["p1", "unknown", "p2"]) == [("p1", 100), ("p2", 100), ("p3", 50)]


def test_payments_without_room_have_no_share_and_a_refund_of_nothing_has_one() -> None:
    assert taken([room(1), room(2, 0)], 10) == [("p1", 10)]
    assert taken([room(1), room(2, 0)], 0) == [("p2", 0)]


def test_payments_that_are_closed_come_last_and_never_where_the_provider_sets_the_limit() -> None:
    rooms = [room(1), room(2, declined=True), room(3, limit=LIMIT)]
    assert taken(rooms, 150) == [("p1", 100), ("p2", 50)]
    assert taken(rooms, 250, outside=True) == [("p3", 100), ("p2", 100), ("p1", 50)]


@pytest.mark.parametrize(
    ("rooms", "asked", "outside", "code"),
    [
        ([room(1), room(2)], Amount(200, "CNY"), False, None),
        ([room(1), room(2)], Amount(201, "CNY"), False, "exceeds_payment"),
        ([room(1), room(2)], Amount(1, "USD"), False, "currency_mismatch"),
        ([room(1), room(2, limit=LIMIT)], Amount(100, "CNY"), False, None),
        ([room(1), room(2, limit=LIMIT)], Amount(101, "CNY"), False, "refund_period_over"),
        ([room(1), room(2, limit=LIMIT)], Amount(200, "CNY"), True, None),
        ([room(1, limit=LIMIT)], Amount(0, "CNY"), False, "refund_period_over"),
        ([Room(replace(PAYMENT, state=PaymentState.PENDING), 100)], Amount(1, "CNY"), False, "payment_not_succeeded"),
    ],
    ids=["all", "too much", "currency", "open one", "beyond the open one", "outside", "closed", "pending"],
)
def test_why_a_refund_is_refused(rooms: list[Room], asked: Amount, outside: bool, code: str | None) -> None:
    assert refusal(asked, rooms, [], outside=outside) == code


def test_what_a_guarantee_has_paid_is_not_refunded_as_well() -> None:
    paid = Compensation(
        id="c", order_id="o", case_id="k", source="s", refund_id="r", amount_minor=150, currency="CNY", paid_at=NOW
    )
    assert refusal(Amount(50, "CNY"), [room(1), room(2)], [paid]) is None
    assert refusal(Amount(51, "CNY"), [room(1), room(2)], [paid]) == "exceeds_payment"


def test_a_declined_share_is_replaced_by_open_payments_alone() -> None:
    failed = replace(REFUND, payment_id="p2", amount_minor=60)
    shares = replacing(failed, [room(1, 50), room(2), room(3, 50)])
    assert [(each.payment.id, each.minor) for each in shares or ()] == [("p3", 50), ("p1", 10)]
    assert replacing(failed, [room(1, 50), room(2), room(3, declined=True), room(4, limit=LIMIT)]) is None


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 10**6), st.lists(st.integers(1, 6)), st.sampled_from(RefundState)), max_size=20),
)
def test_permitted_refunds_never_exceed_a_payment(
    amounts: list[int], requests: list[tuple[int, list[int], RefundState]]
) -> None:
    payments = [replace(PAYMENT, id=f"p{n}", amount_minor=minor) for n, minor in enumerate(amounts, 1)]
    made: list[Refund] = []
    for minor, chosen, state in requests:
        rooms = rooms_of(payments, made, NOW)
        if refusal(Amount(minor, "CNY"), rooms, []) is not None:
            assert minor > sum(each.minor for each in rooms)
            continue
        shares = allocate(minor, rooms, [f"p{each}" for each in chosen])
        assert sum(each.minor for each in shares) == minor
        assert len({each.payment.id for each in shares}) == len(shares), "one share per payment"
        made += [replace(REFUND, payment_id=each.payment.id, amount_minor=each.minor, state=state) for each in shares]
        assert all(each.minor >= 0 for each in rooms_of(payments, made, NOW))


@given(st.lists(st.integers(0, 100), min_size=1, max_size=3), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_the_bearers_of_shares_add_up(bearers: list[int], shares: list[int]) -> None:
    names = ["merchant", "platform", "creator"]
    borne = [{"bearer": name, "amount_minor": minor} for name, minor in zip(names, bearers, strict=False)]
    cut = [min(each, max(0, sum(bearers) - sum(shares[:n]))) for n, each in enumerate(shares)]
    split = borne_by_share(borne, cut)
    assert [sum(each["amount_minor"] for each in share or ()) for share in split] == cut
    assert borne_by_share(None, cut) == [None] * len(cut)
