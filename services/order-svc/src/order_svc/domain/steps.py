"""What has happened to an order, step by step: one for each event of the order, its payments, its refunds and its parcels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """One step. `event` is the name of its event, `subject` the id of what it changed, `result` its new state.

    `details` are facts of the event by their names, without personal data. `actor_role` is `system` where nobody took it: a timer, a
    courier's report, a provider's answer or another consequence.
    """

    id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    at: datetime
    event: str
    subject: str
    actor_id: str
    actor_role: str
    result: str
    details: dict[str, Any]  # a JSON document


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStep(OrderStep):
    """A step with the number of the transaction that wrote it."""

    written_in: int


class ErpFeed(StrEnum):
    """What a merchant's ERP follows."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    STOCK_RETURNS = "stock_returns"


DETAILS = (
    "payment_id",
    "refund_id",
    "parcel_id",
    "case_id",
    "provider",
    "amount_minor",
    "total_minor",
    "currency",
    "carrier",
    "waybill_no",
    "leg",
    "status",
    "delivered_to",
    "reason",
    "failure_code",
    "authorised_until",
    "cause",
    "complete",
    "after_sale_state",
    "outside",
    "kind",
    "in_review",
    "approved",
    "paid_minor",
    "left_minor",
    "succeeded_minor",
    "deposit_kept_minor",
    "fee_minor",
    "fee_payer",
    "moved_to",
    "purpose",
    "refusal",
    "outcome",
    "days",
    "extended_by",
    "deadline_at",
    "ship_by_at",
    "deliver_by_at",
    "receipt_due_at",
    "window_ends_at",
)
"""The facts of events that their steps keep, beside `units`: the units of all lines or packages that the event has."""
NOT_FOR_BUYERS = frozenset(
    {
        "StockReservationReleased",
        "StockCommitted",
        "StockCommitmentReversed",
        "StockReplaced",
        "StockReturned",
        "DeliveryMeasured",
        "ParcelAnomalyAcknowledged",
    }
)
"""The steps that only the merchant and the platform read: stock, measurements, and who looks after a parcel."""
