"""What went wrong with the parcels of an order, as order-svc publishes it, and the reasons for a case that it suggests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.codes import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelAnomaly:
    """Our copy of one anomaly. `kind` is order-svc's code, `since` when it began, `loss` what became of the goods with the courier.

    `scans` are the last ones when it was raised, oldest first, in codes. `ended_as` is how it ended, `resolution` how people resolved it.
    """

    id: str
    parcel_id: str
    order_id: str
    case_id: str | None
    leg: str
    carrier: str
    waybill_no: str
    kind: str
    loss: str | None
    silent: bool
    since: datetime
    scans: list[dict[str, Any]]  # JSON
    raised_at: datetime
    ended_at: datetime | None = None
    ended_as: str | None = None
    resolution: str | None = None


SUGGESTED: Mapping[str, tuple[Reason, ...]] = {
    "lost": (Reason.LOST_IN_TRANSIT,),
    "presumed_lost": (Reason.LOST_IN_TRANSIT,),
    "disposed": (Reason.LOST_IN_TRANSIT,),
    "damaged": (Reason.DAMAGED_IN_TRANSIT,),
    "returned_after_delivery": (Reason.DELIVERED_NOT_RECEIVED,),
    "not_picked_up": (Reason.NOT_SHIPPED_IN_TIME, Reason.NO_TRACKING),
    "refused": (Reason.REFUSED_AT_DOOR,),
}
"""By the kind of an anomaly: what its buyer probably asks for. It decides nothing; other kinds suggest nothing, as
a receipt by somebody for the receiver, which is usual."""
