"""Read single values out of partners' text. Each raises ValueError for what cannot be stored or compared."""

import re
from datetime import UTC, datetime, tzinfo

from aftercare_events import instants, waybills

_CODE = re.compile(r"[!-~]{1,60}")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def carrier(text: str) -> str:
    """The canonical form of a carrier's code."""
    return code(waybills.canonical_carrier(text))


def code(text: str) -> str:
    """A partner's own code, as printable ASCII of at most 60."""
    if not _CODE.fullmatch(text):
        raise ValueError("the code is not printable ASCII of at most 60 characters")
    return text


def naive_time(text: str, zone: tzinfo) -> datetime:
    """`yyyy-MM-dd HH:mm:ss` as the clocks of `zone` show it, in UTC."""
    return _plausible(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone))


def aware_time(text: str) -> datetime:
    """An RFC 3339 time, in UTC; one without an offset is refused."""
    return _plausible(instants.read(text))


def _plausible(time: datetime) -> datetime:
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None
    if time < _EARLIEST:
        raise ValueError("the time is before any parcel")
    return time
