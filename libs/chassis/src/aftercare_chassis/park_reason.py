"""Why a consumer parks an event."""

from enum import StrEnum


class ParkReason(StrEnum):
    """The codes by which operators filter parked events and set alarms."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    WRONG_SCHEMA = "wrong_schema"
    UNKNOWN_VERSION = "unknown_version"
    SEQUENCE_GAP = "sequence_gap"
    CONTRADICTION = "contradiction"
    REFUSED = "refused"
    EVENT_MISSING = "event_missing"
    BEHIND = "behind"
