"""Parcels as requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import Id, In, Out, Time, example
from aftercare_events.waybills import CarrierInput, WaybillInput
from pydantic import Field

from order_svc.api.schemas.orders import Units
from order_svc.domain.fulfilment import Pick
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus
from order_svc.domain.waybills import IgnoredReason
from order_svc.queries import ParcelView


class ParcelLineIn(In):
    """Units of one order line in the parcel."""

    line_id: Id
    quantity: Units


class ParcelIn(In):
    """A parcel that was handed to a courier."""

    model_config = example(
        carrier="zto",
        waybill_no="73000000000001",
        lines=[{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}],
    )

    carrier: CarrierInput
    waybill_no: WaybillInput
    lines: Annotated[list[ParcelLineIn], Field(min_length=1, max_length=100)]

    def picks(self) -> list[Pick]:
        """The units as the command takes them."""
        return [Pick(line.line_id, line.quantity) for line in self.lines]


class ParcelLineOut(Out):
    """Units of one order line in the parcel."""

    line_id: str
    quantity: int


class ParcelEventOut(Out):
    """One scan as the courier reported it."""

    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    raw_code: str | None
    occurred_at: Time
    received_at: Time
    ignored: IgnoredReason | None = Field(
        default=None,
        description="Why the scan does not belong to this parcel: it happened before the hand-over, or it is of another"
        " shipment with the same waybill number.",
    )

    @classmethod
    def of(cls, scan: ParcelScan, ignored: IgnoredReason | None) -> Self:
        """The scan, with the reason why it is ignored, if it is."""
        return cls(**{name: getattr(scan, name) for name in cls.model_fields if name != "ignored"}, ignored=ignored)


class ParcelOut(Out):
    """A parcel, without its content and scans."""

    id: str
    version: int
    order_id: str
    case_id: str | None
    leg: ParcelLeg
    carrier: str
    waybill_no: str
    status: ParcelStatus
    reason: str | None
    terminal: bool
    delivered_to: str | None
    status_at: Time
    handed_over_at: Time = Field(description="When the seller registered the parcel, or the buyer reported the return.")
    created_at: Time

    @classmethod
    def of(cls, parcel: Parcel) -> Self:
        """The parcel as a response."""
        return cls.model_validate(parcel)


class ParcelDetailOut(ParcelOut):
    """A parcel with its content and every scan, in the order in which the scans happened."""

    lines: list[ParcelLineOut]
    events: list[ParcelEventOut]

    @classmethod
    def showing(cls, view: ParcelView) -> Self:
        """The parcel with its content and scans as a response."""
        return cls(
            **dict(ParcelOut.of(view.parcel)),
            lines=[ParcelLineOut.model_validate(line) for line in view.lines],
            events=[ParcelEventOut.of(scan, view.ignored.get(scan.key)) for scan in view.scans],
        )
