"""Whose order, which stage, how many units, how much money."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain import errors, policy
from aftersale_svc.domain.codes import CloseCause, Liable, OrderState, RefundCause, Remedy, Stage
from aftersale_svc.domain.holds import Due
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


def verdict(remedy: Remedy, amount: int | None, currency: str | None = "CNY") -> Verdict:
    return Verdict(Liable.SELLER, remedy, amount, currency if amount is not None else None, "because")


DUE = Due(units_minor=19133, freight_minor=800)


@pytest.mark.parametrize(
    ("given_", "refusal"),
    [
        (verdict(Remedy.REFUND, 19934), errors.AmountExceedsPaid),
        (verdict(Remedy.REFUND, None), errors.AmountMissing),
        (verdict(Remedy.REFUND, 0), errors.AmountMissing),
        (verdict(Remedy.REFUND, 100, "USD"), errors.CurrencyForeign),
    ],
)
def test_verdicts_that_make_no_sense(given_: Verdict, refusal: type[Refusal], a_case: Callable[..., Case]) -> None:
    with pytest.raises(refusal):
        policy.awarded(a_case(State.DISPUTED), order(OrderState.DELIVERED), given_, DUE)


@pytest.mark.parametrize("remedy", [Remedy.NONE, Remedy.RESUME])
def test_only_a_refund_names_an_amount(remedy: Remedy) -> None:
    policy.check_no_amount(verdict(remedy, None))
    policy.check_no_amount(verdict(remedy, 0))
    with pytest.raises(errors.AmountWithoutRefund):
        policy.check_no_amount(verdict(remedy, 1))


@pytest.mark.parametrize(("amount", "freight"), [(1, 0), (19133, 0), (19134, 1), (19933, 800)])
def test_what_a_verdict_awards_beyond_the_units_share_is_freight(
    amount: int, freight: int, a_case: Callable[..., Case]
) -> None:
    awarded = policy.awarded(a_case(State.DISPUTED), order(OrderState.DELIVERED), verdict(Remedy.REFUND, amount), DUE)
    assert awarded == Due(amount - freight, freight)


def test_no_verdict_refunds_a_case_of_a_cancelled_order(a_case: Callable[..., Case]) -> None:
    with pytest.raises(errors.OrderWasCancelled):
        policy.awarded(a_case(State.DISPUTED), order(OrderState.CANCELLED), verdict(Remedy.REFUND, 1), DUE)


def test_what_is_left_of_the_money_is_told_as_people_write_it(a_case: Callable[..., Case]) -> None:
    with pytest.raises(errors.AmountExceedsPaid) as refused:
        policy.awarded(a_case(State.DISPUTED), order(OrderState.DELIVERED), verdict(Remedy.REFUND, 19934), DUE)
    assert refused.value.detail("zh-CN") == "金额超过该售后单剩余可退金额（199.33 CNY）。"
    assert refused.value.detail("en") == "More than what is left of the money paid (199.33 CNY)."
    assert refused.value.facts == {"left": 19933, "currency": "CNY"}


@pytest.mark.parametrize(
    ("state", "cause", "hours", "may"),
    [
        (State.REJECTED, None, 10_000, True),
        (State.CLOSED, CloseCause.REJECTED, 168, True),
        (State.CLOSED, CloseCause.BUYER_LATE, 168, True),
        (State.CLOSED, CloseCause.CLOSED_BY_AGENT, 168, True),
        (State.CLOSED, CloseCause.REJECTION_ACCEPTED, 169, False),
        (State.CLOSED, CloseCause.VERDICT, 0, False),
        (State.CLOSED, CloseCause.ORDER_CANCELLED, 0, False),
    ],
)
def test_what_a_complaint_may_stop(
    state: State, cause: CloseCause | None, hours: int, may: bool, a_case: Callable[..., Case]
) -> None:
    case = a_case(state, close_cause=cause, updated_at=NOW)
    assert policy.disputable(case, order(OrderState.DELIVERED), NOW + timedelta(hours=hours), 168) is may
    assert not policy.disputable(case, order(OrderState.CANCELLED), NOW, 168)


@pytest.mark.parametrize(("cause", "may"), [(RefundCause.INSPECTION, True), (RefundCause.VERDICT, False)])
def test_a_failed_refund_may_be_disputed_but_not_the_execution_of_a_verdict(
    cause: RefundCause, may: bool, a_case: Callable[..., Case]
) -> None:
    case = a_case(State.MANUAL_REVIEW, refund_id="ref_1", refund_cause=cause)
    assert policy.disputable(case, order(OrderState.DELIVERED), NOW, 168) is may


def test_a_closed_case_holds_its_units_again_only_if_nobody_else_does() -> None:
    assert policy.still_free([sent()], {"line_1": standing()})
    assert not policy.still_free([sent()], {"line_1": standing(live=2, held=19133)})


def test_a_digest_says_nothing_of_the_text() -> None:
    assert policy.digest("漏水") == policy.digest("漏水")
    assert len(policy.digest("漏水")) == len("sha256:") + 64
