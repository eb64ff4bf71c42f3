"""Labels and their pickups, in requests and responses."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    CreatedAt,
    Id,
    In,
    Out,
    Time,
    example,
)
from aftercare_chassis.lifecycle import Actor
from aftercare_events.waybills import CarrierInput
from pydantic import Field

from order_svc.api.schemas.parcels import ParcelLineIn
from order_svc.api.schemas.shipping_accounts import ContactIn
from order_svc.domain.fulfilment import Pick
from order_svc.domain.shipping.labels import LabelState, PickupState, ShippingLabel, shown_actions
from order_svc.domain.shipping.model import CourierName, PickupWindow
from order_svc.domain.tracking import ParcelLeg

WeightGrams = Annotated[int, Field(ge=1, le=1_000_000)]
_LINES = [{"line_id": "line_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", "quantity": 3}]


class PickupIn(In):
    """When a courier is to collect the parcel."""

    model_config = example(begins_at="2026-05-02T10:00:00+08:00", ends_at="2026-05-02T12:00:00+08:00")

    begins_at: Time
    """In the future."""
    ends_at: Time
    """An hour to 24 hours later. Which times are offered is for the courier."""

    def window(self) -> PickupWindow:
        """The time as the command takes it."""
        return PickupWindow(begins_at=self.begins_at, ends_at=self.ends_at)


class LabelIn(In):
    """A shipment that is to be ordered of a courier."""

    model_config = example(carrier="sf", weight_grams=1530, lines=_LINES)

    carrier: CarrierInput
    """Who carries it, such as `sf` or `zto`."""
    courier: CourierName | None = None
    """Of whom it is ordered; where it is left out, of the carrier itself before an aggregator."""
    lines: Annotated[list[ParcelLineIn], Field(min_length=1, max_length=100)]
    """The content; each line of the order at most once."""
    weight_grams: WeightGrams
    """Of the whole parcel."""
    pickup: PickupIn | None = None
    """When it is to be collected; where it is left out, the merchant hands it over."""

    def picks(self) -> list[Pick]:
        """The units as the command takes them."""
        return [Pick(line.line_id, line.quantity) for line in self.lines]


class ReturnLabelIn(In):
    """The shipment of what a buyer sends back for a case."""

    model_config = example(carrier="sf", case_id="case_0196a3c85d1e7b2f9a4c6e8d0b1f2a37", weight_grams=1530)

    carrier: CarrierInput
    """Who carries it, such as `sf` or `zto`."""
    courier: CourierName | None = None
    """Of whom it is ordered; where it is left out, of the carrier itself before an aggregator."""
    case_id: Id
    """The case; the parcel has its units."""
    sender: ContactIn | None = None
    """Where it is collected; at the address of the order where it is left out."""
    weight_grams: WeightGrams
    """Of the whole parcel."""
    pickup: PickupIn | None = None
    """When it is to be collected; where it is left out, the buyer hands it over."""


class PickupOut(Out):
    """When a courier collects the parcel."""

    begins_at: Time
    """When the time begins."""
    ends_at: Time
    """When it ends."""


class LabelOut(Out):
    """A label, without the contacts that are printed on it."""

    id: str
    """Identifies the label: `label_…`."""
    order_id: str
    """The order whose goods are in the parcel."""
    case_id: str | None
    """The case for which they are sent back; null where the label is of the order's own shipment."""
    leg: ParcelLeg
    """Which way the parcel goes: `outbound` or `return`."""
    courier: CourierName
    """Of whom it is ordered."""
    carrier: str
    """Who carries it."""
    state: LabelState
    """`unknown`: the courier has not answered, and is asked until it does. `created`: the waybill is assigned, and the parcel registered."""
    waybill_no: str | None
    """The courier's number of the parcel; null until it is assigned."""
    parcel_id: str | None
    """The parcel that it became; null until then."""
    weight_grams: int
    """As ordered."""
    pickup_state: PickupState
    """`asked`: the courier has not agreed yet. `refused`: it has refused the time that was asked for last; an earlier one holds."""
    pickup: PickupOut | None
    """When it is collected; null where the parcel is handed over."""
    refusal: str | None
    """Why it failed, or why a change was refused, as a code such as `address_not_served`; null where nothing was refused."""
    reason: str | None
    """The courier's own code for that; null where it gave none."""
    printable: bool
    """Whether its waybill is assigned. Its file is there some seconds later, and until it is deleted."""
    created_at: CreatedAt
    settled_at: Time | None
    """When it was created, failed or cancelled; null before."""
    allowed_actions: AllowedActions

    @classmethod
    def of(cls, label: ShippingLabel, actor: Actor) -> Self:
        """The label as this reader may act on it."""
        pickup = label.pickup
        return cls.of_row(
            label,
            pickup=None if pickup is None else PickupOut(begins_at=pickup.begins_at, ends_at=pickup.ends_at),
            printable=label.state is LabelState.CREATED,
            allowed_actions=AllowedOut.of(shown_actions(label, actor)),
        )
