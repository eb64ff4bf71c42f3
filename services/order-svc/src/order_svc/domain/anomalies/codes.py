"""The codes of anomalies. They are published, so a value never changes."""

from enum import StrEnum


class AnomalyKind(StrEnum):
    """What is wrong with a parcel. Those up to DELIVERY_OVERDUE follow from silence (`silence.py`), the others from scans (`reports.py`)."""

    NOT_PICKED_UP = "not_picked_up"
    STUCK_IN_TRANSIT = "stuck_in_transit"
    STUCK_IN_CUSTOMS = "stuck_in_customs"
    STUCK_IN_DELIVERY = "stuck_in_delivery"
    NOT_COLLECTED = "not_collected"
    STUCK_RETURNING = "stuck_returning"
    PRESUMED_LOST = "presumed_lost"
    DELIVERY_OVERDUE = "delivery_overdue"
    LOST = "lost"
    DAMAGED = "damaged"
    DISPOSED = "disposed"
    REFUSED = "refused"
    RETURNED_TO_SENDER = "returned_to_sender"
    RETURNED_AFTER_DELIVERY = "returned_after_delivery"
    OTHER_RECEIVER = "other_receiver"
    MISROUTED = "misrouted"
    ADDRESS_PROBLEM = "address_problem"
    SCANNED_AFTER_VOID = "scanned_after_void"


class GoodsLoss(StrEnum):
    """What the owner of the goods may claim from the courier for."""

    LOST = "lost"
    DAMAGED = "damaged"


class AnomalyState(StrEnum):
    """How far an anomaly is looked after."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class AnomalyAction(StrEnum):
    """END is taken when the anomaly resolves itself: a scan comes, or the parcel arrives."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    END = "end"


class AnomalyEnd(StrEnum):
    """How an anomaly ended."""

    SCANNED = "scanned"
    ARRIVED = "arrived"
    PARCEL_ENDED = "parcel_ended"
    NOT_FOLLOWED = "not_followed"
    RESOLVED = "resolved"


class AnomalyResolution(StrEnum):
    """How the merchant or an agent has resolved an anomaly."""

    FOUND = "found"
    HURRIED = "hurried"
    RESHIPPED = "reshipped"
    REFUNDED = "refunded"
    CLAIMED = "claimed"
    GOODS_BACK = "goods_back"
    RECEIVER_CONFIRMED = "receiver_confirmed"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


LOSSES = {
    AnomalyKind.LOST: GoodsLoss.LOST,
    AnomalyKind.PRESUMED_LOST: GoodsLoss.LOST,
    AnomalyKind.DISPOSED: GoodsLoss.LOST,
    AnomalyKind.DAMAGED: GoodsLoss.DAMAGED,
}
"""The kinds by which goods are gone or damaged in the hands of the courier."""
