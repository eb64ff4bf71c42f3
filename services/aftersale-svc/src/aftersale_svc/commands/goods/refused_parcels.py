"""Parcels to buyers that go back, refused at the door or called back: which one a case is about, and what couriers report of it."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal
from aftercare_events import InterceptGranted, ParcelStatusChanged
from aftercare_events.catalogue.intercepts import InterceptPurpose
from aftercare_events.catalogue.parcels import ParcelStatus
from asyncpg import Record

from aftersale_svc.commands import locking
from aftersale_svc.commands.cases import cases
from aftersale_svc.commands.goods import arrivals, lost_parcels, returns
from aftersale_svc.domain.cases.codes import CaseType, Reason
from aftersale_svc.domain.cases.model import CaseState
from aftersale_svc.domain.cases.requests import Request, Wanted
from aftersale_svc.domain.cases.states import TO_BE_SENT
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.allocation import selectable_units
from aftersale_svc.domain.money.holds import balances
from aftersale_svc.domain.money.model import LineBalance
from aftersale_svc.domain.orders.model import SentLine, Stage
from aftersale_svc.settings import Settings
from aftersale_svc.tables.goods.sent_parcels import PARCELS_OF_ORDER, WAITING_FOR_BUYER, WAITING_FOR_PARCEL
from aftersale_svc.tables.locks import ORDER_TO_LOCK
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER

_TYPE = TYPES[CaseType.REFUSED_DELIVERY]
_BUYER = "buyer"
INTERCEPTED = "intercepted"
"""The reason with which a parcel goes back because its courier was asked for that."""


async def follow(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Follow a parcel to the buyer: where it was refused, a case is opened; where it is back, that waits for the inspection.

    Where it is back, there is a case about its units anew if the one before was cancelled: the merchant has goods and money, and
    nobody else says what follows. Where it is lost on its way back, that case is for an agent. Where a case waits for the buyer to send its goods,
    and they are back, it waits no longer.
    """
    known = await _waiting(tx, event)
    # An agent may have closed a case of the parcel without its goods.
    decided = any(row["state"] == CaseState.CLOSED for row in known)
    if event.refused or (event.is_returned and not decided):
        await _open(tx, event, _reason(event, known))
    if event.is_returned:
        await _need_not_be_sent(tx, event)
    lost = lost_parcels.is_lost(event)
    if not (lost or event.is_returned or event.status == ParcelStatus.RETURNING):
        return
    for row in await _waiting(tx, event):
        full, order = await locking.case_and_order(tx, row["id"])
        if event.is_returned:
            await returns.arrive(tx, full, event.parcel_id, event.occurred_at, order)
        elif lost:
            await lost_parcels.escalate(tx, full, CaseState.RETURN_IN_TRANSIT)
        else:
            await returns.prolong(tx, full)


async def _need_not_be_sent(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """The merchant has the goods of those cases of which all units were in parcels that are back: nobody can send them any more."""
    for row in await tx.all(WAITING_FOR_BUYER, order_id=event.order_id):
        full, order = await locking.case_and_order(tx, row["id"])
        parcels = await tx.all(PARCELS_OF_ORDER, order_id=event.order_id)
        if full.case.state in TO_BE_SENT and arrivals.are_back(full, [_after(each, event) for each in parcels]):
            await returns.arrive(tx, full, event.parcel_id, event.occurred_at, order)


def _after(sent: SentLine, event: ParcelStatusChanged) -> SentLine:
    """What was sent, when the parcel of the event is back."""
    return replace(sent, returned_at=event.occurred_at) if sent.parcel_id == event.parcel_id else sent


async def called_back(tx: Transaction[Settings], event: InterceptGranted) -> None:
    """Open the case of a parcel that the courier sends back: for its buyer, who has changed their mind after it was shipped, or for the
    merchant or the platform, who are liable then."""
    if event.purpose == InterceptPurpose.RETURN_TO_SENDER:
        await _open(tx, event, Reason.CHANGED_MIND if event.requested_by == _BUYER else Reason.CALLED_BACK)


async def _waiting(tx: Transaction[Settings], event: ParcelStatusChanged) -> Sequence[Record]:
    parcel = {"carrier": event.carrier, "waybill_no": event.waybill_no}
    return await tx.all(WAITING_FOR_PARCEL, order_id=event.order_id, **parcel)


def _reason(event: ParcelStatusChanged, known: Sequence[Record]) -> Reason:
    """Why the parcel goes back: as its last case has it, else as the courier reports it."""
    if event.refused or (event.reason != INTERCEPTED and not known):
        return Reason.REFUSED_AT_DOOR
    return Reason(known[-1]["reason"]) if known else Reason.CALLED_BACK


async def _open(tx: Transaction[Settings], event: ParcelStatusChanged | InterceptGranted, reason: Reason) -> None:
    """Open a case about those units of the parcel that are in no other, unless nothing can be asked for any more."""
    if await tx.one(ORDER_TO_LOCK, order_id=event.order_id) is None:
        return
    parcels = await tx.all(PARCELS_OF_ORDER, order_id=event.order_id)
    held = balances(await tx.all(HOLDS_OF_ORDER, order_id=event.order_id))
    wanted = _wanted([line for line in parcels if line.parcel_id == event.parcel_id], held)
    if wanted:
        request = Request(
            event.order_id,
            CaseType.REFUSED_DELIVERY,
            reason,
            None,
            wanted,
            [],
            parcel_id=event.parcel_id,
        )
        with suppress(Refusal):
            await cases.create(tx, request)


def _wanted(content: Sequence[SentLine], held: Iterable[LineBalance]) -> list[Wanted]:
    """What of the parcel a new case may be about, by line."""
    free = {each.line_id: selectable_units(_TYPE, Stage.IN_TRANSIT, each) for each in held}
    units = {line.line_id: min(line.refusable_units, free[line.line_id]) for line in content}
    return [Wanted(line_id, most) for line_id, most in units.items() if most]
