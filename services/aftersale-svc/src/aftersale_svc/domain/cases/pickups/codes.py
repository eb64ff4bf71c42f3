"""The codes of pickups, and of how goods are sent back. They are published, so a value never changes."""

from enum import StrEnum


class ReturnMethod(StrEnum):
    """How the buyer hands the goods to a courier."""

    OWN_COURIER = "own_courier"
    PICKUP = "pickup"
    DROP_OFF = "drop_off"


class PickupState(StrEnum):
    """What has become of a pickup; it is booked again after it was missed or cancelled."""

    BOOKED = "booked"
    COLLECTED = "collected"
    MISSED = "missed"
    CANCELLED = "cancelled"


class PickupMissedBy(StrEnum):
    """Who missed a pickup; unknown where nobody has said what became of it."""

    COURIER = "courier"
    BUYER = "buyer"
    UNKNOWN = "unknown"
    COURIER_REFUSED = "courier_refused"
