"""Anomalies that follow from silence: which statuses a parcel may have without a sign, and for how long."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from order_svc.domain.anomalies.codes import AnomalyKind
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus


class SilentSince(StrEnum):
    """What the hours are counted from."""

    HAND_OVER = "hand_over"
    STATUS = "status"
    LAST_SCAN = "last_scan"


@dataclass(frozen=True, slots=True)
class Watch:
    """One kind of silence: in which statuses, since when, and after how many hours where no setting names others."""

    statuses: frozenset[ParcelStatus]
    since: SilentSince
    hours: float


_S, _K = ParcelStatus, AnomalyKind
_IN_TRANSIT = frozenset({_S.PICKED_UP, _S.IN_TRANSIT, _S.EXCEPTION})
_IN_DELIVERY = frozenset({_S.OUT_FOR_DELIVERY, _S.ATTEMPT_FAILED})
_UNDER_WAY = frozenset({_S.PENDING, _S.CUSTOMS, _S.READY_FOR_PICKUP}) | _IN_TRANSIT | _IN_DELIVERY

WATCHES: Mapping[AnomalyKind, Watch] = {
    _K.NOT_PICKED_UP: Watch(frozenset({_S.PENDING}), SilentSince.HAND_OVER, 48),
    _K.STUCK_IN_TRANSIT: Watch(_IN_TRANSIT, SilentSince.LAST_SCAN, 72),
    _K.STUCK_IN_CUSTOMS: Watch(frozenset({_S.CUSTOMS}), SilentSince.LAST_SCAN, 240),
    _K.STUCK_IN_DELIVERY: Watch(_IN_DELIVERY, SilentSince.LAST_SCAN, 48),
    _K.NOT_COLLECTED: Watch(frozenset({_S.READY_FOR_PICKUP}), SilentSince.STATUS, 120),
    _K.STUCK_RETURNING: Watch(frozenset({_S.RETURNING}), SilentSince.LAST_SCAN, 168),
    _K.PRESUMED_LOST: Watch(_IN_TRANSIT | _IN_DELIVERY, SilentSince.LAST_SCAN, 240),
    _K.DELIVERY_OVERDUE: Watch(_UNDER_WAY, SilentSince.HAND_OVER, 360),
}
"""Our own figures: couriers' general terms promise none. A setting replaces each by carrier and leg."""
_DEFAULTS: Mapping[str, float] = {f"{ParcelLeg.RETURN}.{_K.NOT_PICKED_UP}": 120}
"""A buyer who has named a waybill may hand the goods over days later."""


def check_key(key: str) -> str:
    """The key of a setting: a kind of silence, `leg.kind`, `carrier.kind` or `carrier.leg.kind`.

    Raises:
        ValueError: it is none.
    """
    *before, kind = key.split(".")
    fits = len(before) < 2 or (len(before) == 2 and before[1] in list(ParcelLeg))
    if kind not in WATCHES or not fits or not all(before):
        raise ValueError(f"{key!r} has to end with one of {', '.join(WATCHES)}, after a carrier, a leg, or carrier.leg")
    return key


def hours(given: Mapping[str, float], parcel: Parcel, kind: AnomalyKind) -> float:
    """The hours for this parcel: those of its carrier and leg, else of its carrier, else of its leg, else of the kind."""
    keys = (f"{parcel.carrier}.{parcel.leg}.{kind}", f"{parcel.carrier}.{kind}", f"{parcel.leg}.{kind}", str(kind))
    for known in (given, _DEFAULTS):
        for key in keys:
            if key in known:
                return known[key]
    return WATCHES[kind].hours


def since(parcel: Parcel, scans: Sequence[ParcelScan], kind: AnomalyKind) -> datetime | None:
    """Since when the parcel is silent in the sense of this kind; None where its status is another one.

    `scans` are those that belong to the parcel, in order. A scan that arrived before it happened counts from its arrival.
    """
    watch = WATCHES[kind]
    if parcel.terminal or parcel.status not in watch.statuses:
        return None
    if watch.since is SilentSince.STATUS:
        return parcel.status_at
    signs = [min(scan.occurred_at, scan.received_at) for scan in scans if scan.status is not ParcelStatus.PENDING]
    if watch.since is SilentSince.LAST_SCAN or (kind is AnomalyKind.NOT_PICKED_UP and signs):
        return max([parcel.handed_over_at, *signs])
    return parcel.handed_over_at


def due(parcel: Parcel, scans: Sequence[ParcelScan], given: Mapping[str, float]) -> dict[AnomalyKind, datetime]:
    """When each kind of silence that its status permits is an anomaly, if nothing comes before."""
    begun = {kind: since(parcel, scans, kind) for kind in WATCHES}
    return {kind: at + timedelta(hours=hours(given, parcel, kind)) for kind, at in begun.items() if at is not None}


def next_at(
    parcel: Parcel, scans: Sequence[ParcelScan], given: Mapping[str, float], raised: Collection[AnomalyKind]
) -> datetime | None:
    """When the parcel is to be looked at next; None where nothing is waited for, or all of it was raised."""
    ahead = due(parcel, scans, given)
    return min((at for kind, at in ahead.items() if kind not in raised), default=None)
