"""Parcels and the scans that couriers report of them.

A parcel's status is computed from all its scans in the order in which they happened, so that scans may arrive late, twice or
in any order and give the same status. It is no state machine: nobody takes an action, and a late scan may change the past.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class ParcelLeg(StrEnum):
    """The way of a parcel: to the buyer, back to the merchant, to the buyer in exchange, or back to the buyer, who had sent it."""

    OUTBOUND = "outbound"
    RETURN = "return"
    EXCHANGE = "exchange"
    REFUSED_GOODS = "refused_goods"


class ParcelStatus(StrEnum):
    """The statuses that every courier's codes are mapped to (承运商推送 · normalised model)."""

    PENDING = "pending"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    CUSTOMS = "customs"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


WAYBILL_CORRECTED = "waybill_corrected"
PICKUP_GIVEN_UP = "pickup_given_up"
VOIDED = "voided"
"""The reasons of a status that no courier has given: a parcel of a case is not followed any more, or the merchant has given its shipment up."""

CANCELLED_BY_SENDER = "cancelled_by_sender"
"""The reason of a parcel's status where its sender has had the courier cancel it."""
INTERCEPTED = "intercepted"
"""The reason of a parcel's status where the courier turns it round because it was asked to."""
CONSIGNEE_REFUSED = "consignee_refused"
"""The reason of a status where the receiver did not take the parcel."""

PROXY = "proxy"
"""The kind of receiver (`delivered_to`) that has signed for the buyer: family, a neighbour, a doorkeeper (代收)."""
AT_STATION = frozenset({"locker", "station"})
"""The kinds of receivers (`delivered_to`) from which the buyer still has to collect the parcel."""

BACK = frozenset({ParcelStatus.RETURNING, ParcelStatus.RETURNED})
TERMINAL = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.LOST, ParcelStatus.CANCELLED})
_ENDS_OF_A_RETURN = frozenset({ParcelStatus.RETURNING, ParcelStatus.RETURNED, ParcelStatus.LOST})
_OF_EVERY_PIECE = TERMINAL | {ParcelStatus.RETURNING}
_NOT_SCANNED = frozenset({ParcelStatus.PENDING, ParcelStatus.UNKNOWN, ParcelStatus.CANCELLED})
_RANK = {
    ParcelStatus.UNKNOWN: 0,
    ParcelStatus.PENDING: 0,
    ParcelStatus.PICKED_UP: 1,
    ParcelStatus.IN_TRANSIT: 2,
    ParcelStatus.CUSTOMS: 2,
    ParcelStatus.OUT_FOR_DELIVERY: 3,
    ParcelStatus.READY_FOR_PICKUP: 4,
    ParcelStatus.ATTEMPT_FAILED: 4,
    ParcelStatus.EXCEPTION: 4,
    ParcelStatus.RETURNING: 5,
    ParcelStatus.DELIVERED: 6,
    ParcelStatus.LOST: 6,
    ParcelStatus.CANCELLED: 6,
    ParcelStatus.RETURNED: 7,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan as a courier reports it, in normalised form. A repeated report has the same `key`.

    `text` is the courier's sentence without names and numbers, `partner` who reported the scan. `evidence` is the hash of a file that proves it,
    where a person has recorded it.
    """

    key: str
    status: ParcelStatus
    occurred_at: datetime
    reason: str | None = None
    terminal: bool = False
    delivered_to: str | None = None
    raw_code: str | None = None
    text: str = ""
    partner: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True)  # no slots: see `records`
class Parcel:
    """One parcel. `status_at` is the time of the scan that gave the present status, by the courier's clock.

    `handed_over_at` is when the merchant registered the parcel, or its case reported it; earlier scans of the
    waybill belong to another parcel. `withdrawn_at` is when it was voided, or its waybill corrected; no scan changes its
    status from then on. `collected_at` is when its receiver had it in person, for one that was delivered. `reference` is the number under which it was registered with the courier, beside its waybill. At `watch_at` its
    silence is an anomaly, if nothing comes before; `anomalies` are the kinds that are open. `receiver_contested_at` is when the buyer had stated that who signed for them was not
    authorised, or that they do not have it. `deliver_by_at` is until when a parcel to the buyer is expected to arrive; once that had passed,
    at `delivery_overdue_at`, when the agents are reminded of it again. `imported_at` is when its order was imported; its other times are
    as its merchant states them then.
    """

    id: str
    version: int
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    leg: ParcelLeg
    carrier: str
    waybill_no: str
    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    status_at: datetime
    handed_over_at: datetime
    created_at: datetime
    withdrawn_at: datetime | None = None
    reference: str | None = None
    collected_at: datetime | None = None
    watch_at: datetime | None = None
    anomalies: list[str] = field(default_factory=list)
    receiver_contested_at: datetime | None = None
    deliver_by_at: datetime | None = None
    delivery_overdue_at: datetime | None = None
    imported_at: datetime | None = None

    @property
    def known_since(self) -> datetime:
        """Since when the parcel is known here, by our own clock."""
        return self.handed_over_at if self.imported_at is None else self.imported_at

    @property
    def is_voided(self) -> bool:
        """Whether the merchant has given the shipment up before a courier had it."""
        return self.withdrawn_at is not None and self.reason == VOIDED

    @property
    def is_awaited(self) -> bool:
        """Whether the parcel is on its way to the buyer with what was ordered, and does not go back."""
        goes_on = not self.terminal and self.status is not ParcelStatus.RETURNING
        return self.leg is ParcelLeg.OUTBOUND and self.withdrawn_at is None and goes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelLine:
    """Units of one order line inside a parcel."""

    parcel_id: str
    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelScan:
    """One scan in the history of a parcel. Every scan is kept once; repeated reports are dropped.

    `piece_no` is the courier's number of what was scanned, where that is not the parcel's own: one of several pieces of the
    shipment, or the bill that its receiver signs and that goes back.
    """

    parcel_id: str
    key: str
    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    raw_code: str | None
    occurred_at: datetime
    received_at: datetime
    text: str | None = None
    partner: str | None = None
    piece_no: str | None = None
    evidence: str | None = None


def is_read_now(kept: ParcelScan, scan: Scan) -> bool:
    """Whether a scan that is kept without a meaning has one by now."""
    return kept.status is ParcelStatus.UNKNOWN and scan.status is not ParcelStatus.UNKNOWN


def understood(kept: ParcelScan, scan: Scan) -> ParcelScan:
    """The kept scan with the meaning that it has by now; when it happened and arrived is what it was."""
    return replace(kept, status=scan.status, reason=scan.reason, terminal=scan.terminal, delivered_to=scan.delivered_to)


def in_order(history: Iterable[ParcelScan]) -> list[ParcelScan]:
    """The scans by the courier's time; of equal times the further status comes last, then the later arrival."""
    return sorted(history, key=lambda scan: (*happened(scan), scan.received_at, scan.key))


def happened(scan: ParcelScan) -> tuple[datetime, int]:
    """The sort key of a scan: the courier's time, then how far the status is along the way."""
    return scan.occurred_at, _RANK[scan.status]


def latest(history: Iterable[ParcelScan]) -> ParcelScan | None:
    """The scan that gives the parcel's status, or None where no scan gives one.

    `history` holds only scans that belong to the parcel (see `waybills`). A final status is not replaced by later scans of
    a parcel on its way. A parcel on its way back is that until it has been returned or is lost, whatever is scanned on the way; a
    delivery after any returning scan is the return to the sender. Scans with an unknown code are kept but give no status.
    """
    current: ParcelScan | None = None
    returning = False
    for scan in in_order(history):
        if scan.status is ParcelStatus.UNKNOWN:
            continue
        returning = returning or scan.status is ParcelStatus.RETURNING
        if returning and scan.status is ParcelStatus.DELIVERED:
            scan = replace(scan, status=ParcelStatus.RETURNED, terminal=True, delivered_to=None)
        if current is None or _may_follow(current, scan):
            current = scan
    return current


def deciding(history: Iterable[ParcelScan]) -> list[ParcelScan]:
    """The scans of a parcel that its status follows, in order: all of its own number, and of its pieces what is true of it as well.

    On its way a piece shows where the parcel is. An end of its way, or that it goes back, is one of the parcel only where the
    parcel's own number, which is a piece as well, is never scanned, and once it is the latest status of every piece that is known.
    """
    scans = in_order(history)
    kept = [scan for scan in scans if scan.piece_no is None or scan.status not in _OF_EVERY_PIECE]
    if len(kept) == len(scans) or any(scan.piece_no is None for scan in scans):
        return kept
    pieces: dict[str | None, list[ParcelScan]] = {}
    for scan in scans:
        pieces.setdefault(scan.piece_no, []).append(scan)
    ends = [latest(piece) for piece in pieces.values()]
    reached = [end for end in ends if end is not None and end.status in _OF_EVERY_PIECE]
    together = len(reached) == len(ends) and len({end.status for end in reached}) == 1
    return in_order([*kept, max(reached, key=happened)]) if together else kept


def collected_at(history: Iterable[ParcelScan]) -> datetime | None:
    """When the receiver of a delivered parcel had it in person; None while a station or locker has it.

    Couriers report a parcel that a station or locker has taken as delivered and once more when it was collected, or as ready
    to be picked up and then as delivered. So it is the first delivery to no station and no locker, or after it was ready.
    What a person has recorded counts from its recording: the buyer's time does not pass before they can know of it.
    """
    scans = list(history)
    ready = min((each.occurred_at for each in scans if each.status is ParcelStatus.READY_FOR_PICKUP), default=None)
    collected = (
        each.occurred_at if each.evidence is None else each.received_at
        for each in scans
        if each.status is ParcelStatus.DELIVERED
        and (each.delivered_to not in AT_STATION or (ready is not None and ready < each.occurred_at))
    )
    return min(collected, default=None)


def is_final(scan: ParcelScan) -> bool:
    """True where the courier has nothing more to do after this scan."""
    return scan.terminal or scan.status in TERMINAL


def is_scanned(status: ParcelStatus) -> bool:
    """True where the status shows that a courier has had the parcel in hand."""
    return status not in _NOT_SCANNED


def _may_follow(current: ParcelScan, scan: ParcelScan) -> bool:
    if current.status is ParcelStatus.RETURNING:
        return scan.status in _ENDS_OF_A_RETURN
    if not is_final(current):
        return True
    if current.status is ParcelStatus.RETURNED or not is_final(scan):
        return False
    return current.status is not ParcelStatus.DELIVERED or scan.status is ParcelStatus.RETURNED
