"""The merchant's time to ship, and goods that are delivered without a parcel, published by order-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.fields import Code, ParcelId, Time


class OrderShipmentOverdue(OrderEvent):
    """The time to ship some units is over, and they have not left. Published once per time that was missed."""

    matter: Code = "shipment_delay"
    ship_by_at: Annotated[Time, Field(description="the first of the times that were missed")]
    lines: Annotated[tuple[ShippedLine, ...], Field(description="the units that have not left")]


class OrderDeliveryOverdue(OrderEvent):
    """What was shipped has not arrived in time: an agent finds out what has become of it. Published again after as long again."""

    matter: Code = "delivery_delay"
    deliver_by_at: Annotated[Time, Field(description="until when it was expected")]
    parcel_ids: Annotated[
        tuple[ParcelId, ...], Field(description="the parcels that are late; empty where none is on its way any more")
    ] = ()


class VirtualGoodsDelivered(OrderEvent):
    """Units without a parcel were delivered to the buyer; `complete` when nothing is left to ship or deliver."""

    matter: Code = "virtual_delivery"
    lines: tuple[ShippedLine, ...]
    complete: bool
