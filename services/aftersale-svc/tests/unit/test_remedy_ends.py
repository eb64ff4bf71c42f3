"""Whatever a verdict orders of a case leads to an end, by the service's own commands."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.refusals import Refusal
from aftersale_svc.domain.cases.codes import CaseType, RefundCause, RejectReason
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState, Return
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.errors import RemedyNotPossible
from aftersale_svc.domain.disputes.model import DisputeState, Remedy
from aftersale_svc.domain.disputes.remedies import WITH_MONEY
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState
from case_graph import explore
from case_walk import PARCEL, PEOPLE, RESHIPPING, SETTINGS, Command, decide
from fast_walk import SECURED
from graph_ends import stuck
from memory_transaction import NOW, MemoryTransaction, Snapshot
from offline_walk import PAID_OUTSIDE

PRICE = 19133
REMEDIES: dict[str, Command] = {
    "order a return": decide(Remedy.RETURN),
    "order an exchange": decide(Remedy.EXCHANGE),
    "compensate": decide(Remedy.COMPENSATION, 100),
    "compensate in full": decide(Remedy.COMPENSATION, PRICE),
}
PAID = {CaseState.REFUNDING}
"""What no dispute stops."""
EXCHANGED = {CaseState.AWAIT_BUYER_SHIPMENT, CaseState.AWAIT_RESHIP, CaseState.RESHIP_IN_TRANSIT}
"""What a case goes through whose goods a verdict has ordered to be exchanged."""
FIRST = {CaseType.REFUSED_DELIVERY: CaseState.RETURN_IN_TRANSIT, CaseType.FAST_EXCHANGE: CaseState.AWAIT_RESHIP}
WALKED = (
    *("set the return address", "ship", "accept all", "accept none", "refund", "close"),
    *("dispute", "answer", "award", "resume"),
)
SENDING = ("ship the replacement", "confirm the replacement", "no stock")


@pytest.mark.parametrize(
    ("type_", "ordered"),
    [
        (CaseType.RETURN_REFUND, {CaseState.AWAIT_INSPECTION, *EXCHANGED}),
        (CaseType.REFUND_ONLY, {CaseState.REFUNDING, CaseState.AWAIT_INSPECTION, *EXCHANGED}),
        (
            CaseType.RESHIP_PARTS,
            {CaseState.AWAIT_RESHIP, CaseState.RESHIP_IN_TRANSIT, CaseState.AWAIT_BUYER_SHIPMENT},
        ),
        (CaseType.EXCHANGE, {CaseState.AWAIT_BUYER_SHIPMENT, CaseState.AWAIT_RESHIP}),
        (CaseType.REPAIR, {CaseState.AWAIT_INSPECTION, *EXCHANGED}),
        (CaseType.PRICE_ADJUST, {CaseState.REFUNDING}),
        (CaseType.CANCEL_UNSHIPPED, {CaseState.REFUNDING}),
        (CaseType.REFUSED_DELIVERY, {CaseState.REFUNDING, CaseState.RETURN_IN_TRANSIT, CaseState.AWAIT_INSPECTION}),
        (
            CaseType.FAST_EXCHANGE,
            {CaseState.REFUNDING, CaseState.AWAIT_RESHIP, CaseState.RESHIP_IN_TRANSIT, CaseState.AWAIT_INSPECTION},
        ),
    ],
)
async def test_every_remedy_leads_to_an_end(
    type_: CaseType,
    ordered: set[CaseState],
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    people = (
        {name: PEOPLE[name] for name in WALKED} | {name: RESHIPPING[name] for name in SENDING} | REMEDIES | PAID_OUTSIDE
    )
    people |= SECURED if type_ is CaseType.FAST_EXCHANGE else {}
    graph, places = await explore(rejected(type_, a_case, an_order, acting), people)
    assert not stuck(graph, places)
    assert {each.case.frozen_state for each in reviewed(places.values())} >= ordered - PAID, "disputed in each"
    for snapshot in reviewed(places.values()):
        for remedy in Remedy:
            await executed_or_refused(snapshot, remedy)
    assert ordered <= {snapshot.case.state for snapshot in places.values()}
    for place, snapshot in places.items():
        refund, hold = snapshot.refund, snapshot.hold
        if snapshot.case.state is CaseState.COMPLETED and refund and refund.cause is RefundCause.COMPENSATION:
            paid = refund.amount.units_minor
            expected = (HoldState.SETTLED, 2 if paid == PRICE else 0, paid)
            assert (hold.state, hold.units, hold.amount_minor) == expected, place


def reviewed(places: Iterable[Snapshot]) -> list[Snapshot]:
    """The places in which an arbitrator decides."""
    return [each for each in places if each.dispute and each.dispute.state is DisputeState.PLATFORM_REVIEW]


async def executed_or_refused(snapshot: Snapshot, remedy: Remedy) -> None:
    """Whatever is ordered wherever a case was stopped is done, or refused with what is possible; then nothing has changed."""
    tx = MemoryTransaction(snapshot, "arbitrator", NOW, SETTINGS)
    place = (snapshot.case.type, snapshot.case.frozen_state, remedy)
    refusal = await refused(decide(remedy, 100 if remedy in WITH_MONEY else None), tx)
    if refusal is None:
        dispute = tx.snapshot.dispute
        assert dispute is not None
        assert dispute.state in (DisputeState.EXECUTING, DisputeState.EXECUTED), place
        assert tx.snapshot.case.state is not CaseState.DISPUTED, place
        assert (dispute.state is DisputeState.EXECUTING) == (tx.snapshot.case.state is CaseState.REFUNDING), place
    elif isinstance(refusal, RemedyNotPossible):
        possible = refusal.facts["allowed"]
        assert isinstance(possible, list), place
        assert remedy not in possible, place
        assert {Remedy.REFUND, Remedy.NONE, Remedy.RESUME} <= set(possible), place
    else:
        assert isinstance(refusal, OrderWasCancelled), place
        assert snapshot.order.state is OrderState.CANCELLED, place


async def refused(command: Command, tx: MemoryTransaction) -> Refusal | None:
    """What a command is refused with; None where it is done."""
    try:
        await command(tx)
    except Refusal as refusal:
        return refusal
    return None


def rejected(
    type_: CaseType,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> Snapshot:
    """A rejected case on all that was ordered, or one that was never reviewed, or whose replacement is to be sent first."""
    opened = a_case(type=type_, shipping_refund_minor=800)
    case = replace(of(opened).start(opened, acting()), state=FIRST.get(type_, CaseState.REJECTED), whose_turn="buyer")
    line = CaseLine(
        case_id=case.id,
        line_id="line_1",
        sku="KETTLE-1",
        quantity=2,
        amount_minor=PRICE,
        line_units=2,
        line_paid_minor=PRICE,
        units_before=0,
    )
    [hold] = holds_of([line], TYPES[type_])
    checked = PriceCheck(case_id=case.id, line_id=line.line_id, reference_minor=2000, checked_minor=1500)
    check = checked if type_ is CaseType.PRICE_ADJUST else None
    untrue = replace(case, reject_reason=RejectReason.REASON_UNTRUE)
    back = Return(case_id=case.id, **PARCEL) if TYPES[type_].by_outbound else None
    return Snapshot(an_order(), untrue, line, hold, return_=back, price_check=check)
