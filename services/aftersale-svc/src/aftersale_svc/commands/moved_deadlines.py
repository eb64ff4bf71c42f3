"""A deadline is computed again once the days of its country have changed: they were not known before, or are other ones now."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.commands.deadline_times import ROWS, lengthen
from aftersale_svc.domain.deadlines.calendars import WEEK, Calendar
from aftersale_svc.domain.deadlines.ledger import DEADLINE, Deadline, DeadlineAction, ExtensionCause
from aftersale_svc.domain.deadlines.moving import recomputed
from aftersale_svc.domain.deadlines.schedules import Due
from aftersale_svc.domain.deadlines.stored import assembled
from aftersale_svc.domain.deadlines.timing import ScheduleTiming
from aftersale_svc.settings import Settings
from aftersale_svc.tables.calendars import CALENDARS, DAYS_OF
from aftersale_svc.tables.deadlines import DEADLINES


async def move(tx: Transaction[Settings], deadline_id: str) -> Deadline:
    """Compute an open deadline with the newest days of its country, and the hours and closed days that it was counted with.

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
    """Its end by the newest calendar, with what it was extended by, and that calendar; None where it is counted in it."""
    timing, rule = tx.timing, deadline.rule
    if not isinstance(timing, ScheduleTiming) or rule is None or deadline.due_at is None:
        return None
    newest = timing.calendar_of(deadline)
    if newest is None or deadline.is_counted_in(newest):
        return None
    old, new = await _old_and_new(tx, timing, deadline, newest)
    due, before = recomputed(deadline, rule, new), recomputed(deadline, rule, old)
    return replace(due, at=due.at + (deadline.due_at - before.at)), newest.id, newest.version


async def _old_and_new(
    tx: Transaction[Settings], timing: ScheduleTiming, deadline: Deadline, newest: Calendar
) -> tuple[Calendar, Calendar]:
    """The calendar that it was counted in, and the same one on the newest days of its country."""
    if not deadline.calendar_id or not deadline.calendar_version:
        return WEEK, newest
    version = await tx.get(CALENDARS, deadline.calendar_id, deadline.calendar_version)
    days = await tx.all(DAYS_OF, calendar_id=version.id, version=version.version)
    if version.based_on is None:
        return assembled(version, days), newest
    base = await tx.get(CALENDARS, version.based_on, version.based_on_version)
    old = assembled(base, await tx.all(DAYS_OF, calendar_id=base.id, version=base.version))
    new = timing.calendar(base.id) or old
    moved = replace(version, known_until=new.known_until, weekend=sorted(new.weekend))
    return assembled(version, days, old), assembled(moved, days, new)
