"""Pickups of returned goods in an after-sale case, published by aftersale-svc. The address stays with the publisher."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.fields import (
    Carrier,
    Code,
    DeadlineAt,
    PreviousCarrier,
    PreviousWaybillNo,
    Quantity,
    Time,
    WaybillNo,
)
from aftercare_events.vocabulary import Vocabulary, one_of

BeginsAt = Annotated[Time, Field(description="when the booked time begins")]
EndsAt = Annotated[Time, Field(description="when it ends")]
Number = Annotated[Quantity, Field(description="how often a pickup of this case was booked or moved")]


class PickupMissedBy(Vocabulary):
    """Who missed a pickup."""

    COURIER = "courier", "the courier did not come"
    BUYER = "buyer", "the buyer was not there"
    UNKNOWN = "unknown", "the time is over, and nobody has said what became of the pickup"
    COURIER_REFUSED = "courier_refused", "the courier has refused to come in the booked time"


class PickupBooked(CaseEvent):
    """The buyer booked a time in which a courier collects the goods; until then, the buyer's time to send them stops."""

    matter: Code = "pickup"
    begins_at: BeginsAt
    ends_at: EndsAt
    number: Number
    at_delivery_address: Annotated[
        bool,
        Field(
            description="whether the goods are at the delivery address of the order: order-svc orders the courier then"
        ),
    ] = False
    deadline_at: DeadlineAt = None


class PickupMoved(CaseEvent):
    """The buyer moved the pickup to another time."""

    matter: Code = "pickup"
    previous_begins_at: Annotated[Time, Field(description="when the time began that was booked before")]
    begins_at: BeginsAt
    ends_at: EndsAt
    number: Number
    deadline_at: DeadlineAt = None


class PickupCancelled(CaseEvent):
    """A booked pickup does not take place: the buyer cancelled it, or the case goes on without it."""

    matter: Code = "pickup"
    begins_at: BeginsAt
    deadline_at: DeadlineAt = None


class PickupMissed(CaseEvent):
    """The goods were not collected in the booked time."""

    matter: Code = "pickup"
    begins_at: BeginsAt
    missed_by: Annotated[Code, one_of(PickupMissedBy, "who missed it")]
    moved: Annotated[
        bool,
        Field(
            description="whether it had been moved to this time, which alone the courier refuses: it may still come at the time before"
        ),
    ] = False
    deadline_at: DeadlineAt = None


class PickupWaybillWithdrawn(CaseEvent):
    """No courier collects the goods under the waybill that was named; order-svc stops following that parcel, unless it was scanned."""

    matter: Code = "pickup_waybill"
    carrier: Carrier
    waybill_no: WaybillNo


class PickupWaybillGiven(CaseEvent):
    """The merchant, or an agent, named the waybill under which the goods are collected; order-svc follows that parcel from here."""

    matter: Code = "pickup_waybill"
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    previous_carrier: PreviousCarrier = None
    previous_waybill_no: PreviousWaybillNo = None
    deadline_at: DeadlineAt = None
