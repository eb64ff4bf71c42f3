"""The codes of repairs. They are published, so a value never changes."""

from enum import StrEnum


class RepairWork(StrEnum):
    """What was done in a repair."""

    PART_REPLACED = "part_replaced"
    UNIT_REPLACED = "unit_replaced"
    ADJUSTED = "adjusted"
    CLEANED = "cleaned"
    SOFTWARE_UPDATED = "software_updated"
    TESTED = "tested"
    NO_FAULT_FOUND = "no_fault_found"
    OTHER = "other"


class RepairFailure(StrEnum):
    """Why goods cannot be repaired."""

    PARTS_UNAVAILABLE = "parts_unavailable"
    BEYOND_REPAIR = "beyond_repair"
    NOT_ECONOMIC = "not_economic"
    FAULT_NOT_REPRODUCED = "fault_not_reproduced"
    OTHER = "other"


class RepairRemedy(StrEnum):
    """What the merchant offers for goods that cannot be repaired."""

    REFUND = "refund"
    EXCHANGE = "exchange"


class RepairOutcome(StrEnum):
    """What the buyer gets back from a repair: the goods repaired, the goods as they were, or others for them."""

    REPAIRED = "repaired"
    UNREPAIRED = "unrepaired"
    EXCHANGED = "exchanged"


RETURNED_ITSELF = frozenset({RepairOutcome.REPAIRED, RepairOutcome.UNREPAIRED})
"""The buyer gets back the goods that they have sent."""
