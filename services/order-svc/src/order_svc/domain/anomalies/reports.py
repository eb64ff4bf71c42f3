"""Anomalies that couriers report: which scans of a parcel show each of them."""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile

from order_svc.domain.anomalies.codes import AnomalyKind
from order_svc.domain.tracking import (
    BACK,
    CANCELLED_BY_SENDER,
    CONSIGNEE_REFUSED,
    INTERCEPTED,
    PROXY,
    Parcel,
    ParcelScan,
    ParcelStatus,
    is_scanned,
)

DAMAGED = "carrier_damaged_parcel"
_DISPOSED = frozenset({"disposed", "customs_confiscated"})
_ASKED_FOR = frozenset({INTERCEPTED, CANCELLED_BY_SENDER})
_WRONG_ADDRESS = frozenset({"consignee_incorrect_address", "consignee_incorrect_phone", "out_of_delivery_area"})

Scans = Sequence[ParcelScan]
Finder = Callable[[Parcel, Scans], Scans]


def _with_reason(*reasons: str) -> Finder:
    """What was done to the goods cannot be undone by a later scan."""
    return lambda _, scans: [scan for scan in scans if scan.reason in reasons]


def _now_with_reason(*reasons: str) -> Finder:
    """A problem that the latest scan states: a later one shows that it is solved."""

    def find(parcel: Parcel, scans: Scans) -> Scans:
        meaningful = [scan for scan in scans if scan.status is not ParcelStatus.UNKNOWN]
        latest = takewhile(lambda scan: scan.reason in reasons, reversed(meaningful))
        return [] if parcel.terminal else list(latest)[::-1]

    return find


def _lost(parcel: Parcel, scans: Scans) -> Scans:
    is_lost = parcel.status is ParcelStatus.LOST
    return [scan for scan in scans if scan.status is ParcelStatus.LOST] if is_lost else []


def _refused(parcel: Parcel, scans: Scans) -> Scans:
    is_taken = parcel.status is ParcelStatus.DELIVERED
    return [] if is_taken else [scan for scan in scans if scan.reason == CONSIGNEE_REFUSED]


def _first_delivery(scans: Scans) -> int | None:
    """The place of the delivery to the receiver: one after a return scan is to the sender."""
    for place, scan in enumerate(scans):
        if scan.status in BACK:
            return None
        if scan.status is ParcelStatus.DELIVERED:
            return place
    return None


def _back_after_delivery(_: Parcel, scans: Scans) -> Scans:
    place = _first_delivery(scans)
    return [] if place is None else [scan for scan in scans[place:] if scan.status in BACK]


def _back_unasked(parcel: Parcel, scans: Scans) -> Scans:
    explained = any(scan.reason == CONSIGNEE_REFUSED or scan.reason in _ASKED_FOR for scan in scans)
    if parcel.status not in BACK or explained or _first_delivery(scans) is not None:
        return []
    return [scan for scan in scans if scan.status in (*BACK, ParcelStatus.DELIVERED)]


def _other_receiver(parcel: Parcel, scans: Scans) -> Scans:
    """A receipt by somebody for the receiver is usual: it is wrong only where the buyer states that it is."""
    is_contested = parcel.receiver_contested_at is not None and received_by_proxy(parcel)
    return [scan for scan in scans if scan.delivered_to == PROXY] if is_contested else []


def received_by_proxy(parcel: Parcel) -> bool:
    """Whether the courier reports that somebody has signed for the receiver."""
    return parcel.status is ParcelStatus.DELIVERED and parcel.delivered_to == PROXY


def _voided(_: Parcel, scans: Scans) -> Scans:
    return [scan for scan in scans if is_scanned(scan.status)]


FINDERS: Mapping[AnomalyKind, Finder] = {
    AnomalyKind.LOST: _lost,
    AnomalyKind.DAMAGED: _with_reason(DAMAGED),
    AnomalyKind.DISPOSED: _with_reason(*_DISPOSED),
    AnomalyKind.REFUSED: _refused,
    AnomalyKind.RETURNED_TO_SENDER: _back_unasked,
    AnomalyKind.RETURNED_AFTER_DELIVERY: _back_after_delivery,
    AnomalyKind.OTHER_RECEIVER: _other_receiver,
    AnomalyKind.MISROUTED: _now_with_reason("carrier_sorting_error"),
    AnomalyKind.ADDRESS_PROBLEM: _now_with_reason(*_WRONG_ADDRESS),
    AnomalyKind.NOT_COLLECTED: _now_with_reason("pickup_overdue"),
}
"""By kind: the scans that show it, oldest first; none where it does not hold, or not any more."""
_OF_VOIDED: Mapping[AnomalyKind, Finder] = {AnomalyKind.SCANNED_AFTER_VOID: _voided}
"""Of a voided parcel all that counts is that a courier has it."""


def shown(parcel: Parcel, scans: Scans) -> dict[AnomalyKind, Scans]:
    """The kinds that the scans of the parcel show now, each with these scans. `scans` are those that belong to it, in order."""
    finders = _OF_VOIDED if parcel.is_voided else FINDERS
    found = {kind: find(parcel, scans) for kind, find in finders.items()}
    return {kind: each for kind, each in found.items() if each}
