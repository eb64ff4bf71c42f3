"""Pickups, and the schedules that their times come from. Times are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState

MOST_REFUSED = 2
"""How often couriers may refuse the pickups of a case before an agent looks after it."""
MOST_EARLY = timedelta(hours=24)
"""How long before the booked time a courier may have come already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """The pickup of a case that was booked last, with what is counted over all of them.

    `schedule_version` is that of the merchant's schedule, 0 for the platform's. `address` is where the courier comes to: it
    stays in this database, and is removed with the end of the pickup. `bookings` counts how often a time was booked or moved, `refused_by_courier` how often couriers have refused to come. `carrier` and `waybill_no` are what the merchant or an
    agent has named for it before it was collected.
    """

    case_id: str
    merchant_id: str
    state: PickupState
    begins_at: datetime
    ends_at: datetime
    schedule_version: int
    address: dict[str, str] | None
    carrier: str | None = None
    waybill_no: str | None = None
    missed_by: PickupMissedBy | None = None
    bookings: int = 1
    missed_by_buyer: int = 0
    missed_by_courier: int = 0
    refused_by_courier: int = 0
    booked_at: datetime
    ended_at: datetime | None = None

    def ended(self, state: PickupState, at: datetime) -> "Pickup":
        """The pickup after its end, without the address."""
        return replace(self, state=state, address=None, ended_at=at)

    def counting_on(self, before: "Pickup | None") -> "Pickup":
        """A pickup that is booked after this one: what is counted over all of a case goes on."""
        if before is None:
            return self
        return replace(
            self,
            bookings=before.bookings + 1,
            missed_by_buyer=before.missed_by_buyer,
            missed_by_courier=before.missed_by_courier,
            refused_by_courier=before.refused_by_courier,
        )


@dataclass(frozen=True, slots=True)
class PickupWindow:
    """A time of each week in which goods are collected, with how many pickups it has room for.

    `weekday` is 0 for Monday. `opens` and `closes` are minutes of the local day.
    """

    weekday: int
    opens: int
    closes: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupPlan:
    """When goods are collected: weekly windows in a time zone, from `lead_hours` after a booking to `days_ahead` days after it.

    On holidays, and on days on which the merchant is closed, nothing is collected.
    """

    version: int
    time_zone: str
    lead_hours: int
    days_ahead: int
    windows: tuple[PickupWindow, ...]

    @classmethod
    def of(cls, version: int, content: Mapping[str, Any]) -> "PickupPlan":  # Any: JSON
        """The plan that a merchant has set in this version."""
        windows = tuple(PickupWindow(**each) for each in content["windows"])
        return cls(**{**content, "version": version, "windows": windows})


@dataclass(frozen=True, slots=True)
class PickupSlot:
    """A time in which goods can be collected, and how many more pickups it has room for."""

    begins_at: datetime
    ends_at: datetime
    left: int
