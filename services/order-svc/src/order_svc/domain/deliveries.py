"""How long the way of a parcel took, by all scans that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain import tracking
from order_svc.domain.tracking import ParcelScan, ParcelStatus

_TRIED = frozenset({ParcelStatus.ATTEMPT_FAILED, ParcelStatus.READY_FOR_PICKUP, ParcelStatus.DELIVERED})


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """When a courier first had a parcel and first tried to deliver it, and how often it tried; the delivery counts."""

    first_scan_at: datetime | None
    first_attempt_at: datetime | None
    attempts: int
    scans: int


def measure(scans: Sequence[ParcelScan], *, delivered: bool) -> DeliveryFigures:
    """The figures of a parcel with these scans, which are in the order in which they happened.

    What is signed after a return scan is no attempt: the sender has it again.
    """
    out = list(_before_return(scans))
    tried = [scan.occurred_at for scan in out if scan.status in _TRIED]
    failed = sum(1 for scan in out if scan.status is ParcelStatus.ATTEMPT_FAILED)
    first = next((scan.occurred_at for scan in scans if tracking.is_scanned(scan.status)), None)
    return DeliveryFigures(first, tried[0] if tried else None, failed + delivered, len(scans))


def _before_return(scans: Sequence[ParcelScan]) -> Sequence[ParcelScan]:
    back = [place for place, scan in enumerate(scans) if scan.status is ParcelStatus.RETURNING]
    return scans[: back[0]] if back else scans
