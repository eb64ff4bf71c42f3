"""An anomaly of a parcel, and when its courier last reported anything."""

from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.anomalies.codes import (
    LOSSES,
    AnomalyEnd,
    AnomalyKind,
    AnomalyResolution,
    AnomalyState,
    GoodsLoss,
)
from order_svc.domain.tracking import ParcelLeg


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One occurrence of one kind. `since` is when it began: of silence, the last sign of the parcel.

    `handler_id` is who acknowledged or resolved it last, `note` is for people. `raised_at` is when it was found here.
    """

    id: str
    parcel_id: str
    order_id: str
    case_id: str | None
    merchant_id: str
    leg: ParcelLeg
    carrier: str
    waybill_no: str
    kind: AnomalyKind
    since: datetime
    state: AnomalyState
    raised_at: datetime
    handler_id: str | None = None
    note: str | None = None
    ended_as: AnomalyEnd | None = None
    resolution: AnomalyResolution | None = None
    changed_at: datetime | None = None

    @property
    def loss(self) -> GoodsLoss | None:
        """What may be claimed from the courier for."""
        return LOSSES.get(self.kind)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state is AnomalyState.RESOLVED


@dataclass(frozen=True, slots=True)
class AnomalyCount:
    """How many anomalies of a kind there are with a carrier in a state."""

    kind: AnomalyKind
    carrier: str
    state: AnomalyState
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """When reports of one source were last recorded here: of a carrier's parcels, or that this service itself runs.

    Until `grace_until`, what its last interruption has held up may still arrive.
    """

    name: str
    reported_at: datetime
    grace_until: datetime | None = None
