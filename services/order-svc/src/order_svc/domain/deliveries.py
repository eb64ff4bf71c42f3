"""How long the way of parcels may take, and took by all scans that belong to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.records import replace

from order_svc.domain import tracking
from order_svc.domain.fulfilment import outbound
from order_svc.domain.model import Order
from order_svc.domain.tracking import Parcel, ParcelScan, ParcelStatus

_TRIED = frozenset({ParcelStatus.ATTEMPT_FAILED, ParcelStatus.READY_FOR_PICKUP, ParcelStatus.DELIVERED})


def on_their_way(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The parcels that carry what was ordered to the buyer and have not ended."""
    return [each for each in outbound(parcels) if not each.terminal]


def overdue(parcels: Iterable[Parcel], now: datetime, again: datetime) -> list[Parcel]:
    """Those of the parcels that should have arrived by now and have not ended, marked as overdue; the agents are reminded of them `again`.

    A parcel without a time, of a build before the column was there, is as late as its order.
    """
    return [
        replace(each, deliver_by_at=again, delivery_overdue_at=each.delivery_overdue_at or now)
        for each in on_their_way(parcels)
        if each.deliver_by_at is None or each.deliver_by_at <= now
    ]


def expected(order: Order, parcels: Iterable[Parcel]) -> Order:
    """The order with the times of its parcels that are on their way: the next that passes, and since when one is overdue. With none on its
    way it keeps the time at which the agents look at it."""
    awaited = on_their_way(parcels)
    times = [each.deliver_by_at for each in awaited if each.deliver_by_at is not None]
    marks = [each.delivery_overdue_at for each in awaited if each.delivery_overdue_at is not None]
    return replace(
        order, deliver_by_at=min(times, default=order.deliver_by_at), delivery_overdue_at=min(marks, default=None)
    )


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
