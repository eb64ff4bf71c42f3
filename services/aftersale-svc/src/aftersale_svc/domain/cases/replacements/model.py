"""The replacement of a case. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime

from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What the merchant owes the buyer since the case entered `await_reship`; empty but for its key until it is sent.

    `scanned_at` is the courier's first scan under the present waybill. Since `refund_offered_at` the buyer may take the
    money instead. `anomaly` is what the buyer has reported of the last parcel. Since `returned_at` its goods go back to the
    merchant, so that nothing is owed until they are repaired again.
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
