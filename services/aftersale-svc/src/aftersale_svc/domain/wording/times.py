"""Times as people read them, in one time zone per shop."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from aftersale_svc.domain.deadlines.calendars import WEEK

DEFAULT_ZONE = WEEK.zone
"""That of a shop without a calendar."""


def clock(at: datetime, zone: tzinfo) -> str:
    """A time to the minute, without its zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def in_zone(at: datetime, zone: ZoneInfo) -> str:
    """A time to the minute, with the name of its zone."""
    return f"{clock(at, zone)} {zone.key}"
