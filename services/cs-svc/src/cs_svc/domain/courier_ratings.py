"""Ratings of couriers 快递评价: how a buyer rates the courier of one parcel, from 1 to 5, and what was wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cs_svc.domain.errors import CourierFaultsMismatch, ParcelNotEnded
from cs_svc.domain.orders import KnownParcel

WORST_OF_GOOD = 3
"""A lower score is a bad rating 差评, which names what was wrong."""


class CourierFault(StrEnum):
    """What was wrong with the service of a courier."""

    LATE = "late"
    DAMAGED = "damaged"
    LOST = "lost"
    FALSE_DELIVERY = "false_delivery"
    NOT_TO_THE_DOOR = "not_to_the_door"
    BAD_ATTITUDE = "bad_attitude"
    NOT_REACHABLE = "not_reachable"
    OTHER = "other"


FAULT_NAMES: Mapping[CourierFault, tuple[str, str]] = {
    CourierFault.LATE: ("送达太慢", "the parcel came late"),
    CourierFault.DAMAGED: ("包裹或商品破损", "the parcel or the goods were damaged"),
    CourierFault.LOST: ("包裹丢失", "the parcel did not come"),
    CourierFault.FALSE_DELIVERY: ("虚假签收", "reported as delivered, but not received"),
    CourierFault.NOT_TO_THE_DOOR: ("未经同意未送货上门", "left elsewhere without asking"),
    CourierFault.BAD_ATTITUDE: ("服务态度差", "impolite"),
    CourierFault.NOT_REACHABLE: ("联系不上快递员", "could not be reached"),
    CourierFault.OTHER: ("其他", "something else"),
}
"""In Chinese and in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRating:
    """The rating of the courier of one parcel."""

    id: str
    version: int
    parcel_id: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    leg: str
    carrier: str
    score: int
    faults: list[str]
    text: str | None
    created_at: datetime


def check_parcel(parcel: KnownParcel) -> None:
    """Accept a parcel that its courier has had and has nothing more to do with. Raises: ParcelNotEnded."""
    if not parcel.ended:
        raise ParcelNotEnded(pointer="/parcel_id")


def check_faults(score: int, faults: Sequence[CourierFault]) -> None:
    """Accept faults with a bad rating, and none with another one. Raises: CourierFaultsMismatch."""
    if (score < WORST_OF_GOOD) != bool(faults):
        raise CourierFaultsMismatch(pointer="/faults", score=score)
