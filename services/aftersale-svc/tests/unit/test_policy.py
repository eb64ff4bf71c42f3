"""Whose order, which stage, how many units, how much money."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain import errors, policy
from aftersale_svc.domain.codes import CloseCause, Liable, OrderState, Reason, Remedy, Stage
from aftersale_svc.domain.model import Case, CaseLine, Inspected, Order, Standing, State, Verdict, Wanted
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def order(state: OrderState, *, window_ends_at: datetime | None = None) -> Order:
    return Order(
        id="ord_1",
        buyer_id="buyer-1",
        merchant_id="m-1",
        state=state,
        currency="CNY",
        shipping_fee_minor=800,
        payment_id=None if state is OrderState.CREATED else "pay_1",
        window_ends_at=window_ends_at,
    )


def standing(
    paid: int = 28700, units: int = 3, *, settled: int = 0, live: int = 0, held: int = 0, rejected: int = 0
) -> Standing:
    return Standing(
        line_id="line_1",
        sku="KETTLE-1",
        quantity=units,
        paid_minor=paid,
        settled_units=settled,
        live_units=live,
        held_minor=held,
        rejected_times=rejected,
    )


@pytest.mark.parametrize(
    ("state", "stage"),
    [
        (OrderState.PAID, Stage.PRE_SHIP),
        (OrderState.SHIPPED, Stage.IN_TRANSIT),
        (OrderState.DELIVERED, Stage.POST_RECEIPT),
    ],
)
def test_the_stage_is_where_the_goods_are(state: OrderState, stage: Stage) -> None:
    assert policy.stage(order(state), NOW) is stage


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (order(OrderState.CREATED), errors.OrderUnknown),
        (order(OrderState.CANCELLED), errors.OrderWasCancelled),
        (order(OrderState.COMPLETED), errors.WindowPassed),
        (order(OrderState.DELIVERED, window_ends_at=NOW), errors.WindowPassed),
    ],
)
def test_orders_nothing_can_be_asked_for(at: Order, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        policy.stage(at, NOW)


def test_the_window_is_open_until_its_last_second() -> None:
    at = order(OrderState.DELIVERED, window_ends_at=NOW + timedelta(seconds=1))
    assert policy.stage(at, NOW) is Stage.POST_RECEIPT


def test_two_of_three_and_then_the_last_one() -> None:
    assert policy.share(standing(), 2) == 19133
    assert policy.share(standing(settled=2, held=19133), 1) == 9567
    assert policy.share(standing(live=2, held=19133), 1) == 9567


def test_units_that_cannot_be_had() -> None:
    wanted = [Wanted("line_1", 2)]
    with pytest.raises(errors.QuantityExceedsRemaining) as too_many:
        policy.take("case_1", [standing(settled=2, held=19133)], wanted)
    assert (too_many.value.pointer, too_many.value.facts) == ("/lines/0/quantity", {"remaining": 1})
    with pytest.raises(errors.UnitsInLiveCase):
        policy.take("case_1", [standing(live=2, held=19133)], wanted)
    with pytest.raises(errors.LineUnknown):
        policy.take("case_1", [standing()], [Wanted("line_9", 1)])
    with pytest.raises(errors.LineTwice) as twice:
        policy.take("case_1", [standing()], [Wanted("line_1", 1), Wanted("line_1", 1)])
    assert twice.value.pointer == "/lines/1/line_id"
    with pytest.raises(errors.ReappliedTooOften):
        policy.take("case_1", [standing(rejected=policy.MOST_REJECTIONS)], wanted)


lines_of = st.tuples(st.integers(0, 10**9), st.integers(1, 200))


@given(lines_of, st.data())
def test_any_split_of_a_line_adds_up_to_what_was_paid(line: tuple[int, int], data: st.DataObject) -> None:
    """And each part is ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋, where a units were refunded before."""
    paid, units = line
    taken = held = 0
    while taken < units:
        k = data.draw(st.integers(1, units - taken))
        part = policy.share(standing(paid, units, settled=taken, held=held), k)
        assert part == paid * (taken + k) // units - paid * taken // units
        taken, held = taken + k, held + part
    assert held == paid


@given(lines_of, st.data())
def test_the_accepted_share_never_exceeds_the_asked_one(line: tuple[int, int], data: st.DataObject) -> None:
    paid, units = line
    before = data.draw(st.integers(0, units - 1))
    k = data.draw(st.integers(1, units - before))
    [asked] = policy.take(
        "case_1", [standing(paid, units, settled=before, held=paid * before // units)], [Wanted("line_1", k)]
    )
    shares = [policy.accepted_share(asked, j) for j in range(k + 1)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, asked.amount_minor)
    assert shares == [paid * (before + j) // units - paid * before // units for j in range(k + 1)]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_a_total_is_spread_without_losing_a_minor_unit(total: int, weights: list[int]) -> None:
    parts = policy.spread(total, weights)
    assert all(part >= 0 for part in parts)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def sent(line_id: str = "line_1", quantity: int = 2) -> CaseLine:
    return CaseLine(
        case_id="case_1",
        line_id=line_id,
        sku="KETTLE-1",
        quantity=quantity,
        amount_minor=19133,
        line_units=3,
        line_paid_minor=28700,
        units_before=0,
    )


@pytest.mark.parametrize(
    ("found", "refusal", "pointer"),
    [
        ([Inspected("line_9", 1)], errors.LineUnknown, "/lines/0/line_id"),
        ([Inspected("line_1", 1), Inspected("line_1", 1)], errors.LineTwice, "/lines/1/line_id"),
        ([Inspected("line_1", 3)], errors.AcceptedExceedsSent, "/lines/0/accepted"),
        ([Inspected("line_1", 1)], errors.LineMissing, "/lines"),
    ],
)
def test_inspections_that_make_no_sense(found: list[Inspected], refusal: type[Refusal], pointer: str) -> None:
    with pytest.raises(refusal) as refused:
        policy.judge([sent(), sent("line_2")], found)
    assert refused.value.pointer == pointer


def test_an_inspection_keeps_units_share_and_grade() -> None:
    [judged] = policy.judge([sent()], [Inspected("line_1", 1, "b")])
    assert (judged.accepted, judged.accepted_minor, judged.grade) == (1, 9566, "b")
    [all_] = policy.judge([sent()], None)
    assert (all_.accepted, all_.accepted_minor) == (2, 19133)


@pytest.mark.parametrize(
    ("stage", "reason", "quantity", "freight"),
    [
        (Stage.PRE_SHIP, Reason.CHANGED_MIND, 3, 800),
        (Stage.POST_RECEIPT, Reason.QUALITY_DEFECT, 3, 800),
        (Stage.POST_RECEIPT, Reason.CHANGED_MIND, 3, 0),
        (Stage.POST_RECEIPT, Reason.QUALITY_DEFECT, 2, 0),
        (Stage.PRE_SHIP, Reason.CHANGED_MIND, 2, 0),
    ],
)
def test_the_freight_goes_back_with_the_whole_order(stage: Stage, reason: Reason, quantity: int, freight: int) -> None:
    wanted = [Wanted("line_1", quantity)]
    assert policy.shipping_refund(order(OrderState.PAID), stage, reason, [standing()], wanted) == freight


def test_the_freight_stays_where_a_line_stays() -> None:
    other = Standing(
        line_id="line_2",
        sku="CUP-1",
        quantity=1,
        paid_minor=100,
        settled_units=0,
        live_units=0,
        held_minor=0,
        rejected_times=0,
    )
    whole = [Wanted("line_1", 3)]
    at = order(OrderState.PAID)
    assert policy.shipping_refund(at, Stage.PRE_SHIP, Reason.CHANGED_MIND, [standing(), other], whole) == 0


def verdict(remedy: Remedy, amount: int | None, currency: str | None = "CNY") -> Verdict:
    return Verdict(Liable.SELLER, remedy, amount, currency if amount is not None else None, "because")


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        (verdict(Remedy.REFUND, 19134), errors.AmountExceedsPaid),
        (verdict(Remedy.REFUND, None), errors.AmountMissing),
        (verdict(Remedy.REFUND, 0), errors.AmountMissing),
        (verdict(Remedy.REFUND, 100, "USD"), errors.CurrencyForeign),
        (verdict(Remedy.NONE, 1), errors.AmountWithoutRefund),
        (verdict(Remedy.RESUME, 1), errors.AmountWithoutRefund),
    ],
)
def test_verdicts_that_make_no_sense(given_: Verdict, refusal: type[Refusal], a_case: Callable[..., Case]) -> None:
    with pytest.raises(refusal):
        policy.verdict_amount(a_case(State.DISPUTED), given_)


def test_a_verdict_may_order_all_that_is_left(a_case: Callable[..., Case]) -> None:
    assert policy.verdict_amount(a_case(State.DISPUTED), verdict(Remedy.REFUND, 19133)) == 19133
    assert policy.verdict_amount(a_case(State.DISPUTED), verdict(Remedy.NONE, None)) == 0


@pytest.mark.parametrize(
    ("state", "cause", "hours", "may"),
    [
        (State.REJECTED, None, 10_000, True),
        (State.CLOSED, CloseCause.REJECTED, 168, True),
        (State.CLOSED, CloseCause.BUYER_LATE, 168, True),
        (State.CLOSED, CloseCause.REJECTION_ACCEPTED, 169, False),
        (State.CLOSED, CloseCause.VERDICT, 0, False),
    ],
)
def test_what_a_complaint_may_stop(
    state: State, cause: CloseCause | None, hours: int, may: bool, a_case: Callable[..., Case]
) -> None:
    case = a_case(state, close_cause=cause, updated_at=NOW)
    assert policy.disputable(case, NOW + timedelta(hours=hours), 168) is may


def test_a_closed_case_holds_its_units_again_only_if_nobody_else_does() -> None:
    assert policy.still_free([sent()], {"line_1": standing()})
    assert not policy.still_free([sent()], {"line_1": standing(live=2, held=19133)})


def test_a_digest_says_nothing_of_the_text() -> None:
    assert policy.digest("漏水") == policy.digest("漏水")
    assert len(policy.digest("漏水")) == len("sha256:") + 64
