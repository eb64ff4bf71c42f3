"""Intercepts as their parcels and couriers move them: granted by a scan, ended with the parcel or by the courier's silence."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import TimerCommands
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import InterceptEnded, InterceptGranted
from aftercare_events.catalogue.intercepts import InterceptEndCause

from order_svc.commands.record import intercept_fields
from order_svc.domain.intercepts import policy
from order_svc.domain.intercepts.lifecycle import INTERCEPT, InterceptAction
from order_svc.domain.intercepts.model import Intercept
from order_svc.domain.tracking import BACK, INTERCEPTED, Parcel, Scan
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPTS, OPEN_INTERCEPT, SENT_RETURN

intercept_timer: TimerCommands[InterceptAction, Settings, Intercept] = TimerCommands(INTERCEPT.due)


async def explained(tx: Transaction[Settings], parcels: Sequence[Parcel], scans: Sequence[Scan]) -> Sequence[Scan]:
    """The scans, with the intercept as the reason of those by which the parcels go back, where the courier states none."""
    unexplained = [scan for scan in scans if scan.status in BACK and scan.reason is None]
    if not unexplained or await tx.one(SENT_RETURN, parcel_ids=[each.id for each in parcels]) is None:
        return scans
    return [replace(scan, reason=INTERCEPTED) if scan in unexplained else scan for scan in scans]


async def follow(tx: Transaction[Settings], parcel: Parcel) -> None:
    """Apply to the open intercept of a parcel that it goes back, or has ended: the courier has done what it was asked for, or has not."""
    found = await tx.one(OPEN_INTERCEPT, parcel_id=parcel.id)
    if found is None:
        return
    if policy.is_carried_out(found, parcel):
        await grant(tx, INTERCEPT.apply(found, InterceptAction.GRANT, SystemContext.of(tx)))
    elif parcel.terminal:
        failed = INTERCEPT.apply(found, InterceptAction.FAIL, SystemContext.of(tx))
        await end(tx, failed, InterceptEndCause.PARCEL_ENDED)


@intercept_timer(InterceptAction.EXPIRE)
async def expire(tx: Transaction[Settings], intercept: Intercept) -> Intercept:
    """The courier has not answered the locked intercept in time: the parcel goes on.

    Raises:
        IllegalTransition: it has ended.
    """
    expired = INTERCEPT.apply(intercept, InterceptAction.EXPIRE, SystemContext.of(tx))
    return await end(tx, expired, InterceptEndCause.NO_ANSWER)


async def grant(tx: Transaction[Settings], granted: Intercept) -> Intercept:
    """Save an intercept that its courier has granted, or carried out."""
    granted = replace(granted, refusal=None, ended_at=tx.now)
    event = InterceptGranted(
        **intercept_fields(tx, granted),
        reference=granted.reference,
        fee_minor=granted.fee_minor,
        currency=granted.currency,
        fee_payer=granted.fee_payer,
    )
    return await tx.save(INTERCEPTS, granted, event)


async def end(tx: Transaction[Settings], intercept: Intercept, cause: InterceptEndCause) -> Intercept:
    """Save an intercept that has ended without an answer of the courier."""
    ended = replace(intercept, ended_at=tx.now)
    return await tx.save(INTERCEPTS, ended, InterceptEnded(**intercept_fields(tx, ended), cause=cause))
