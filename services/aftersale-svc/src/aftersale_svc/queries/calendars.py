"""The calendars and rules of hours that hold now."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from aftersale_svc.domain.deadlines.stored import CalendarDay, CalendarVersion, RuleSetVersion
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.calendars import CALENDAR, CALENDARS, DAYS_OF, RULES_OF


async def calendar(read: Reader[Settings], calendar_id: str) -> tuple[CalendarVersion, list[CalendarDay]]:
    """The newest version of a calendar with its own days. Raises: NotFound."""
    version = await read.one(CALENDAR, calendar_id=calendar_id)
    if version is None:
        raise NotFound(what=CALENDARS.name)
    return version, await read.all(DAYS_OF, calendar_id=version.id, version=version.version)


async def rules(read: Reader[Settings], owner: str) -> RuleSetVersion | None:
    """The newest version of the rules of the platform or of a merchant; None where there is none."""
    return await read.one(RULES_OF, owner=owner)
