"""Which anomalies begin and end with the scans of a parcel. The same report again changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from order_svc.domain.anomalies import reports, silence
from order_svc.domain.anomalies.codes import AnomalyEnd, AnomalyKind
from order_svc.domain.anomalies.model import Anomaly
from order_svc.domain.tracking import Parcel, ParcelScan, ParcelStatus


def is_silent(kind: AnomalyKind, parcel: Parcel, scans: Sequence[ParcelScan], began: datetime) -> bool:
    """Whether nothing has come since the silence of this kind began."""
    now = silence.since(parcel, scans, kind) if kind in silence.WATCHES else None
    return now is not None and now <= began


def over(parcel: Parcel, scans: Sequence[ParcelScan], known: Iterable[Anomaly]) -> list[Anomaly]:
    """Those of the anomalies that have resolved themselves."""
    shown = reports.shown(parcel, scans)
    return [
        each
        for each in known
        if not each.is_over and each.kind not in shown and not is_silent(each.kind, parcel, scans, each.since)
    ]


def end_of(parcel: Parcel) -> AnomalyEnd:
    """How an anomaly of this parcel has resolved itself."""
    if parcel.withdrawn_at is not None:
        return AnomalyEnd.NOT_FOLLOWED
    if parcel.status is ParcelStatus.DELIVERED:
        return AnomalyEnd.ARRIVED
    return AnomalyEnd.PARCEL_ENDED if parcel.terminal else AnomalyEnd.SCANNED


def reported(parcel: Parcel, scans: Sequence[ParcelScan], known: Iterable[Anomaly]) -> dict[AnomalyKind, datetime]:
    """The kinds that the scans show and that were not raised yet, with the time of the first scan that shows each.

    While one is open, no other of its kind is raised; after its end, only by a scan that happened later than what it was raised for.
    """
    before: dict[AnomalyKind, list[Anomaly]] = {}
    for each in known:
        before.setdefault(each.kind, []).append(each)
    found: dict[AnomalyKind, datetime] = {}
    for kind, shown in reports.shown(parcel, scans).items():
        earlier = before.get(kind, [])
        last = max((each.since for each in earlier), default=None)
        fresh = [scan.occurred_at for scan in shown if last is None or scan.occurred_at > last]
        if fresh and all(each.is_over for each in earlier):
            found[kind] = fresh[0]
    return found


def silent(
    parcel: Parcel,
    scans: Sequence[ParcelScan],
    known: Iterable[Anomaly],
    given: Mapping[str, float],
    now: datetime,
) -> dict[AnomalyKind, datetime]:
    """The kinds of silence that are due and were not raised yet, with their beginnings."""
    raised = {(each.kind, each.since) for each in known}
    open_ = {each.kind for each in known if not each.is_over}
    found: dict[AnomalyKind, datetime] = {}
    for kind, at in silence.due(parcel, scans, given).items():
        began = silence.since(parcel, scans, kind)
        if at <= now and began is not None and (kind, began) not in raised and kind not in open_:
            found[kind] = began
    return found
