"""The end of an intercept whose parcel has ended, or whose courier has not answered."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import TimerCommands
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import InterceptEnded
from aftercare_events.catalogue.intercepts import InterceptEndCause

from order_svc.commands.record import intercept_fields
from order_svc.domain.intercepts.lifecycle import INTERCEPT, InterceptAction
from order_svc.domain.intercepts.model import Intercept
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.intercepts import INTERCEPTS, OPEN_INTERCEPT

intercept_timer: TimerCommands[InterceptAction, Settings, Intercept] = TimerCommands(INTERCEPT.due)


async def parcel_ended(tx: Transaction[Settings], parcel: Parcel) -> None:
    """The parcel arrived, came back or was lost before its courier answered."""
    found = await tx.one(OPEN_INTERCEPT, parcel_id=parcel.id)
    if found is not None:
        await end(
            tx, INTERCEPT.apply(found, InterceptAction.FAIL, SystemContext.of(tx)), InterceptEndCause.PARCEL_ENDED
        )


@intercept_timer(InterceptAction.EXPIRE)
async def expire(tx: Transaction[Settings], intercept: Intercept) -> Intercept:
    """The courier has not answered the locked intercept in time: the parcel goes on.

    Raises:
        IllegalTransition: it has ended.
    """
    expired = INTERCEPT.apply(intercept, InterceptAction.EXPIRE, SystemContext.of(tx))
    return await end(tx, expired, InterceptEndCause.NO_ANSWER)


async def end(tx: Transaction[Settings], intercept: Intercept, cause: InterceptEndCause) -> Intercept:
    """Save an intercept that has ended without an answer of the courier."""
    ended = replace(intercept, ended_at=tx.now)
    return await tx.save(INTERCEPTS, ended, InterceptEnded(**intercept_fields(tx, ended), cause=cause))
