"""The goods' way back: shipped, scanned, received."""

from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleEscalated,
    AfterSaleReopened,
    ParcelStatusChanged,
    ReturnAddressGiven,
    ReturnScanned,
    ReturnShipped,
    ReturnWaybillCorrected,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.deadline_times import MOST_DAYS, lengthen
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.goods import arrivals, lost_parcels, pickups, waybills
from aftersale_svc.commands.record import case_fields, shipped_lines
from aftersale_svc.domain.cases.errors import ReturnAddressUnchanged, WaybillUnchanged
from aftersale_svc.domain.cases.full_case import FullCase, facts_for
from aftersale_svc.domain.cases.lifecycle import apply, cause, is_with_courier, sent_by
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.pickups.codes import ReturnMethod
from aftersale_svc.domain.cases.return_freights.model import StatedFreight
from aftersale_svc.domain.cases.return_freights.policy import stated
from aftersale_svc.domain.cases.waybills import Receiver
from aftersale_svc.domain.deadlines.ledger import DEADLINE, DeadlineAction, ExtensionCause
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.deadlines import OPEN_OF
from aftersale_svc.tables.money.holders import with_holders

SCAN = "scan"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""
_LEAST = timedelta(days=1)


async def set_address(
    tx: Transaction[Settings], case_id: str, *, address: dict[str, str], note: str | None = None
) -> FullCase:
    """Say where the goods are to be sent, or correct that. The buyer's time to ship starts with it.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReturnAlreadyShipped: see CASE.
        ReturnAddressUnchanged: it is the address that the case has.
    """
    full = await locking.case(tx, case_id)
    before = full.return_.address
    given = apply(
        full.keeping(replace(full.return_, address=address, settings=None)), CaseAction.SET_RETURN_ADDRESS, tx
    )
    if address == before:
        raise ReturnAddressUnchanged(pointer="/return_address")
    event = ReturnAddressGiven(
        **case_fields(tx, given.case), corrected=before is not None, deadline_at=given.case.deadline_at
    )
    return await effects.save(tx, full, given, CaseAction.SET_RETURN_ADDRESS, event, note=note)


async def ship(
    tx: Transaction[Settings],
    case_id: str,
    *,
    carrier: str,
    waybill_no: str,
    drop_off_point: str | None = None,
    freight: StatedFreight | None = None,
) -> FullCase:
    """Record that the buyer handed the goods to a courier, or at a drop-off point; order-svc follows the parcel from here.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        WaybillInUse: see `waybills.check`.
        CurrencyForeign, ReturnFreightNotReimbursed, ReturnFreightExceedsLimit: see `stated`.
        EvidenceUnusable: what proves the freight cannot be cited.
    """
    full, order = await locking.case_and_order(tx, case_id)
    shipped = apply(sent_by(full, carrier), CaseAction.SHIP, tx)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.MERCHANT)
    return_ = replace(
        full.return_,
        carrier=carrier,
        waybill_no=waybill_no,
        method=ReturnMethod.OWN_COURIER if drop_off_point is None else ReturnMethod.DROP_OFF,
        drop_off_point=drop_off_point,
        scanned_at=None,
        delivered_at=None,
        received=None,
    )
    after = shipped.keeping(return_)
    if freight is not None:
        after = after.keeping(stated(full, order, freight))
        await cited_evidence.check(tx, order.id, freight.evidence, is_required=True)
    event = ReturnShipped(
        **case_fields(tx, shipped.case),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=shipped_lines(full.lines),
        deadline_at=shipped.case.deadline_at,
        method=return_.method,
        drop_off_point=drop_off_point,
        freight_minor=freight and freight.amount_minor,
        currency=freight and freight.currency,
    )
    return await effects.save(tx, full, after, CaseAction.SHIP, event, evidence=freight.evidence if freight else ())


async def correct_waybill(tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str) -> FullCase:
    """Replace a wrong waybill; order-svc follows this one instead. The deadline stays that of the shipping.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, ReturnAlreadyScanned: see CASE.
        WaybillUnchanged: it is the waybill that the case has.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    corrected, before = apply(sent_by(full, carrier), CaseAction.CORRECT_WAYBILL, tx), full.return_
    if (carrier, waybill_no) == (before.carrier, before.waybill_no):
        raise WaybillUnchanged(pointer="/waybill_no", waybill_no=waybill_no)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.MERCHANT)
    event = ReturnWaybillCorrected(
        **case_fields(tx, corrected.case),
        previous_carrier=before.carrier or "",
        previous_waybill_no=before.waybill_no or "",
        carrier=carrier,
        waybill_no=waybill_no,
        lines=shipped_lines(full.lines),
        deadline_at=corrected.case.deadline_at,
    )
    after = corrected.keeping(replace(before, carrier=carrier, waybill_no=waybill_no, scanned_at=None))
    return await effects.save(tx, full, after, CaseAction.CORRECT_WAYBILL, event)


async def receive(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Record that the merchant has the goods, whatever the courier reports, and also where no waybill is known. A case that was closed
    without them is open again, where it can be (see `record_arrival`).

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingInTransit, ReplacementReported, ClosedForGood, OrderWasCancelled, RefundCovered: see CASE.
        UnitsHeldByAnother: another case has units of a closed one by now.
    """
    full, order = await locking.case_and_order(tx, case_id)  # other cases may have the units of a closed one
    if full.case.state is CaseState.CLOSED:
        return await _reopen(tx, full, order, note)
    received = apply(full, CaseAction.RECEIVE, tx).keeping(arrivals.arrived(full, tx.now))
    return await effects.save(tx, full, received, CaseAction.RECEIVE, arrivals.delivered(tx, received, None), note=note)


async def _reopen(tx: Transaction[Settings], full: FullCase, order: Order, note: str | None) -> FullCase:
    """The goods of a locked case have arrived after it was closed: it has its units and their money again, and an agent decides."""
    [full] = await with_holders(tx, [full])
    moved = apply(full, CaseAction.RECEIVE, tx, replace(facts_for(full, tx.actor), order=order))
    opened = replace(moved, case=replace(moved.case, close_cause=None, reject_reason=None))
    event = AfterSaleReopened(
        **case_fields(tx, opened.case), cause=cause(full, CaseAction.RECEIVE), deadline_at=opened.case.deadline_at
    )
    received = opened.keeping(arrivals.arrived(full, tx.now))
    events = (event, arrivals.delivered(tx, received, None))
    return await effects.save(tx, full, received, CaseAction.RECEIVE, *events, note=note)


async def record_arrival(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Record that the merchant has goods of a case that has ended, and that they do not open again: they go back to the buyer, unless their
    money has. Or of a fast exchange whose replacement was reported: an agent decides about both.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, NothingInTransit, OpensAgain, ReplacementNotReported, GoodsAlreadyReceived, RefundDecided: see CASE.
    """
    full, order = await locking.case_and_order(tx, case_id)
    facts = await arrivals.facts_of(tx, full, order)
    arrived = apply(full, CaseAction.RECORD_ARRIVAL, tx, facts).keeping(arrivals.arrived(full, tx.now))
    return await effects.save(
        tx, full, arrived, CaseAction.RECORD_ARRIVAL, arrivals.delivered(tx, arrived, None), note=note
    )


async def follow_parcel(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Follow the returned parcel of a case: its first scan collects a pickup, and fixes the waybill; its delivery starts the inspection.

    A parcel that is lost, or goes back to the buyer, is for an agent. Reports about any other waybill change nothing: one that
    the buyer has corrected, or replaced when sending the goods again, or that of another parcel of the case.

    Raises:
        NotFound: there is no such case.
    """
    if event.case_id is None:
        return
    order = None
    if event.is_delivered:  # other cases may have the units of a closed one
        full, order = await locking.case_and_order(tx, event.case_id)
    else:
        full = await locking.case(tx, event.case_id)
    if event.is_scanned:
        full = await pickups.scanned(tx, full, event)
    if (full.return_.carrier, full.return_.waybill_no) != (event.carrier, event.waybill_no):
        return
    if event.is_delivered:
        await arrive(tx, full, event.parcel_id, event.occurred_at, order)
    elif lost_parcels.is_lost(event):
        await lost_parcels.escalate(tx, full, CaseState.RETURN_IN_TRANSIT)
    elif event.is_scanned and is_with_courier(full.case):
        if full.return_.scanned_at is None:
            full = await _scan(tx, full, event)
        await prolong(tx, full)


async def prolong(tx: Transaction[Settings], full: FullCase) -> None:
    """The goods of a locked case move on their way back: the time in which they have to arrive begins again.

    At most once a day, and up to 90 days after it began.
    """
    if full.case.state is not CaseState.RETURN_IN_TRANSIT:
        return
    deadline = await tx.one(OPEN_OF, document_id=full.case.id)
    if deadline is None or deadline.due_at is None:
        return
    until = min(
        tx.timing.due(full.case, "return_transit_hours", tx.now, tx.settings, None),
        deadline.set_at + timedelta(days=MOST_DAYS),
    )
    if until - deadline.due_at >= _LEAST:
        extended = DEADLINE.apply(deadline, DeadlineAction.EXTEND, tx, tx.actor.role)
        await lengthen(tx, full.case, extended, until, ExtensionCause.COURIER)


async def _scan(tx: Transaction[Settings], full: FullCase, event: ParcelStatusChanged) -> FullCase:
    case = replace(full.case, updated_at=tx.now)
    scanned = ReturnScanned(
        **case_fields(tx, case),
        parcel_id=event.parcel_id,
        waybill_no=event.waybill_no,
        scanned_at=event.occurred_at,
        deadline_at=case.deadline_at,
    )
    after = replace(full, case=case).keeping(replace(full.return_, scanned_at=event.occurred_at))
    return await effects.save(tx, full, after, SCAN, scanned)


async def report_missing(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Say as the merchant that the goods are not there, whatever the courier reports; an agent decides what follows.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see CASE.
    """
    full = await locking.case(tx, case_id)
    missing = apply(full, CaseAction.REPORT_RETURN_MISSING, tx)
    missing = missing.keeping(replace(full.return_, delivered_at=None))
    event = AfterSaleEscalated(
        **case_fields(tx, missing.case),
        cause=cause(full, CaseAction.REPORT_RETURN_MISSING),
        deadline_at=missing.case.deadline_at,
    )
    return await effects.save(tx, full, missing, CaseAction.REPORT_RETURN_MISSING, event, note=note)


async def arrive(
    tx: Transaction[Settings], full: FullCase, parcel_id: str, at: datetime, order: Order | None = None
) -> FullCase:
    """The locked case, or one of this transaction, whose goods have arrived in this parcel; `order` is locked where it may have ended."""
    found = await arrivals.of_parcel(tx, full, parcel_id, at, order)
    if found is None:
        return full  # a late scan changes no decision
    return await effects.save(tx, full, found.full, found.action, found.event)
