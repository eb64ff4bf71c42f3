"""Which parcel a scan is about, where several travel under one waybill, together or one after another.

A courier scans a number, not an order. What it reports of the number is this parcel's only from its hand-over on, less a
tolerance for couriers' clocks, and only while no other journey under the number is under way: a buyer may send goods back
under the number they came with, and numbers come again after months.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from order_svc.domain import tracking
from order_svc.domain.tracking import Leg, Parcel, ParcelEvent, ParcelStatus

_ARRIVED = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED})


class Ignored(StrEnum):
    """Why a scan that names a parcel's waybill does not move the parcel."""

    BEFORE_HAND_OVER = "before_hand_over"
    OTHER_JOURNEY = "other_journey"


@dataclass(frozen=True, slots=True)
class Tracked:
    """A parcel with every scan of its waybill that was kept for it."""

    parcel: Parcel
    history: list[ParcelEvent]


def with_scans(parcels: Iterable[Parcel], scans: Iterable[ParcelEvent]) -> list[Tracked]:
    """The parcels, each with those of the scans that were kept for it; scans of others are left out."""
    tracked = {parcel.id: Tracked(parcel, []) for parcel in parcels}
    for scan in scans:
        if scan.parcel_id in tracked:
            tracked[scan.parcel_id].history.append(scan)
    return list(tracked.values())


class Journeys:
    """All parcels under one waybill, and what each scan means to each of them.

    The answer depends on the scans and not on the order of their arrival. Parcels of one leg that are under way at the
    same time share a box. A return begins when every parcel on its way to the buyer has arrived there, and a parcel that
    is handed over after another has arrived begins a journey of its own.
    """

    def __init__(self, tracked: Iterable[Tracked], tolerance: timedelta) -> None:
        self._tracked = sorted(tracked, key=lambda each: (each.parcel.handed_over_at, each.parcel.id))
        self._tolerance = tolerance
        self._arrived: dict[str, datetime] = {}
        self._ignored: dict[str, dict[str, Ignored]] = {each.parcel.id: {} for each in self._tracked}
        for parcel, event in self._as_it_happened():
            why = self._objection(parcel, event.occurred_at)
            if why is not None:
                self._ignored[parcel.id][event.key] = why
            elif event.status in _ARRIVED:
                self._arrived.setdefault(parcel.id, event.occurred_at)

    def history(self, parcel: Parcel) -> list[ParcelEvent]:
        """Every scan that was kept for this parcel, as it happened."""
        return tracking.in_order(next(each.history for each in self._tracked if each.parcel.id == parcel.id))

    def ignored(self, parcel: Parcel) -> Mapping[str, Ignored]:
        """The keys of those scans that are not this parcel's own."""
        return self._ignored[parcel.id]

    def latest(self, parcel: Parcel) -> ParcelEvent | None:
        """The scan that says where this parcel is now, or None where none does."""
        ignored = self._ignored[parcel.id]
        return tracking.latest(event for event in self.history(parcel) if event.key not in ignored)

    def _as_it_happened(self) -> list[tuple[Parcel, ParcelEvent]]:
        """Each scan with each parcel that it was kept for, the one that was handed over first before the others."""
        scans = [
            (*tracking.happened(event), place, event.received_at, event.key, each.parcel, event)
            for place, each in enumerate(self._tracked)
            for event in each.history
        ]
        return [(parcel, event) for *_, parcel, event in sorted(scans, key=lambda scan: scan[:5])]

    def _objection(self, parcel: Parcel, at: datetime) -> Ignored | None:
        """Why a scan of that time is not this parcel's own; None where it is."""
        if at < _hand_over(parcel) - self._tolerance:
            return Ignored.BEFORE_HAND_OVER
        parcels = [each.parcel for each in self._tracked if each.parcel.withdrawn_at is None]
        others = [other for other in parcels if other.id != parcel.id]
        if any(self._precedes(other, parcel, at) and not self._gave_way(other, parcel, at) for other in others):
            return Ignored.BEFORE_HAND_OVER if at < _hand_over(parcel) else Ignored.OTHER_JOURNEY
        if any(self._precedes(parcel, other, at) and self._gave_way(parcel, other, at) for other in others):
            return Ignored.OTHER_JOURNEY
        return None

    def _precedes(self, one: Parcel, other: Parcel, at: datetime) -> bool:
        """Whether `one` is of a journey that comes before that of `other`, as far as is known at that time."""
        if one.leg is not Leg.RETURN and other.leg is Leg.RETURN and _hand_over(one) <= at:
            return True
        arrived = self._arrived.get(one.id)
        return arrived is not None and arrived < other.handed_over_at

    def _gave_way(self, one: Parcel, other: Parcel, at: datetime) -> bool:
        """Whether a scan of that time is of the later journey: `one` has arrived, and `other` was handed over.

        A number with a past gives no tolerance to the hand-over. Where `other` was handed over before `one` arrived, what
        is dated within the tolerance of that arrival may still be the arrival itself, reported twice.
        """
        arrived = self._arrived.get(one.id)
        if arrived is None:
            return False
        if arrived < other.handed_over_at:
            return arrived < at and _hand_over(other) <= at
        return at > arrived + self._tolerance


def _hand_over(parcel: Parcel) -> datetime:
    """To the second, as couriers tell the time."""
    return parcel.handed_over_at.replace(microsecond=0)
