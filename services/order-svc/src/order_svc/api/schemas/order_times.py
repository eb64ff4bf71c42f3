"""The times of orders that merchants set, as they are sent and shown, and as an order keeps them."""

from typing import Annotated, Self

from aftercare_chassis.http.schemas import In, Out, Time, Version, example
from pydantic import Field

from order_svc.domain.merchant_settings import MerchantSetting, SettingVersion
from order_svc.domain.model import Order

Number = Annotated[int | None, Field(ge=0, le=10**6)]


class OrderTimesIn(In):
    """The times of a merchant's orders. What is left out, or null, is as the platform has it. Each has limits that the platform sets."""

    model_config = example(payment_minutes=60, ship_hours=72, receipt_hours=240)

    payment_minutes: Number = None
    """The time to pay: the deadline of a new order, and of each part of a payment plan, unless the order or its plan states another."""
    ship_hours: Number = None
    """The time to ship goods from stock, from the payment on: `ship_by_at` of the order, after which its shipment is reported as overdue."""
    delivery_hours: Number = None
    """Within which a parcel is expected to arrive, from its hand-over on: `deliver_by_at` of the parcel and of the order, after which the
    delivery is reported as overdue."""
    receipt_hours: Number = None
    """The buyer's time to confirm the receipt, from the delivery on: the deadline of a delivered order, unless all of its goods are virtual.
    Then it counts as confirmed."""
    receipt_extensions: Number = None
    """How often that time may be extended, by `extendReceipt`."""
    receipt_extension_days: Number = None
    """By how many days at once that may be, at most."""


class OrderTimesBaseOut(Out):
    """Times of orders; what is null is as the platform has it."""

    payment_minutes: int | None = None
    """The time to pay."""
    ship_hours: int | None = None
    """The time to ship goods from stock, from the payment on."""
    delivery_hours: int | None = None
    """Within which a parcel is expected to arrive, from its hand-over on."""
    receipt_hours: int | None = None
    """The time to confirm the receipt, from the delivery on."""
    receipt_extensions: int | None = None
    """How often that time may be extended."""
    receipt_extension_days: int | None = None
    """By how many days at once, at most."""


class OrderTimesOut(OrderTimesBaseOut):
    """One version of the times of a merchant's orders."""

    merchant_id: str
    """For which merchant; `platform` for the merchants that have set nothing."""
    version: Version
    set_by: str
    """Who set this version."""
    set_at: Time
    """When it came into force, for orders placed from then on; a later version takes its place."""

    @classmethod
    def of(cls, row: MerchantSetting | SettingVersion) -> "OrderTimesOut":
        """The version as a response."""
        known = {"merchant_id": row.merchant_id, "version": row.version, "set_by": row.set_by, "set_at": row.set_at}
        return cls.model_validate(known | row.content)


class OrderTimesUsedOut(OrderTimesBaseOut):
    """The times that hold for an order: those that its merchant, or the platform, had set when it was placed."""

    setting_id: str
    """Identifies the setting, of the merchant or of the platform."""
    version: int
    """Which version of it, among those of `GET /v1/merchants/{merchant_id}/order-times/versions/{number}`."""

    @classmethod
    def of_order(cls, order: Order) -> Self | None:
        """What the order keeps; None where nothing was set."""
        return None if order.times is None else cls.model_validate(order.times)
