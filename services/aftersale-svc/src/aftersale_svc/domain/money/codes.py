"""The codes of holds."""

from enum import StrEnum


class HoldState(StrEnum):
    """The states of a hold: for an open case, settled because they were refunded, or free again."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"
