"""The codes of replacements. They are published, so a value never changes."""

from enum import StrEnum


class ReplacementAnomaly(StrEnum):
    """What is wrong with a replacement that was sent."""

    NOT_RECEIVED = "not_received"
    WRONG_ITEM = "wrong_item"
    DAMAGED = "damaged"
    DEFECTIVE = "defective"
    PARTS_MISSING = "parts_missing"
