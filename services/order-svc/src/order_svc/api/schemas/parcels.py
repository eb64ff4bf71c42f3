"""Parcels as they travel."""

from typing import Annotated, Self

from aftercare_chassis.wire import Code, Id, In, Out, Time, such_as
from pydantic import Field

from order_svc.api.schemas.orders import Units
from order_svc.domain.policy import Pick
from order_svc.domain.tracking import Leg, Parcel, ParcelStatus
from order_svc.queries import ParcelView


class ParcelLineIn(In):
    """Units of one line in the parcel."""

    line_id: Id
    quantity: Units


class ParcelIn(In):
    """A parcel handed to a courier."""

    model_config = such_as(
        carrier="zto",
        waybill_no="73000000000001",
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}],
    )

    carrier: Code
    waybill_no: Id
    lines: Annotated[list[ParcelLineIn], Field(min_length=1, max_length=100)]

    def picks(self) -> list[Pick]:
        """For the command."""
        return [Pick(line.line_id, line.quantity) for line in self.lines]


class ParcelLineOut(Out):
    """Units of one line in the parcel."""

    line_id: str
    quantity: int


class ParcelEventOut(Out):
    """One scan of the courier."""

    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    raw_code: str | None
    occurred_at: Time
    received_at: Time


class ParcelOut(Out):
    """A parcel as lists show it."""

    id: str
    version: int
    order_id: str
    case_id: str | None
    leg: Leg
    carrier: str
    waybill_no: str
    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    status_at: Time
    created_at: Time

    @classmethod
    def of(cls, parcel: Parcel) -> Self:
        """The parcel as it stands."""
        return cls.model_validate(parcel)


class ParcelDetailOut(ParcelOut):
    """A parcel with its content and every scan, in the order in which things happened."""

    lines: list[ParcelLineOut]
    events: list[ParcelEventOut]

    @classmethod
    def showing(cls, view: ParcelView) -> Self:
        """The parcel with all that is known of it."""
        return cls(
            **dict(ParcelOut.of(view.parcel)),
            lines=[ParcelLineOut.model_validate(line) for line in view.lines],
            events=[ParcelEventOut.model_validate(event) for event in view.events],
        )
