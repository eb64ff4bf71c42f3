"""Why a consumer parks an event. Operators filter by these codes, and alerts are set on them."""

from enum import StrEnum


class ParkReason(StrEnum):
    """The codes. In the database, in metrics and in the output of commands they are called `trouble`."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    WRONG_SCHEMA = "wrong_schema"
    UNKNOWN_VERSION = "unknown_version"
    SEQUENCE_GAP = "sequence_gap"
    CONTRADICTION = "contradiction"
    REFUSED = "refused"
    EVENT_MISSING = "event_missing"
    BEHIND = "behind"
