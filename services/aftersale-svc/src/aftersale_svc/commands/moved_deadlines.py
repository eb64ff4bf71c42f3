"""A provisional deadline is computed again once a newer calendar knows its days."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Reader, Transaction

from aftersale_svc.commands.deadline_times import ROWS, lengthen
from aftersale_svc.domain.deadlines.calendars import WEEK, Calendar
from aftersale_svc.domain.deadlines.ledger import DEADLINE, Deadline, DeadlineAction, ExtensionCause
from aftersale_svc.domain.deadlines.moving import knows_more, recomputed
from aftersale_svc.domain.deadlines.schedules import Due
from aftersale_svc.domain.deadlines.stored import assembled
from aftersale_svc.domain.deadlines.timing import ScheduleTiming
from aftersale_svc.settings import Settings
from aftersale_svc.tables.calendars import CALENDARS, DAYS_OF
from aftersale_svc.tables.deadlines import DEADLINES


async def move(tx: Transaction[Settings], deadline_id: str) -> Deadline:
    """Compute an open provisional deadline with the newest version of its calendar.

    It moves to a later end only, so that nobody loses time that was shown. What it was extended by is kept.

    Raises:
        NotFound: see `Transaction.lock`.
        IllegalTransition: see DEADLINE.
    """
    found = await tx.get(DEADLINES, deadline_id)
    document = await tx.lock(ROWS[found.document], found.document_id)
    deadline = await tx.get(DEADLINES, deadline_id)  # again: it changes under the lock of the document only
    new = await _due(tx, deadline)
    due_at = deadline.due_at
    if new is None or due_at is None or deadline.ended_at is not None or due_at <= tx.now:
        return deadline
    due, calendar_id, version = new
    known = replace(deadline, calendar_id=calendar_id, calendar_version=version, provisional=due.provisional)
    if due.at <= due_at:
        await tx.upsert(DEADLINES, known)
        return known
    moved = DEADLINE.apply(known, DeadlineAction.MOVE, tx)
    return await lengthen(tx, document, moved, due.at, ExtensionCause.CALENDAR)


async def _due(tx: Transaction[Settings], deadline: Deadline) -> tuple[Due, str, int] | None:
    """Its end by the newest calendar, with what it was extended by; None where that knows no further than the one before."""
    timing, rule = tx.timing, deadline.rule
    if not isinstance(timing, ScheduleTiming) or rule is None or not deadline.provisional or deadline.due_at is None:
        return None
    calendar = timing.calendar_of(deadline)
    if calendar is None or deadline.is_counted_in(calendar):
        return None
    old = await _calendar(tx, deadline.calendar_id, deadline.calendar_version)
    if not knows_more(calendar, old):
        return None
    due, before = recomputed(deadline, rule, calendar), recomputed(deadline, rule, old)
    return replace(due, at=due.at + (deadline.due_at - before.at)), calendar.id, calendar.version


async def _calendar(read: Reader[Settings], calendar_id: str | None, version: int | None) -> Calendar:
    if not calendar_id or not version:
        return WEEK
    found = await read.get(CALENDARS, calendar_id, version)
    days = await read.all(DAYS_OF, calendar_id=found.id, version=found.version)
    base = await _calendar(read, found.based_on, found.based_on_version) if found.based_on else None
    return assembled(found, days, base)
