"""Deadlines with what explains them."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.deadlines.calendars import WEEK, Calendar
from aftersale_svc.domain.deadlines.ledger import Deadline, DocumentKind
from aftersale_svc.domain.deadlines.stored import assembled, assembled_on
from aftersale_svc.domain.deadlines.turns import turn_seconds
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.deadlines.calendars import CALENDARS, DAYS_OF
from aftersale_svc.tables.deadlines.deadlines import DEADLINES, OF_CASE, REMINDERS, TO_MOVE


async def deadline(read: Reader[Settings], deadline_id: str) -> tuple[Deadline, Calendar]:
    """A deadline and the calendar that it was computed with: its version, and the days of its country. Raises: NotFound."""
    found = await read.get(DEADLINES, deadline_id)
    return found, await _calendar(read, found.calendar_id, found.calendar_version, found.country_version)


async def of_case(read: Reader[Settings], case_id: str) -> list[Deadline]:
    """Every deadline of a case and of its disputes, oldest first. Raises: NotFound."""
    await read.get(CASES, case_id)
    return await read.all(OF_CASE, case_id=case_id)


async def turns(read: Reader[Settings], case_id: str) -> tuple[Case, datetime, dict[str, int]]:
    """A case, until when its time is counted, and the seconds of each side. Raises: NotFound."""
    case = await read.get(CASES, case_id)
    found = await read.all(OF_CASE, case_id=case_id)
    until = _end(case, found, read.now)
    return case, until, turn_seconds(found, case.created_at, until)


async def reminders(read: Reader[Settings], most: int) -> list[tuple[str, datetime]]:
    """The deadlines that people are reminded of next, each with when, the earliest first."""
    return [(row["id"], row["reminds_at"]) for row in await read.all(REMINDERS, most=most)]


async def to_move(read: Reader[Settings], after: str, most: int) -> list[str]:
    """The ids, behind this one, of provisional deadlines for whose calendar a newer version has come."""
    return [row["id"] for row in await read.all(TO_MOVE, after=after, most=most)]


def _end(case: Case, found: Sequence[Deadline], now: datetime) -> datetime:
    ends = [each.ended_at for each in found if each.document is DocumentKind.CASE and each.ended_at is not None]
    return max(ends, default=case.updated_at) if case.state in ENDED else now


async def _calendar(
    read: Reader[Settings], calendar_id: str | None, version: int | None, country_version: int | None = None
) -> Calendar:
    if not calendar_id or not version:
        return WEEK
    found = await read.get(CALENDARS, calendar_id, version)
    days = await read.all(DAYS_OF, calendar_id=found.id, version=found.version)
    if found.based_on is None:
        return assembled(found, days)
    return assembled_on(found, days, await _calendar(read, found.based_on, country_version or found.based_on_version))
