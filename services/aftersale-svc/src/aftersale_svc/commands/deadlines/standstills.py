"""A standstill of the timers is noted once, and deadlines that ended in it are extended before they fire."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import TIMING

from aftersale_svc.commands.deadlines.deadline_times import lengthen
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.claims.model import Claim
from aftersale_svc.domain.deadlines.ledger import DEADLINE, DeadlineAction, ExtensionCause
from aftersale_svc.domain.deadlines.standstills import SPARED, Beat, Standstill, spared_until, standstill
from aftersale_svc.domain.deadlines.timing import ScheduleTiming
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.deadlines import OPEN_OF
from aftersale_svc.tables.deadlines.standstills import BEATS, LAST_BEAT, STANDSTILLS

TIMERS = "timers"


async def beat(tx: Transaction[Settings]) -> Standstill | None:
    """Note that the timers run; return the standstill before that, where there was one. The row is locked: one process finds it."""
    last = await tx.one(LAST_BEAT, name=TIMERS)
    if last is not None and last.at >= tx.now:
        return None
    await tx.upsert(BEATS, Beat(name=TIMERS, at=tx.now))
    settings = tx.settings
    found = (
        None
        if last is None
        else standstill(
            tx.new_id("still"), last.at, tx.now, least=settings.standstill_least, most=settings.standstill_grace
        )
    )
    if found is not None:
        await tx.insert(STANDSTILLS, found)
        tx.wake(TIMING)
    return found


async def spare(tx: Transaction[Settings], document: Case | Dispute | Claim) -> bool:
    """Extend the deadline of a locked document that is due, where a standstill concerns it; whether it was extended."""
    timing, due_at = tx.timing, document.deadline_at
    if not isinstance(timing, ScheduleTiming) or due_at is None or document.whose_turn not in SPARED:
        return False
    if not any(each.began_at < due_at < each.grace_until for each in timing.standstills):
        return False
    deadline = await tx.one(OPEN_OF, document_id=document.id)
    until = None if deadline is None else spared_until(timing.standstills, deadline.set_at, due_at)
    if deadline is None or until is None:
        return False
    extended = DEADLINE.apply(deadline, DeadlineAction.EXTEND, tx, tx.actor.role)
    await lengthen(tx, document, extended, until, ExtensionCause.STANDSTILL)
    return True
