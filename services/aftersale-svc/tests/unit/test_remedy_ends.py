"""Whatever a verdict orders of a rejected case leads to an end, by the service's own commands."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from aftercare_chassis.lifecycle import SystemContext
from aftersale_svc.domain.cases.codes import CaseType, RefundCause, RejectReason
from aftersale_svc.domain.cases.lifecycle import of
from aftersale_svc.domain.cases.model import Case, CaseLine, CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.disputes.model import Remedy
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.holds import holds_of
from aftersale_svc.domain.orders.model import Order
from case_walk import PEOPLE, RESHIPPING, Command, decide, explore
from graph_ends import stuck
from memory_transaction import Snapshot

PRICE = 19133
REMEDIES: dict[str, Command] = {
    "order a return": decide(Remedy.RETURN),
    "order an exchange": decide(Remedy.EXCHANGE),
    "compensate": decide(Remedy.COMPENSATION, 100),
    "compensate in full": decide(Remedy.COMPENSATION, PRICE),
}
WALKED = (
    *("set the return address", "ship", "accept all", "accept none", "refund", "close"),
    *("dispute", "answer", "award", "resume"),
)
SENDING = ("ship the replacement", "confirm the replacement", "no stock")


@pytest.mark.parametrize(
    ("type_", "ordered"),
    [
        (CaseType.RETURN_REFUND, {CaseState.AWAIT_BUYER_SHIPMENT, CaseState.AWAIT_INSPECTION}),
        (CaseType.REFUND_ONLY, {CaseState.REFUNDING}),
        (CaseType.RESHIP_PARTS, {CaseState.AWAIT_RESHIP, CaseState.RESHIP_IN_TRANSIT}),
        (CaseType.EXCHANGE, {CaseState.AWAIT_BUYER_SHIPMENT, CaseState.AWAIT_RESHIP}),
    ],
)
async def test_every_remedy_leads_to_an_end(
    type_: CaseType,
    ordered: set[CaseState],
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> None:
    people = {name: PEOPLE[name] for name in WALKED} | {name: RESHIPPING[name] for name in SENDING} | REMEDIES
    graph, places = await explore(rejected(type_, a_case, an_order, acting), people)
    assert not stuck(graph, places)
    assert ordered <= {snapshot.case.state for snapshot in places.values()}
    for place, snapshot in places.items():
        refund, hold = snapshot.refund, snapshot.hold
        if snapshot.case.state is CaseState.COMPLETED and refund and refund.cause is RefundCause.COMPENSATION:
            paid = refund.amount.units_minor
            expected = (HoldState.SETTLED, 2 if paid == PRICE else 0, paid)
            assert (hold.state, hold.units, hold.amount_minor) == expected, place


def rejected(
    type_: CaseType,
    a_case: Callable[..., Case],
    an_order: Callable[..., Order],
    acting: Callable[..., SystemContext],
) -> Snapshot:
    """A rejected case on all that was ordered."""
    opened = a_case(type=type_, shipping_refund_minor=800)
    case = replace(of(opened).start(opened, acting()), state=CaseState.REJECTED, whose_turn="buyer")
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
    return Snapshot(an_order(), replace(case, reject_reason=RejectReason.REASON_UNTRUE), line, hold)
