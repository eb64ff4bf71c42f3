"""Parsing of times as text: RFC 3339, section 5.6, in every form that it allows."""

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:)([0-5]\d|60)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_SECOND = timedelta(seconds=1)


def read(text: str) -> datetime:
    """Return the time in UTC, to the microsecond; further digits of a fraction are cut off.

    `t`, `z` and a space in place of the `T` are accepted. A leap second (23:59:60 UTC on the last day of a month) is read as
    the second after it, as POSIX does: Python's datetime cannot represent it.

    Raises:
        ValueError: The text has another form, is no real time, or is outside the years 1 to 9999.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError("not an RFC 3339 time with offset")
    date, clock, second, fraction, offset = found.groups("")
    leap = second == "60"
    try:
        instant = datetime.fromisoformat(f"{date}T{clock}{'59' if leap else second}{fraction}{offset.upper()}")
        return _after_leap_second(instant.astimezone(UTC)) if leap else instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


def _after_leap_second(before: datetime) -> datetime:
    after = before + _SECOND
    if (after.day, after.hour, after.minute, after.second) != (1, 0, 0, 0):
        raise ValueError("a leap second ends a month")
    return after
