"""A deadline is computed again once the days of its country have changed: they were not known before, or are other ones now."""

from dataclasses import dataclass

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace

from aftersale_svc.commands.deadlines.deadline_times import ROWS, lengthen
from aftersale_svc.domain.deadlines.calendars import WEEK, Calendar
from aftersale_svc.domain.deadlines.ledger import DEADLINE, Deadline, DeadlineAction, ExtensionCause
from aftersale_svc.domain.deadlines.moving import recomputed
from aftersale_svc.domain.deadlines.rules import DeadlineRule
from aftersale_svc.domain.deadlines.schedules import Due
from aftersale_svc.domain.deadlines.stored import assembled, assembled_on
from aftersale_svc.domain.deadlines.timing import ScheduleTiming
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.calendars import CALENDARS, DAYS_OF
from aftersale_svc.tables.deadlines.deadlines import DEADLINES


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
    known = replace(
        deadline,
        calendar_id=new.calendar_id,
        calendar_version=new.version,
        country_version=new.country_version,
        provisional=new.due.provisional,
    )
    if new.due.at <= due_at:
        await tx.upsert(DEADLINES, known)
        return known
    moved = DEADLINE.apply(known, DeadlineAction.MOVE, tx)
    return await lengthen(tx, document, moved, new.due.at, ExtensionCause.CALENDAR)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The end of a deadline, and the calendar in which it is counted."""

    due: Due
    calendar_id: str
    version: int
    country_version: int | None = None


async def _due(tx: Transaction[Settings], deadline: Deadline) -> _Counted | None:
    """Its end by the newest days of its country, with what it was extended by; None where it is counted in them."""
    timing, rule = tx.timing, deadline.rule
    if not isinstance(timing, ScheduleTiming) or rule is None or deadline.due_at is None:
        return None
    if not deadline.calendar_id or not deadline.calendar_version:
        newest = timing.first_calendar_of(deadline)
        return None if newest is None else _again(deadline, rule, WEEK, newest)
    version = await tx.get(CALENDARS, deadline.calendar_id, deadline.calendar_version)
    used = deadline.country_version or version.based_on_version or version.version
    country = timing.calendar(version.based_on or version.id)
    if country is None or country.version <= used:
        return None
    before = await _country(tx, country.id, used)
    if version.based_on is None:
        return _again(deadline, rule, before, country)
    own = await tx.all(DAYS_OF, calendar_id=version.id, version=version.version)
    old, new = assembled_on(version, own, before), assembled_on(version, own, country)
    return replace(_again(deadline, rule, old, new), country_version=country.version)


async def _country(tx: Transaction[Settings], country: str, number: int) -> Calendar:
    version = await tx.get(CALENDARS, country, number)
    return assembled(version, await tx.all(DAYS_OF, calendar_id=country, version=number))


def _again(deadline: Deadline, rule: DeadlineRule, old: Calendar, new: Calendar) -> _Counted:
    """The end by the new calendar, and as much later as it was extended."""
    due, before = recomputed(deadline, rule, new), recomputed(deadline, rule, old)
    later = before.at if deadline.due_at is None else deadline.due_at
    return _Counted(replace(due, at=due.at + (later - before.at)), new.id, new.version)
