"""Pickups, and the schedules that their times come from. Times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """The pickup of a case that was booked last, with what is counted over all of them.

    `schedule_version` is that of the merchant's schedule, 0 for the platform's. `address` is where the courier comes to: it
    stays in this database. `bookings` counts how often a time was booked or moved. `carrier` and `waybill_no` are what the merchant or an
    agent has named for it before it was collected.
    """

    case_id: str
    merchant_id: str
    state: PickupState
    begins_at: datetime
    ends_at: datetime
    schedule_version: int
    address: dict[str, str]
    carrier: str | None = None
    waybill_no: str | None = None
    missed_by: PickupMissedBy | None = None
    bookings: int = 1
    missed_by_buyer: int = 0
    missed_by_courier: int = 0
    booked_at: datetime
    ended_at: datetime | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupSchedule:
    """The schedule of a merchant that is in force; `version` counts how often it was set."""

    id: str
    version: int
    merchant_id: str
    time_zone: str
    lead_hours: int
    days_ahead: int
    windows: list[dict[str, Any]]  # a JSON document
    set_by: str
    set_at: datetime

    @property
    def plan(self) -> PickupPlan:
        """The schedule as slots are computed from it."""
        return PickupPlan(
            version=self.version,
            time_zone=self.time_zone,
            lead_hours=self.lead_hours,
            days_ahead=self.days_ahead,
            windows=tuple(PickupWindow(**each) for each in self.windows),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupScheduleVersion:
    """One version of a merchant's schedule. It never changes: pickups name it."""

    schedule_id: str
    version: int
    merchant_id: str
    time_zone: str
    lead_hours: int
    days_ahead: int
    windows: list[dict[str, Any]]  # a JSON document
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class PickupSlot:
    """A time in which goods can be collected, and how many more pickups it has room for."""

    begins_at: datetime
    ends_at: datetime
    left: int
