"""Parcels as they travel."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import Id, In, Out, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from order_svc.api.schemas.orders import Units
from order_svc.domain.fulfilment import Pick
from order_svc.domain.journeys import Ignored
from order_svc.domain.tracking import Leg, Parcel, ParcelEvent, ParcelStatus
from order_svc.queries import ParcelView


class ParcelLineIn(In):
    """Units of one line in the parcel."""

    line_id: Id
    quantity: Units


class ParcelIn(In):
    """A parcel handed to a courier."""

    model_config = example(
        carrier="zto",
        waybill_no="73000000000001",
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}],
    )

    carrier: CarrierInput
    waybill_no: WaybillInput
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
    ignored: Ignored | None = Field(
        default=None,
        description="Why the scan did not move this parcel: it is from before the hand-over, or of another journey under"
        " the same waybill.",
    )

    @classmethod
    def of(cls, event: ParcelEvent, ignored: Ignored | None) -> Self:
        """The scan, and whether it counts."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields if name != "ignored"}, ignored=ignored)


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
    handed_over_at: Time = Field(description="When the seller registered it, or the buyer said that it was sent back.")
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
            events=[ParcelEventOut.of(event, view.ignored.get(event.key)) for event in view.events],
        )
