"""Read single values out of partners' text. Each raises ValueError for what cannot be stored or compared."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from aftercare_events import instants, waybills

from order_svc.integrations.couriers.masking import mask

CHINA = timezone(timedelta(hours=8))
"""The clocks of partners that write no offset, where their documentation names no other."""
_CODE = re.compile(r"[!-~]{1,60}")
_UNFIT = re.compile(r"[^a-z0-9_]+")
_REFERENCE = re.compile(r"[!-~]{1,100}")
_LATEST = 32_503_680_000
"""The year 3000."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# Some partners leave out zeros, write a `T`, a fraction or the zone, and one writes a digit too many.
_LOCAL = re.compile(
    r"(\d{4})([-/])(\d{1,3})\2(\d{1,3})[T ]+(\d{1,3}):(\d{1,3}):(\d{1,3})(?:\.\d{1,9})?(?: ?CST)?", re.ASCII
)


def carrier(text: str) -> str:
    """The canonical form of a carrier's code."""
    return code(waybills.canonical_carrier(text))


def carrier_name(text: str) -> str:
    """A carrier's code made of the name that a partner has for it: `USPS` is usps, `DHL Express` dhl_express."""
    return waybills.carrier(_UNFIT.sub("_", waybills.canonical_carrier(text).lower()).strip("_"))


def code(text: str) -> str:
    """A partner's own code, as printable ASCII of at most 60."""
    if not _CODE.fullmatch(text):
        raise ValueError("the code is not printable ASCII of at most 60 characters")
    return text


def name(text: str | None) -> str | None:
    """What a partner calls a state that it gives no code, without personal data, of at most 60 characters; None where it is blank."""
    return mask((text or "").strip())[:60] or None


def reference(text: str | None) -> str | None:
    """The number under which a parcel was registered with the partner, or None where there is none that can be one."""
    found = (text or "").strip()
    return found if _REFERENCE.fullmatch(found) else None


def naive_time(text: str, zone: tzinfo = CHINA) -> datetime:
    """`yyyy-MM-dd HH:mm:ss` as the clocks of `zone` show it, in UTC."""
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        raise ValueError("the time is not written as yyyy-MM-dd HH:mm:ss")
    year, month, day, hour, minute, second = (_number(match[place]) for place in (1, 3, 4, 5, 6, 7))
    try:
        return _plausible(datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except ValueError as error:
        raise ValueError(f"the time is wrong: {error}") from None


def aware_time(text: str) -> datetime:
    """An RFC 3339 time, in UTC; one without an offset is refused."""
    return _plausible(instants.read(text))


def local_time(text: str, zone: tzinfo = CHINA) -> datetime:
    """A time with an offset, or else as the clocks of `zone` show it, in UTC."""
    return naive_time(text, zone) if is_local(text) else aware_time(text)


def is_local(text: str) -> bool:
    """Whether this is a time without an offset."""
    return _LOCAL.fullmatch(text.strip()) is not None


def unix_time(seconds: int) -> datetime:
    """A number of seconds since 1970, in UTC."""
    if not 0 <= seconds <= _LATEST:
        raise ValueError("the time is out of range")
    return _plausible(datetime.fromtimestamp(seconds, UTC))


def _number(digits: str) -> int:
    """The number; of three digits that begin with no zero the last is one too many."""
    return int(digits[:2] if len(digits) == 3 and digits[0] != "0" else digits)


def _plausible(time: datetime) -> datetime:
    try:
        time = time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None
    if time < _EARLIEST:
        raise ValueError("the time is before any parcel")
    return time
