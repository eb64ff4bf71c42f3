"""Goods that a merchant has: what their arrival makes of a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import CaseEvent, ReturnDelivered, ReturnHandedOver

from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase, facts_for
from aftersale_svc.domain.cases.lifecycle import apply, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState, Return
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.orders.model import Order, SentLine
from aftersale_svc.settings import Settings
from aftersale_svc.tables.goods.sent_parcels import PARCELS_OF_ORDER
from aftersale_svc.tables.money.holders import with_holders

_ARRIVALS = (CaseAction.RECEIVE, CaseAction.RECORD_ARRIVAL)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case whose goods have arrived, by which action, and the event of that."""

    full: FullCase
    action: CaseAction
    event: CaseEvent


async def of_parcel(
    tx: Transaction[Settings], full: FullCase, parcel_id: str | None, at: datetime, order: Order | None = None
) -> Arrival | None:
    """The arrival of the goods of a locked case; None where it was decided without them meanwhile.

    `order` is locked where the case may have ended.
    """
    facts = await facts_of(tx, full, order)
    action = next((each for each in _ARRIVALS if permits(full, each, tx, facts)), None)
    if action is None:
        return None
    return_ = replace(arrived(full, at), scanned_at=full.return_.scanned_at or at)
    after = apply(full, action, tx, facts).keeping(return_)
    return Arrival(after, action, delivered(tx, after, parcel_id))


async def before_shipment(tx: Transaction[Settings], full: FullCase) -> Arrival | None:
    """The arrival of goods that a locked case is about to wait for, and that the merchant has already: they have arrived before it was
    decided, or all parcels with units of its lines are back.
    """
    if full.case.state is not CaseState.AWAIT_BUYER_SHIPMENT:
        return None
    if full.return_.delivered_at is not None and not full.rows_of(OwedGoods):
        return await of_parcel(tx.as_system(), full, None, full.return_.delivered_at)
    if full.has_returned_parcels is False:
        return None
    tx = tx.as_system()
    parcels = await tx.all(PARCELS_OF_ORDER, order_id=full.case.order_id)
    if not are_back(full, parcels):
        return None
    last_back, parcel_id = max((each.returned_at, each.parcel_id) for each in parcels if each.returned_at is not None)
    return await of_parcel(tx, full, parcel_id, last_back)


def are_back(full: FullCase, parcels: Iterable[SentLine]) -> bool:
    """Whether every parcel with units of the lines of a case is with its sender again, and the buyer has no others that were sent in
    their place.
    """
    by_line: dict[str, list[SentLine]] = {line.line_id: [] for line in full.requested}
    for each in parcels:
        by_line.setdefault(each.line_id, []).append(each)
    own = [by_line[line.line_id] for line in full.requested]
    return all(own) and all(each.is_back for sent in own for each in sent)


async def facts_of(tx: Transaction[Settings], full: FullCase, order: Order | None) -> CaseFacts:
    """With the other cases that have the units of a closed one, which its goods do not open again then."""
    [full] = await with_holders(tx, [full])
    return replace(facts_for(full, tx.actor), order=order)


def arrived(full: FullCase, at: datetime) -> Return:
    """The return with its goods at the merchant; what was said of the contents of the parcel before does not count any more."""
    return replace(full.return_, delivered_at=at, received=None)


def delivered(tx: Transaction[Settings], full: FullCase, parcel_id: str | None) -> CaseEvent:
    """The event of it: in a parcel whose waybill the case knows, or handed over."""
    fields, until = case_fields(tx, full.case), full.case.deadline_at
    waybill_no = full.return_.waybill_no
    if waybill_no is None:
        return ReturnHandedOver(**fields, deadline_at=until)
    return ReturnDelivered(**fields, parcel_id=parcel_id, waybill_no=waybill_no, deadline_at=until)
