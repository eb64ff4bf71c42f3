"""What work that is done later was caused by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that caused work which is done later: the events of that work name it as their cause."""

    id: str
    correlation_id: str
