"""Times as text: RFC 3339, section 5.6, in every spelling that it allows."""

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:)([0-5]\d|60)(\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_SECOND = timedelta(seconds=1)


def read(text: str) -> datetime:
    """The instant in UTC, to the microsecond; further digits of a fraction are cut off.

    `T` and `Z` may be small, and a space may stand for the `T`. A leap second (23:59:60 UTC on the last day of a month) is
    the second after it, as in POSIX: the clocks that this is compared with have no name for it.

    Raises: ValueError where the text is not of this form, names no real time, or has no place in Python's years 1 to 9999.
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
