"""Parcels and what couriers say about them. A parcel's status is a fold of its history in the order things happened,
so that scans may arrive late, twice or in any order and lead to the same status."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Leg(StrEnum):
    """Which way a parcel goes: to the buyer, back to the merchant, or to the buyer in exchange."""

    OUTBOUND = "outbound"
    RETURN = "return"
    EXCHANGE = "exchange"


class ParcelStatus(StrEnum):
    """What all couriers' codes are normalised to (承运商推送 · normalised model)."""

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


TERMINAL = frozenset({ParcelStatus.DELIVERED, ParcelStatus.RETURNED, ParcelStatus.LOST, ParcelStatus.CANCELLED})
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
    """One normalised report of a courier. `key` is the same whenever the courier repeats itself."""

    key: str
    status: ParcelStatus
    occurred_at: datetime
    reason: str | None = None
    terminal: bool = False
    delivered_to: str | None = None
    raw_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel. `status_at` is when, by the courier's word, the present status began.

    `handed_over_at` is when the seller registered it, or the buyer said that it was on its way back: scans from before
    that are another parcel's. `withdrawn_at` is when the buyer named another waybill instead: it is not followed since.
    """

    id: str
    version: int
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    leg: Leg
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelLine:
    """Units of one order line inside a parcel."""

    parcel_id: str
    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelEvent:
    """One scan as kept in a parcel's history; nothing is dropped from it, only repeats are."""

    parcel_id: str
    key: str
    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    raw_code: str | None
    occurred_at: datetime
    received_at: datetime


def in_order(history: Iterable[ParcelEvent]) -> list[ParcelEvent]:
    """The history as it happened: by the courier's time; of equal times the further status last, then by arrival."""
    return sorted(history, key=lambda event: (*happened(event), event.received_at, event.key))


def happened(event: ParcelEvent) -> tuple[datetime, int]:
    """When it happened, by the courier's time; of equal times the further status comes last."""
    return event.occurred_at, _RANK[event.status]


def latest(history: Iterable[ParcelEvent]) -> ParcelEvent | None:
    """The event that says where the parcel is now, or None where no event does; `history` holds its own scans only
    (`journeys` tells which those are).

    The end of a journey is not undone by scans dated later. "Signed" after any return scan means that the sender has
    the parcel back. An unknown code is kept but says nothing.
    """
    current: ParcelEvent | None = None
    turned_back = False
    for event in in_order(history):
        if event.status is ParcelStatus.UNKNOWN:
            continue
        turned_back = turned_back or event.status is ParcelStatus.RETURNING
        if turned_back and event.status is ParcelStatus.DELIVERED:
            event = replace(event, status=ParcelStatus.RETURNED, terminal=True, delivered_to=None)
        if current is None or _may_follow(current, event):
            current = event
    return current


def ends(event: ParcelEvent) -> bool:
    """True where the courier has nothing more to do after this."""
    return event.terminal or event.status in TERMINAL


def _may_follow(current: ParcelEvent, event: ParcelEvent) -> bool:
    if not ends(current):
        return True
    if current.status is ParcelStatus.RETURNED or not ends(event):
        return False
    return current.status is not ParcelStatus.DELIVERED or event.status is ParcelStatus.RETURNED
