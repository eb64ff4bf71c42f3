"""The codes of holds."""

from enum import StrEnum


class HoldState(StrEnum):
    """The states of a hold: for an open case, settled because they were refunded, or free again."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"


class HoldAction(StrEnum):
    """What a case does with its holds: at its end, and where it is reopened."""

    SETTLE = "settle"
    RELEASE = "release"
    HOLD_AGAIN = "hold_again"
