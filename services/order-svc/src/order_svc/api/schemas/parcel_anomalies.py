"""Anomalies of parcels in requests and responses."""

from collections.abc import Sequence
from typing import Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, In, Out, Text, Time, example
from aftercare_chassis.lifecycle import Actor

from order_svc.domain.anomalies.codes import AnomalyEnd, AnomalyKind, AnomalyResolution, AnomalyState, GoodsLoss
from order_svc.domain.anomalies.lifecycle import ANOMALY
from order_svc.domain.anomalies.model import Anomaly, AnomalyCount
from order_svc.domain.tracking import ParcelLeg


class AcknowledgeIn(In):
    """Somebody looks after the anomaly."""

    model_config = example(note="called the depot, a search has begun")

    note: Text | None = None
    """For people; without personal data."""


class ResolveIn(In):
    """How the anomaly was resolved."""

    model_config = example(resolution="reshipped", note="sent again on the next day")

    resolution: AnomalyResolution
    """`found`: the parcel was found; `hurried`: the courier goes on after a call; `reshipped`: the goods were sent once more; `refunded`; `claimed`:
    the loss is claimed from the courier; `goods_back`: the merchant has them again; `receiver_confirmed`; `false_alarm`; `other`."""
    note: Text | None = None
    """For people; without personal data."""


class AnomalyOut(Out):
    """One occurrence of one kind of anomaly of a parcel."""

    id: str
    """Identifies the anomaly: `anom_…`."""
    parcel_id: str
    """The parcel, which `GET /v1/parcels/{parcel_id}` shows with its scans."""
    order_id: str
    """The order whose goods are in the parcel."""
    case_id: str | None
    """The case for which the goods are sent; null where the parcel is the order's own shipment."""
    merchant_id: str
    """The merchant of the order."""
    leg: ParcelLeg
    """Which way the parcel goes."""
    carrier: str
    """The code of the courier, such as `sf`."""
    waybill_no: str
    """The courier's number of the parcel."""
    kind: AnomalyKind
    """What is wrong. `not_picked_up`, `stuck_…`, `not_collected`, `presumed_lost` and `delivery_overdue` follow from silence, the others from
    scans."""
    since: Time
    """Since when: of silence, the last sign of the parcel; else the first scan that shows it."""
    loss: GoodsLoss | None
    """What of the goods may be claimed from the courier; null where nothing is."""
    state: AnomalyState
    """How far it is looked after."""
    raised_at: Time
    """When it was found here."""
    handler_id: str | None
    """Who has acknowledged or resolved it last; null where nobody has."""
    note: str | None
    """What they noted; null where they noted nothing."""
    ended_as: AnomalyEnd | None
    """How it ended: `scanned`, `arrived`, `parcel_ended` and `not_followed` by itself, or `resolved`; null while it has not."""
    resolution: AnomalyResolution | None
    """How it was resolved; null while it has not ended, or where it ended by itself."""
    changed_at: Time | None
    """When its state changed last; null while it is open."""
    allowed_actions: AllowedActions

    @classmethod
    def of(cls, found: Anomaly, actor: Actor) -> Self:
        """The anomaly as this reader may act on it."""
        return cls.of_row(found, allowed_actions=AllowedOut.of(ANOMALY.allowed(found, actor)))


class AnomalyCountOut(Out):
    """How many anomalies of one kind there are with one courier in one state."""

    kind: AnomalyKind
    """What is wrong."""
    carrier: str
    """The code of the courier."""
    state: AnomalyState
    """`open` or `acknowledged`."""
    number: int
    """How many."""


class AnomalyCountsOut(Out):
    """Anomalies that have not been resolved, counted."""

    total: int
    """How many there are in all."""
    data: list[AnomalyCountOut]
    """By kind, courier and state; groups without any are left out."""

    @classmethod
    def of(cls, counts: Sequence[AnomalyCount]) -> Self:
        """The counts as a response."""
        return cls(total=sum(each.number for each in counts), data=[AnomalyCountOut.model_validate(c) for c in counts])
