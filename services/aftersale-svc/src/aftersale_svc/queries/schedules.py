"""The rules and calendars that hold now, kept in the memory of the process."""

from typing import Any

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.deadlines.schedules import Schedules
from aftersale_svc.domain.deadlines.stored import all_assembled
from aftersale_svc.domain.deadlines.timing import ScheduleTiming
from aftersale_svc.domain.timers import MERCHANTS_CHOICE
from aftersale_svc.tables.deadlines.calendars import NEWEST_CALENDARS, NEWEST_DAYS, NEWEST_RULES, VERSIONS_NUMBER
from aftersale_svc.tables.deadlines.standstills import RECENT_STANDSTILLS


class StoredSchedules:
    """See `TimingSource`. Versions are only added, so their number is enough to know that nothing has changed."""

    def __init__(self) -> None:
        self._schedules, self._number = Schedules(), (0, 0, 0)

    async def load(self, reader: Reader[Any]) -> None:  # Any: see TimingSource
        """Load the newest versions, where one was added."""
        row = await reader.one(VERSIONS_NUMBER)
        number = (row["calendars"], row["rules"], row["standstills"]) if row is not None else (0, 0, 0)
        if number == self._number:
            return
        rules = [each.rule_set for each in await reader.all(NEWEST_RULES)]
        calendars = all_assembled(await reader.all(NEWEST_CALENDARS), await reader.all(NEWEST_DAYS))
        standstills = await reader.all(RECENT_STANDSTILLS)
        rule_sets = {each.owner: each for each in rules}
        self._schedules, self._number = Schedules(rule_sets, calendars, standstills, MERCHANTS_CHOICE), number

    def timing(self) -> ScheduleTiming:
        """The timing of one transaction."""
        return ScheduleTiming(self._schedules)
