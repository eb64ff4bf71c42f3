"""Every state that can be reached, with every fact that is remembered in it, leads to an end."""

from collections.abc import Callable

import pytest
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition, SystemContext
from aftersale_svc.commands.goods import returns
from aftersale_svc.commands.money import charge_returns
from aftersale_svc.domain.cases.codes import CaseType, Money, Reason, RefundCause, RefundState
from aftersale_svc.domain.cases.exchanges.model import ReplacementLine
from aftersale_svc.domain.cases.guards import FOR_GOOD
from aftersale_svc.domain.cases.lifecycle import CASE, of
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseLine, CaseState, Return
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.repairs.codes import RepairOutcome
from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order, OrderState, Stage
from case_graph import Graph, Place, after, explore
from case_walk import CASE as CASE_ID
from case_walk import PARCEL, SETTINGS, Command
from exchange_walk import people_of
from graph_ends import stuck
from memory_transaction import Snapshot

First = Callable[[CaseType, OrderState], Snapshot]
EXPLORED: dict[tuple[CaseType, OrderState], tuple[Graph, dict[Place, Snapshot]]] = {}


async def explored(first: First, type_: CaseType, state: OrderState) -> tuple[Graph, dict[Place, Snapshot]]:
    """What can become of a case of this type, explored once for all tests."""
    if (type_, state) not in EXPLORED:
        EXPLORED[type_, state] = await explore(first(type_, state), people_of(type_))
    return EXPLORED[type_, state]


@pytest.fixture
def first(a_case: Callable[..., Case], an_order: Callable[..., Order], acting: Callable[..., SystemContext]) -> First:
    """A new case on all that was ordered: two units of one line."""

    def opened(type_: CaseType, state: OrderState) -> Snapshot:
        stage = Stage.PRE_SHIP if state is OrderState.PAID else Stage.POST_RECEIPT
        # Repairs for other reasons cost the buyer nothing.
        reason = Reason.PAID_REPAIR if type_ is CaseType.REPAIR else Reason.QUALITY_DEFECT
        case = a_case(type=type_, reason=reason, stage=TYPES[type_].stage(stage), shipping_refund_minor=800)
        line = CaseLine(
            case_id=case.id,
            line_id="line_1",
            sku="KETTLE-1",
            quantity=2,
            amount_minor=19133,
            line_units=2,
            line_paid_minor=19133,
            units_before=0,
        )
        [hold] = holds_of([line], TYPES[type_])
        prices = PriceCheck(case_id=case.id, line_id="line_1", reference_minor=10000, checked_minor=433)
        check = prices if TYPES[type_].needs_prices else None
        back = Return(case_id=case.id, **PARCEL) if TYPES[type_].by_outbound else None
        wanted = ReplacementLine(case_id=case.id, line_id="line_1", sku="KETTLE-2")
        sent = {"replacement_lines": wanted} if type_ is CaseType.EXCHANGE else {}
        started = of(case).start(case, acting())
        return Snapshot(an_order(state), started, line, hold, return_=back, price_check=check, sent=sent)

    return opened


EXECUTING = (CaseState.REFUNDING, CaseState.OFFLINE_REFUND_CONFIRM, CaseState.MANUAL_REVIEW)
"""Where a case waits whose verdict is being executed."""
OPENED = [
    (type_, state)
    for type_ in CaseType
    for state in (OrderState.PAID, OrderState.DELIVERED)
    # Earlier builds accepted returns of goods that had not left.
    if state is OrderState.DELIVERED or type_ is CaseType.RETURN_REFUND or Stage.PRE_SHIP in TYPES[type_].stages
]
"""Each type of case, and how far its order may be when it is opened."""


@pytest.mark.parametrize(("type_", "state"), OPENED)
async def test_everything_that_can_be_reached_leads_to_an_end(first: First, type_: CaseType, state: OrderState) -> None:
    graph, places = await explored(first, type_, state)
    assert not stuck(graph, places)
    seen = {snapshot.case.state for snapshot in places.values()}
    # Nothing else suits the reason of a repair that the buyer pays, so that nothing can be offered.
    unoffered = {CaseState.OFFER_PENDING} if type_ is CaseType.REPAIR else set()
    assert seen == (CASE[type_].timeouts.keys() | ENDED) - unoffered, "every state is reached"


@pytest.mark.parametrize(("type_", "state"), {type_: (type_, state) for type_, state in reversed(OPENED)}.values())
async def test_what_holds_in_every_place(first: First, type_: CaseType, state: OrderState) -> None:
    _, places = await explored(first, type_, state)
    for place, snapshot in places.items():
        case, dispute = snapshot.case, snapshot.dispute
        disputed = dispute is not None and dispute.state in ("await_merchant_answer", "platform_review")
        assert (case.state is CaseState.DISPUTED) == disputed, place
        if case.state is CaseState.AWAIT_BUYER_SHIPMENT:
            known = snapshot.return_ is not None and snapshot.return_.address is not None
            assert case.whose_turn == ("buyer" if known else "merchant"), place
        if dispute is not None and dispute.state == "executing":
            assert case.state in EXECUTING, place
        if snapshot.order.state is OrderState.CANCELLED:
            assert snapshot.is_over or case.state in (CaseState.REFUNDING, CaseState.DISPUTED), place


@pytest.mark.parametrize("type_", CaseType)
async def test_what_a_case_holds_in_every_place(first: First, type_: CaseType) -> None:
    _, places = await explored(first, type_, OrderState.DELIVERED)
    for place, snapshot in places.items():
        case, hold, refund = snapshot.case, snapshot.hold, snapshot.refund
        completed = case.state is CaseState.COMPLETED
        paid = refund is not None and refund.state is RefundState.SUCCEEDED
        claimed = getattr(snapshot.sent.get("money_holds"), "claimed_at", None) is not None
        expected = (
            HoldState.SETTLED if paid or claimed else HoldState.RELEASED if case.state in ENDED else HoldState.HELD
        )
        assert hold.state is expected, place
        taken = 2 if TYPES[type_].holds_units else 0
        if paid and case.difference_minor is not None:
            assert (hold.units, hold.amount_minor) == (0, -case.difference_minor), place  # the difference alone
        else:
            accepted = snapshot.line.accepted or 0
            kept = taken - accepted if claimed else accepted or taken if paid else taken
            assert hold.units == kept, place
        assert (refund is not None and refund.state is RefundState.REQUESTED) == (case.state is CaseState.REFUNDING)
        assert completed if paid else not completed or TYPES[type_].money is Money.NONE, place


@pytest.mark.parametrize("type_", CaseType)
async def test_what_silence_ends_against_the_buyer_can_be_contested(first: First, type_: CaseType) -> None:
    """No timer completes a case whose units or money stay with it; what a timer closes can be disputed, or asked for again."""
    graph, places = await explored(first, type_, OrderState.DELIVERED)
    ended = 0
    for place, following in graph.items():
        after_timer = following.get("timer")
        if after_timer is None or places[place].case.state in ENDED or after_timer.case.state not in ENDED:
            continue
        ended += 1
        assert after_timer.hold.state is HoldState.RELEASED, place
        assert after_timer.case.close_cause not in FOR_GOOD, place
    assert ended


LATE = [type_ for type_ in CaseType if (CaseState.CLOSED, CaseAction.RECORD_ARRIVAL) in CASE[type_].transitions]
"""The types in which goods come back that may arrive after the end."""


@pytest.mark.parametrize("type_", LATE)
async def test_goods_arrive_late_wherever_they_may_have_been_sent_and_nowhere_else(
    first: First, type_: CaseType
) -> None:
    _, places = await explored(first, type_, OrderState.DELIVERED)
    accepted = set[tuple[bool, bool]]()
    for place, snapshot in places.items():
        if snapshot.case.state not in ENDED:
            continue
        back = snapshot.return_ or Return(case_id=CASE_ID)
        try:
            arrived = await after(snapshot, "seller", lambda tx: returns.record_arrival(tx, CASE_ID), SETTINGS)
        except (IllegalTransition, ActionNotAllowed):
            continue
        if arrived.return_ != snapshot.return_:
            assert back.delivered_at is None, place
            accepted.add((back.waybill_no is not None, back.address is not None))
    # The buyer may have sent the goods without a waybill that is known once there is an address, and not before.
    assert (False, False) not in accepted
    assert accepted >= ({(True, False)} if TYPES[type_].by_outbound else {(True, True), (False, True)})


CHARGED = [CaseType.EXCHANGE, CaseType.REPAIR]
"""The types in which the buyer pays something besides."""


@pytest.mark.parametrize("type_", CHARGED)
async def test_what_a_buyer_has_paid_buys_something_or_comes_back(first: First, type_: CaseType) -> None:
    _, places = await explored(first, type_, OrderState.DELIVERED)
    paid = {place: each for place, each in places.items() if getattr(each.sent.get("charges"), "paid_at", None)}
    owed = {place: each for place, each in paid.items() if each.sent["charges"].owed_back_at is not None}
    for place, snapshot in paid.items():
        assert place in owed or snapshot.case.state not in ENDED or _got_what_was_paid_for(snapshot), place
    assert {each.case.state for each in owed.values()} >= {CaseState.COMPLETED, CaseState.CLOSED, CaseState.DISPUTED}
    for snapshot in owed.values():
        amount = snapshot.sent["charges"].amount_minor
        returned = await after(snapshot, "seller", return_of(amount), SETTINGS)
        assert returned.sent["charges"].to_return_minor == 0, "wherever it is owed, it can be given back"
        assert _goes_on(returned) == _goes_on(snapshot), "and the case goes on as before"
        assert await after(returned, "agent", return_of(amount), SETTINGS) == returned, "once"


def return_of(amount: int) -> Command:
    return lambda tx: charge_returns.record(tx, CASE_ID, amount_minor=amount, currency="CNY", reference="?")


def _goes_on(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.case.state, snapshot.case.whose_turn, snapshot.case.deadline_at, snapshot.hold, snapshot.refund


def _got_what_was_paid_for(snapshot: Snapshot) -> bool:
    """Whether goods were sent that are repaired, or others for them, which the buyer has not missed, and their money did not go back."""
    repair, sent = snapshot.sent.get("repairs"), snapshot.sent.get("replacements")
    on_its_way = (
        sent is not None and sent.shipped_at is not None and sent.anomaly is not ReplacementAnomaly.NOT_RECEIVED
    )
    arrived = snapshot.case.state is CaseState.COMPLETED or on_its_way
    as_agreed = repair is None or (repair.failure is None and repair.outcome in (None, RepairOutcome.REPAIRED))
    kept = snapshot.refund is None or snapshot.refund.cause is RefundCause.COMPENSATION
    return arrived and as_agreed and kept
