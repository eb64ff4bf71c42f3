"""The command `aftersale-svc load-calendars`, which `migrate` runs at its end, too."""

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.deadlines import calendars
from aftersale_svc.integrations import calendar_packages
from aftersale_svc.settings import Settings


async def load(runtime: Runtime[Settings]) -> None:
    """Add a version of each country's calendar whose days have changed. Running it again changes nothing."""
    today, further = runtime.clock.now().date(), runtime.settings.calendar_countries
    for calendar, source_version in calendar_packages.calendars(today, further):
        async with runtime.transaction(SYSTEM) as tx:
            await calendars.publish(tx, calendar, source_version)
