"""Which parcel a scan belongs to, where several parcels have one waybill number, together or one after another.

A courier reports scans of a waybill number of its own: the same number of another courier is another parcel. A buyer may
send goods back under the number that they came with, and couriers use numbers again after months. A scan belongs to a parcel only
from the parcel's hand-over on, less a tolerance for the courier's clock, and only while no other shipment under the number is under
way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from order_svc.domain import tracking
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus

_LONGEST_SHIPMENT = timedelta(days=60)
_ARRIVED = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED})


class IgnoredReason(StrEnum):
    """Why a scan of a parcel's waybill number does not belong to the parcel."""

    BEFORE_HAND_OVER = "before_hand_over"
    OTHER_SHIPMENT = "other_journey"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelKey:
    """What a courier identifies a parcel by. `waybill_no` may be empty where there is a `reference`.

    `carrier` is None where the partner names none, and `former_carrier` is the code that a partner has corrected: parcels may be
    registered with it. `piece_no` is the number of the piece that was scanned, where that is not `waybill_no`. `merchant_id` is whose parcels can be meant at all; None where those of every merchant can. `parcel_id`: that parcel alone is meant.
    """

    waybill_no: str
    carrier: str | None = None
    former_carrier: str | None = None
    reference: str | None = None
    merchant_id: str | None = None
    piece_no: str | None = None
    parcel_id: str | None = None

    def is_of(self, parcel: Parcel) -> bool:
        """Whether the parcel is of the merchant that can be meant, or the one that is."""
        return self.merchant_id in (None, parcel.merchant_id) and self.parcel_id in (None, parcel.id)


def meant(parcels: Sequence[Parcel], key: ParcelKey) -> list[Parcel]:
    """Those of the parcels with the number of the key that its courier means; none where it could mean several couriers'.

    A voided parcel is meant where no other one is: a courier has it all the same.
    """
    own = [parcel for parcel in parcels if key.is_of(parcel)]
    followed = _meant([parcel for parcel in own if parcel.withdrawn_at is None], key)
    return followed or _meant([parcel for parcel in own if parcel.is_voided], key)


def _meant(followed: Sequence[Parcel], key: ParcelKey) -> list[Parcel]:
    if key.carrier is not None:
        named = [parcel for parcel in followed if parcel.carrier == key.carrier]
        return named or [parcel for parcel in followed if parcel.carrier == key.former_carrier]
    carriers = {parcel.carrier for parcel in ([each for each in followed if not each.terminal] or followed)}
    return [parcel for parcel in followed if len(carriers) == 1 and parcel.carrier in carriers]


def of_first(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Those of the parcels, which have one reference, that are of the party whose parcel is known here for longest."""
    first = min(parcels, key=_known_order, default=None)
    return [parcel for parcel in parcels if first is not None and not _of_two_parties(parcel, first)]


@dataclass(frozen=True, slots=True)
class TrackedParcel:
    """A parcel with every scan of its waybill that was kept for it."""

    parcel: Parcel
    history: list[ParcelScan]


def with_scans(parcels: Iterable[Parcel], scans: Iterable[ParcelScan]) -> list[TrackedParcel]:
    """The parcels, each with those of the scans that were kept for it; scans of other parcels are left out."""
    tracked = {parcel.id: TrackedParcel(parcel, []) for parcel in parcels}
    for scan in scans:
        if scan.parcel_id in tracked:
            tracked[scan.parcel_id].history.append(scan)
    return list(tracked.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A change of a parcel's status: by which scan, when that happened by the courier's clock, and when it was recorded here."""

    status: ParcelStatus
    previous_status: ParcelStatus
    raw_code: str | None
    delivered_to: str | None
    occurred_at: datetime
    recorded_at: datetime


class Waybill:
    """All parcels of a courier with one waybill number, and which scans belong to each of them.

    The result depends on the scans and not on the order in which they arrived. Parcels of one leg between one merchant and one
    buyer that are under way at the same time are one shipment: they share a box. A return begins when every outbound parcel has
    arrived, and a parcel that is handed over after another one has arrived begins a new shipment. Of parcels of several merchants or
    buyers under one number, which no box can hold, the one that was known here first has the scans, whenever its merchant states that an
    imported one was handed over.
    """

    def __init__(self, tracked: Iterable[TrackedParcel], tolerance: timedelta) -> None:
        self._tracked = sorted(tracked, key=lambda each: _hand_over_order(each.parcel))
        self._tolerance = tolerance
        self._arrived: dict[str, datetime] = {}
        self._arrived_pieces: dict[str, set[str]] = {}
        self._ignored: dict[str, dict[str, IgnoredReason]] = {each.parcel.id: {} for each in self._tracked}
        for parcel, scan in self._as_it_happened():
            reason = self._why_ignored(parcel, scan.occurred_at)
            if reason is not None:
                self._ignored[parcel.id][scan.key] = reason
            elif scan.status in _ARRIVED and self._is_whole(parcel, scan):
                self._arrived.setdefault(parcel.id, scan.occurred_at)

    def history(self, parcel: Parcel) -> list[ParcelScan]:
        """Every scan that was kept for this parcel, in the order in which they happened."""
        return tracking.in_order(next(each.history for each in self._tracked if each.parcel.id == parcel.id))

    def ignored(self, parcel: Parcel) -> Mapping[str, IgnoredReason]:
        """The scans that do not belong to this parcel, by their keys."""
        return self._ignored[parcel.id]

    def of_others(self, parcel: Parcel) -> set[str]:
        """The keys of those scans, kept for this parcel, that may be of one of another merchant or buyer, and are not its own."""
        begun = [_hand_over(each.parcel) for each in self._tracked if _of_two_parties(each.parcel, parcel)]
        ignored = self._ignored[parcel.id]
        since = min(begun, default=None)
        return {
            scan.key
            for scan in self.history(parcel)
            if since is not None and scan.key in ignored and scan.occurred_at >= since - self._tolerance
        }

    def has_precedence(self, parcel: Parcel) -> bool:
        """Whether no parcel of another merchant or buyer has the number that was known here before, and is not withdrawn."""
        return not any(
            _of_two_parties(other, parcel) and other.withdrawn_at is None and _known_order(other) < _known_order(parcel)
            for other in (each.parcel for each in self._tracked)
        )

    def counted(self, parcel: Parcel) -> list[ParcelScan]:
        """The scans that belong to this parcel and that its status follows, in the order in which they happened."""
        ignored = self._ignored[parcel.id]
        return tracking.deciding(scan for scan in self.history(parcel) if scan.key not in ignored)

    def latest(self, parcel: Parcel) -> ParcelScan | None:
        """The scan that gives this parcel's status, or None where no scan gives one."""
        return tracking.latest(self.counted(parcel))

    def _is_whole(self, parcel: Parcel, scan: ParcelScan) -> bool:
        """Whether with this scan of an arrival the whole parcel has arrived: it is of its own number, or else of the last piece."""
        if scan.piece_no is None:
            return True
        known = {each.piece_no for each in self.history(parcel)}
        arrived = self._arrived_pieces.setdefault(parcel.id, set())
        arrived.add(scan.piece_no)
        return arrived == known

    def _as_it_happened(self) -> list[tuple[Parcel, ParcelScan]]:
        """Each scan with each parcel that it was kept for; the parcel that was handed over first comes first."""
        scans = [
            (*tracking.happened(scan), place, scan.received_at, scan.key, each.parcel, scan)
            for place, each in enumerate(self._tracked)
            for scan in each.history
        ]
        return [(parcel, scan) for *_, parcel, scan in sorted(scans, key=lambda each: each[:5])]

    def _why_ignored(self, parcel: Parcel, at: datetime) -> IgnoredReason | None:
        """Why a scan of that time does not belong to the parcel; None where it does."""
        if at < _hand_over(parcel) - self._tolerance:
            return IgnoredReason.BEFORE_HAND_OVER
        parcels = [each.parcel for each in self._tracked if each.parcel.withdrawn_at is None]
        others = [other for other in parcels if other.id != parcel.id]
        if any(self._precedes(other, parcel, at) and not self._succeeded(other, parcel, at) for other in others):
            return IgnoredReason.BEFORE_HAND_OVER if at < _hand_over(parcel) else IgnoredReason.OTHER_SHIPMENT
        if any(self._precedes(parcel, other, at) and self._succeeded(parcel, other, at) for other in others):
            return IgnoredReason.OTHER_SHIPMENT
        return None

    def _precedes(self, one: Parcel, other: Parcel, at: datetime) -> bool:
        """Whether `one` is of an earlier shipment than `other`, as far as is known at that time."""
        if _of_two_parties(one, other):
            return _known_order(one) < _known_order(other)
        if one.leg is not ParcelLeg.RETURN and other.leg is ParcelLeg.RETURN and _hand_over(one) <= at:
            return True
        arrived = self._arrived.get(one.id)
        return arrived is not None and arrived < other.handed_over_at

    def _succeeded(self, one: Parcel, other: Parcel, at: datetime) -> bool:
        """Whether a scan of that time is of the later shipment: `one` has arrived, and `other` was handed over.

        The hand-over has no tolerance where the number was used before. Where `other` was handed over before `one` arrived,
        a scan within the tolerance after that arrival may still be a second report of the arrival.
        """
        arrived = self._arrived.get(one.id)
        if _of_two_parties(one, other):
            is_later = _begins(one, other) <= at and (arrived is None or arrived < at)
            return is_later and _is_free(one, arrived, other)
        if arrived is None:
            return False
        if arrived < other.handed_over_at:
            return arrived < at and _hand_over(other) <= at
        return at > arrived + self._tolerance


def changes(parcel: Parcel, tracked: Sequence[TrackedParcel], tolerance: timedelta) -> list[StatusChange]:
    """How the status of the parcel has changed, oldest first: computed as it was, from what had arrived at each moment."""
    arrivals = {scan.received_at for each in tracked if each.parcel.id == parcel.id for scan in each.history}
    found: list[StatusChange] = []
    for at in sorted({max(arrival, parcel.created_at) for arrival in arrivals}):
        known = [
            TrackedParcel(each.parcel, [scan for scan in each.history if scan.received_at <= at])
            for each in tracked
            if each.parcel.created_at <= at
        ]
        latest = Waybill(known, tolerance).latest(parcel)
        previous = found[-1].status if found else ParcelStatus.PENDING
        if latest is not None and latest.status is not previous and not _is_withdrawn(parcel, at):
            found.append(_change(latest, previous, at))
    if parcel.withdrawn_at is not None:
        found.append(_withdrawal(parcel, found[-1].status if found else ParcelStatus.PENDING))
    return found


def _is_withdrawn(parcel: Parcel, at: datetime) -> bool:
    return parcel.withdrawn_at is not None and parcel.withdrawn_at <= at


def _change(scan: ParcelScan, previous: ParcelStatus, at: datetime) -> StatusChange:
    return StatusChange(
        status=scan.status,
        previous_status=previous,
        raw_code=scan.raw_code,
        delivered_to=scan.delivered_to,
        occurred_at=scan.occurred_at,
        recorded_at=at,
    )


def _withdrawal(parcel: Parcel, previous: ParcelStatus) -> StatusChange:
    return StatusChange(
        status=parcel.status,
        previous_status=previous,
        raw_code=None,
        delivered_to=None,
        occurred_at=parcel.status_at,
        recorded_at=parcel.status_at,
    )


def _hand_over(parcel: Parcel) -> datetime:
    """The hand-over to the second: couriers report times in seconds."""
    return parcel.handed_over_at.replace(microsecond=0)


def _hand_over_order(parcel: Parcel) -> tuple[datetime, str]:
    return parcel.handed_over_at, parcel.id


def _known_order(parcel: Parcel) -> tuple[datetime, str]:
    return parcel.known_since, parcel.id


def _is_free(one: Parcel, arrived: datetime | None, other: Parcel) -> bool:
    """Whether the number of `one` is free for `other`, of another party: it had arrived before that was known here, or was silent for long."""
    has_arrived = arrived is not None and arrived < other.known_since
    return has_arrived or other.known_since - one.known_since > _LONGEST_SHIPMENT


def _begins(one: Parcel, other: Parcel) -> datetime:
    """From when on scans are of `other`, of another party, under the number of `one`: an import takes none from before it, unless it was
    handed over long after `one`."""
    long_after = other.handed_over_at - one.known_since > _LONGEST_SHIPMENT
    return _hand_over(other) if long_after else other.known_since.replace(microsecond=0)


def _of_two_parties(one: Parcel, other: Parcel) -> bool:
    """Whether the parcels cannot share a box: they are of two merchants, or two buyers."""
    return (one.merchant_id, one.buyer_id) != (other.merchant_id, other.buyer_id)
