"""The parcel of a replacement, as its courier reports it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import ParcelStatusChanged, ReplacementDelivered, ReplacementScanned

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.goods import lost_parcels
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import LIVE, apply, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.settings import Settings

SCAN = "scan_replacement"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""


async def follow(tx: Transaction[Settings], event: ParcelStatusChanged) -> None:
    """Follow the replacement of a case: its first scan fixes the waybill, from its delivery the buyer has time to confirm it.

    One that is lost or goes back to its sender is for an agent. Reports about any other waybill change nothing: one that the
    merchant has corrected, or of a parcel that another one has replaced.

    Raises:
        NotFound: there is no such case.
    """
    if event.case_id is None:
        return
    full = await locking.case(tx, event.case_id)
    known = full.replacement
    if known is None or (known.carrier, known.waybill_no) != (event.carrier, event.waybill_no):
        return
    if event.is_delivered:
        await _arrive(tx, full, known, event)
    elif lost_parcels.is_lost(event):
        await lost_parcels.escalate(tx, full, CaseState.RESHIP_IN_TRANSIT)
    elif event.is_scanned and known.scanned_at is None and full.case.state in LIVE:
        await _scan(tx, full, known, event)


async def _scan(tx: Transaction[Settings], full: FullCase, known: Replacement, event: ParcelStatusChanged) -> None:
    case = replace(full.case, updated_at=tx.now)
    scanned = ReplacementScanned(
        **case_fields(tx, case),
        parcel_id=event.parcel_id,
        waybill_no=event.waybill_no,
        scanned_at=event.occurred_at,
        deadline_at=case.deadline_at,
    )
    after = replace(full, case=case).keeping(replace(known, scanned_at=event.occurred_at))
    await effects.save(tx, full, after, SCAN, scanned)


async def _arrive(tx: Transaction[Settings], full: FullCase, known: Replacement, event: ParcelStatusChanged) -> None:
    arrived = replace(known, scanned_at=known.scanned_at or event.occurred_at, delivered_at=event.occurred_at)
    after = full.keeping(arrived)
    if known.delivered_at is not None:
        return
    if permits(after, CaseAction.DELIVER_REPLACEMENT, tx):
        after = apply(after, CaseAction.DELIVER_REPLACEMENT, tx)
    elif full.case.state is CaseState.DISPUTED:
        after = replace(after, case=replace(full.case, updated_at=tx.now))  # it counts when the dispute is over
    else:
        return  # decided without it meanwhile
    delivered = ReplacementDelivered(
        **case_fields(tx, after.case),
        parcel_id=event.parcel_id,
        waybill_no=event.waybill_no,
        deadline_at=after.case.deadline_at,
    )
    await effects.save(tx, full, after, CaseAction.DELIVER_REPLACEMENT, delivered)
