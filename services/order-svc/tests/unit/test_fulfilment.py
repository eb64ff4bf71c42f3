"""Units of a line: whatever cases and parcels do, no unit is counted twice and none is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from order_svc.domain import errors, fulfilment
from order_svc.domain.cases import Case, CaseLine, CaseState
from order_svc.domain.fulfilment import Fulfilment, Pick
from order_svc.domain.model import OrderLine
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelStatus

NOW = datetime(2026, 3, 2, tzinfo=UTC)
units = st.integers(1, 9)


def line(quantity: int = 3, **where: int) -> OrderLine:
    facts: dict[str, Any] = {"id": "l", "order_id": "o", "position": 1, "sku": "K", "title": "K", "category": None}
    price = {"unit_price_minor": 100, "discount_minor": 0, "paid_minor": 100 * quantity}
    return OrderLine(quantity=quantity, **facts, **price, **where)


def unit(quantity: int, case_id: str = "c", **where: int) -> CaseLine:
    return CaseLine(case_id=case_id, line_id="l", order_id="o", quantity=quantity, **where)


@given(units, st.lists(units, max_size=9))
def test_no_sequence_of_parcels_ships_more_than_was_ordered(ordered: int, requested_units: list[int]) -> None:
    now = line(ordered)
    for requested in requested_units:
        try:
            (now,) = fulfilment.ship([now], [Pick("l", requested)])
        except errors.QuantityExceedsShippable:
            assert requested > fulfilment.shippable(now)
    assert now.shipped_quantity <= ordered
    assert fulfilment.fully_shipped([now]) == (now.shipped_quantity == ordered)


@pytest.mark.parametrize(
    ("picks", "refusal"),
    [([Pick("other", 1)], errors.UnknownLine), ([Pick("l", 1), Pick("l", 1)], errors.DuplicateLine)],
)
def test_picks_that_name_no_line_or_one_twice_are_refused(picks: list[Pick], refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        fulfilment.ship([line()], picks)


def test_refunded_units_are_not_shipped_any_more() -> None:
    with pytest.raises(errors.QuantityExceedsShippable) as refused:
        fulfilment.ship([line(3, shipped_quantity=1, withdrawn_quantity=1)], [Pick("l", 2)])
    assert refused.value.facts["shippable"] == 1


def test_the_refusal_of_held_units_names_the_cases_that_hold_some_and_what_is_free() -> None:
    holding = [unit(1, "b", held_quantity=1), unit(1, "a", held_quantity=1), unit(1, "free")]
    with pytest.raises(errors.UnitsHeldByCase) as refused:
        fulfilment.ship([line(3, held_quantity=2)], [Pick("l", 2)], holding)
    assert (refused.value.facts["case_ids"], refused.value.facts["free"]) == (["a", "b"], 1)
    assert "a, b" in refused.value.detail("en")
    assert "a、b" in refused.value.detail("zh-CN")


class Units(RuleBasedStateMachine):
    """One line and its cases in any order of events."""

    @initialize(quantity=st.integers(1, 6), asked=st.lists(st.integers(1, 6), min_size=1, max_size=3))
    def begin(self, quantity: int, asked: list[int]) -> None:
        self.line = line(quantity)
        self.cases = [unit(each, f"c{number}") for number, each in enumerate(asked)]

    def change(self, which: int, by: Any) -> None:
        number = which % len(self.cases)
        self.line, self.cases[number] = by(self.line, self.cases[number])

    @rule(which=st.integers(0, 9))
    def hold(self, which: int) -> None:
        self.change(which, fulfilment.hold)

    @rule(which=st.integers(0, 9))
    def release(self, which: int) -> None:
        self.change(which, fulfilment.release)

    @rule(which=st.integers(0, 9))
    def refund(self, which: int) -> None:
        self.change(which, fulfilment.withdraw)

    @rule(requested=units)
    def ship(self, requested: int) -> None:
        free = fulfilment.shippable(self.line)
        try:
            (self.line,) = fulfilment.ship([self.line], [Pick("l", requested)], self.cases)
        except errors.UnitsHeldByCase:
            assert free < requested <= free + self.line.held_quantity
        except errors.QuantityExceedsShippable:
            assert requested > free + self.line.held_quantity

    @invariant()
    def every_unit_is_counted_once(self) -> None:
        now = self.line
        parts = now.shipped_quantity + now.withdrawn_quantity + now.held_quantity + fulfilment.shippable(now)
        assert parts == now.quantity
        assert now.held_quantity == sum(each.held_quantity for each in self.cases)
        assert now.withdrawn_quantity == sum(each.withdrawn_quantity for each in self.cases)
        for each in self.cases:
            assert each.held_quantity + each.withdrawn_quantity <= each.quantity
            assert each.withdrawn_quantity <= each.refunded_quantity <= each.quantity


TestUnits = Units.TestCase


def parcel(
    number: int,
    status: ParcelStatus,
    *,
    terminal: bool = True,
    leg: ParcelLeg = ParcelLeg.OUTBOUND,
    case_id: str | None = None,
) -> Parcel:
    facts: dict[str, Any] = {"version": 1, "order_id": "o", "case_id": case_id, "buyer_id": "b", "merchant_id": "m"}
    shown = {"carrier": "zto", "waybill_no": str(number), "reason": None, "delivered_to": None, "created_at": NOW}
    at, facts["handed_over_at"] = NOW + timedelta(hours=number), NOW
    return Parcel(id=f"p{number}", leg=leg, status=status, terminal=terminal, status_at=at, **facts, **shown)


def order_of(*parcels: Parcel, withdrawn: int = 0, case_lines: tuple[CaseLine, ...] = ()) -> Fulfilment:
    """One unit of the line in each outbound parcel; cases named `r…` are returns."""
    sent = [each for each in parcels if each.leg is ParcelLeg.OUTBOUND]
    keeping = {each.case_id: not each.case_id.startswith("r") for each in case_lines}
    return Fulfilment(
        lines=[line(len(sent) + withdrawn, shipped_quantity=len(sent), withdrawn_quantity=withdrawn)],
        parcels=parcels,
        contents=[ParcelLine(parcel_id=each.id, line_id="l", quantity=1) for each in parcels],
        cases=[
            Case(id=id_, order_id="o", case_type="x", keeps_goods=keeps, state=CaseState.OPEN)
            for id_, keeps in keeping.items()
        ],
        case_lines=case_lines,
    )


HERE, GONE = parcel(1, ParcelStatus.DELIVERED), parcel(2, ParcelStatus.LOST)
ON_ITS_WAY = parcel(3, ParcelStatus.IN_TRANSIT, terminal=False)


def test_an_order_is_delivered_when_its_last_parcel_has_arrived_or_is_refunded() -> None:
    refunded = (unit(1, refunded_quantity=1),)
    later = parcel(5, ParcelStatus.DELIVERED)
    assert fulfilment.arrived_at(order_of(HERE, later)) == NOW + timedelta(hours=5)
    assert fulfilment.arrived_at(order_of(HERE, GONE)) is None
    assert fulfilment.arrived_at(order_of(HERE, GONE, case_lines=refunded)) == NOW + timedelta(hours=1)
    assert fulfilment.arrived_at(order_of(HERE, ON_ITS_WAY, case_lines=refunded)) is None
    assert fulfilment.arrived_at(order_of(GONE, case_lines=refunded)) is None
    assert fulfilment.arrived_at(order_of(HERE, GONE, case_lines=(unit(1, held_quantity=1),))) is None


def test_a_parcel_that_ended_otherwise_has_not_arrived() -> None:
    destroyed = parcel(2, ParcelStatus.EXCEPTION, terminal=True)
    assert fulfilment.arrived_at(order_of(HERE, destroyed)) is None
    assert fulfilment.arrived_at(order_of(HERE, destroyed, case_lines=(unit(1, refunded_quantity=1),))) is not None


def test_returns_and_exchanges_do_not_count_as_sent() -> None:
    back, again = (
        parcel(8, ParcelStatus.LOST, leg=ParcelLeg.RETURN),
        parcel(9, ParcelStatus.IN_TRANSIT, leg=ParcelLeg.EXCHANGE),
    )
    assert fulfilment.arrived_at(order_of(HERE, back, again)) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("refunds", "counts"),
    [
        ((unit(1, "a", withdrawn_quantity=1, refunded_quantity=1),), False),
        ((unit(1, "a", withdrawn_quantity=1, refunded_quantity=1), unit(1, "b", refunded_quantity=1)), True),
        ((unit(2, "a", withdrawn_quantity=1, refunded_quantity=2),), True),
        ((unit(1, "a", withdrawn_quantity=1, refunded_quantity=1), unit(1, "r", refunded_quantity=1)), False),
        ((unit(1, "a", withdrawn_quantity=1, refunded_quantity=1), unit(2, "r", refunded_quantity=2)), True),
    ],
    ids=["only withdrawn", "withdrawn and lost", "one case for both", "what arrived came back", "both came back"],
)
def test_which_refund_counts_for_a_lost_unit(refunds: tuple[CaseLine, ...], counts: bool) -> None:
    back = parcel(8, ParcelStatus.DELIVERED, leg=ParcelLeg.RETURN, case_id="r")
    found = fulfilment.arrived_at(order_of(HERE, GONE, back, withdrawn=1, case_lines=refunds))
    assert (found is not None) == counts


def test_units_that_were_refused_at_the_door_were_never_with_the_buyer() -> None:
    """Their parcel is the outbound one, so no parcel of a return brings them: it was cancelled, or there is none."""
    refused, at_the_door = (unit(1, "r", refunded_quantity=1),), parcel(2, ParcelStatus.RETURNED)
    wrong = parcel(8, ParcelStatus.CANCELLED, leg=ParcelLeg.RETURN, case_id="r")
    for order in (
        order_of(HERE, at_the_door, case_lines=refused),
        order_of(HERE, at_the_door, wrong, case_lines=refused),
    ):
        assert fulfilment.arrived_at(order) == NOW + timedelta(hours=1)


def test_an_order_is_wholly_refunded_when_no_unit_and_no_money_is_left() -> None:
    whole = (unit(2, refunded_quantity=2),)
    assert fulfilment.wholly_refunded(order_of(HERE, ON_ITS_WAY, case_lines=whole), 200)
    assert not fulfilment.wholly_refunded(order_of(HERE, ON_ITS_WAY, case_lines=whole), 199), "a verdict for a part"
    assert fulfilment.wholly_refunded(order_of(GONE, GONE, case_lines=whole), 1), "nothing can arrive"
    assert not fulfilment.wholly_refunded(order_of(GONE, GONE, case_lines=(unit(2, refunded_quantity=1),)), 200)
