"""What is sent to the routes of pickups, and how returned goods and their pickups are shown."""

from typing import Annotated, Any

from aftercare_chassis.http.schemas import In, Out, Time, Version, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from aftersale_svc.api.schemas.cases.case_requests import NoteIn, ReturnAddressIn
from aftersale_svc.api.schemas.deadlines.calendars import WorkingWindowIn, clock, minutes
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Return
from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState, ReturnMethod
from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSlot
from aftersale_svc.domain.merchant_settings.model import MerchantSetting, SettingVersion

_SLOT = "2026-03-06T01:00:00Z"
_BUYER = {"name": "李女士", "phone": "13800000000", "city": "杭州市", "street": "文一路 12 号"}


class BookPickupIn(NoteIn):
    """When and where the goods are collected."""

    model_config = example(slot=_SLOT, address=_BUYER)

    slot: Time
    """The beginning of one of the times that `GET …/pickup-slots` lists."""
    address: ReturnAddressIn | None = None
    """Where the courier comes to; left out: to the delivery address of the order, where order-svc has the courier ordered by itself if the merchant
    has an account with one. It is shown to those who may see the case, and is in no event."""


class MovePickupIn(NoteIn):
    """When the goods are collected instead."""

    model_config = example(slot=_SLOT)

    slot: Time
    """The beginning of one of the times that `GET …/pickup-slots` lists."""


class PickupWaybillIn(NoteIn):
    """The waybill under which a courier collects the goods, or has collected them."""

    model_config = example(carrier="sf", waybill_no="SF1000000000003")

    carrier: CarrierInput
    waybill_no: WaybillInput


class PickupSlotOut(Out):
    """A time in which goods can be collected."""

    begins_at: Time
    """Identifies it: `slot` of a booking."""
    ends_at: Time
    """When it ends."""
    left: int
    """How many more pickups it has room for; at least one."""

    @classmethod
    def of(cls, slot: PickupSlot) -> "PickupSlotOut":
        return cls(begins_at=slot.begins_at, ends_at=slot.ends_at, left=slot.left)


class PickupSlotsOut(Out):
    """The times that can be booked now."""

    time_zone: str
    """The time zone of the schedule, for people; the times themselves are UTC."""
    schedule_version: int
    """The version of the merchant's schedule; 0 for that of the platform."""
    data: list[PickupSlotOut]
    """The earliest first."""

    @classmethod
    def of(cls, plan: PickupPlan, slots: list[PickupSlot]) -> "PickupSlotsOut":
        data = [PickupSlotOut.of(each) for each in slots]
        return cls(time_zone=plan.time_zone, schedule_version=plan.version, data=data)


class PickupOut(Out):
    """A pickup: when, where, and what has become of it."""

    state: PickupState
    """Whether it is booked, or how it ended."""
    begins_at: Time
    """When the booked time begins."""
    ends_at: Time
    """When it ends."""
    missed_by: PickupMissedBy | None = None
    """Who missed it; null where nobody did."""
    bookings: int
    """How often a pickup of this case was booked or moved."""
    carrier: str | None = None
    """The courier, where a waybill was named; null before."""
    waybill_no: str | None = None
    """The waybill under which the goods are collected; null before it was named."""
    address: dict[str, str] | None = None
    """Where the courier comes to, with the fields of `ReturnAddressIn`; null once the pickup has ended, and at an earlier time."""

    @classmethod
    def of(cls, full: FullCase) -> "PickupOut | None":
        """The pickup; None where none was booked."""
        return None if full.pickup is None else cls.model_validate(full.pickup)


class PickupWindowIn(WorkingWindowIn):
    """A time of each week in which goods are collected."""

    capacity: Annotated[int, Field(ge=1, le=10_000)]
    """How many pickups it has room for."""

    def document(self) -> dict[str, int]:
        """The window as it is stored."""
        return {
            "weekday": self.weekday,
            "opens": minutes(self.opens),
            "closes": minutes(self.closes),
            "capacity": self.capacity,
        }


class PickupScheduleIn(In):
    """When a merchant has goods collected."""

    model_config = example(
        time_zone="Asia/Shanghai",
        lead_hours=12,
        days_ahead=7,
        windows=[{"weekday": 0, "opens": "09:00", "closes": "12:00", "capacity": 10}],
    )

    time_zone: Annotated[str, Field(max_length=64)] = "Asia/Shanghai"
    """In which the windows are."""
    lead_hours: Annotated[int, Field(ge=0, le=240)] = 12
    """How long before its beginning a time can be booked at the latest."""
    days_ahead: Annotated[int, Field(ge=1, le=60)] = 7
    """How many days ahead a time can be booked."""
    windows: Annotated[list[PickupWindowIn], Field(max_length=100)]
    """Those of a weekday must not overlap; none: nothing is collected. On holidays, and on closed days of the merchant's calendar, there are none."""

    def content(self) -> dict[str, Any]:  # Any: JSON
        """The schedule as it is stored."""
        return {**self.model_dump(), "windows": [each.document() for each in self.windows]}


class PickupWindowOut(Out):
    """A time of each week in which goods are collected."""

    weekday: int
    """0 is Monday."""
    opens: str
    """When it begins."""
    closes: str
    """When it ends."""
    capacity: int
    """How many pickups it has room for."""


class PickupScheduleOut(Out):
    """When a merchant has goods collected."""

    merchant_id: str
    """The merchant."""
    version: Version
    time_zone: str
    """In which the windows are."""
    lead_hours: int
    """How long before its beginning a time can be booked at the latest."""
    days_ahead: int
    """How many days ahead a time can be booked."""
    windows: list[PickupWindowOut]
    """As they were set."""
    set_at: Time
    """When it was set."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "PickupScheduleOut":
        windows = [
            PickupWindowOut(**{**each, "opens": clock(each["opens"]), "closes": clock(each["closes"])})
            for each in row.content["windows"]
        ]
        content = {**row.content, "windows": windows}
        return cls(merchant_id=row.merchant_id, version=row.version, set_at=row.set_at, **content)


class ReturnParcelOut(Out):
    """The parcel that brings the goods back."""

    carrier: str
    """The code of the courier, such as `sf`."""
    waybill_no: str
    """The courier's number of the parcel."""
    delivered_at: Time | None = None
    """When it arrived at the merchant, as the courier or the merchant reported; null before."""
    method: ReturnMethod | None = None
    """How the buyer handed it over; null for a return of an earlier release."""
    drop_off_point: str | None = None
    """The point at which the buyer dropped it off, in the courier's code; null for any other method."""

    @classmethod
    def of(cls, return_: Return) -> "ReturnParcelOut | None":
        """The parcel; None if nothing was sent back."""
        if return_.carrier is None or return_.waybill_no is None:
            return None
        return cls(
            carrier=return_.carrier,
            waybill_no=return_.waybill_no,
            delivered_at=return_.delivered_at,
            method=return_.method,
            drop_off_point=return_.drop_off_point,
        )
