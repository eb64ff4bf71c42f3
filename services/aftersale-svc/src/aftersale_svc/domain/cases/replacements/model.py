"""The replacement of a case. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime

from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What the merchant owes the buyer since the case entered `await_reship`; empty but for its key until it is sent.

    `scanned_at` is the courier's first scan under the present waybill. Since `refund_offered_at` the buyer may take the
    money instead. `anomaly` is what the buyer has reported of the last parcel. Since `returned_at` nothing is owed any more: its goods go
    back to the merchant to be repaired again, or the buyer has asked for something else.
    """

    case_id: str
    carrier: str | None = None
    waybill_no: str | None = None
    shipped_at: datetime | None = None
    scanned_at: datetime | None = None
    delivered_at: datetime | None = None
    refund_offered_at: datetime | None = None
    anomaly: ReplacementAnomaly | None = None
    returned_at: datetime | None = None

    @property
    def is_with_buyer(self) -> bool:
        """Whether the buyer has reported something wrong with goods that they have."""
        return self.anomaly not in (None, ReplacementAnomaly.NOT_RECEIVED)

    @property
    def has_arrived(self) -> bool:
        """Whether the courier or the buyer has reported that the buyer has the goods."""
        return self.is_with_buyer or (self.delivered_at is not None and self.anomaly is None)
