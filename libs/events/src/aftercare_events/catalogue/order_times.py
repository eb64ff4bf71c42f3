"""What merchants set about the times of their orders, published by order-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Id, MerchantId
from aftercare_events.topics import Topic

_NUMBER = Field(strict=True, ge=0)


class OrderTimesSet(Event):
    """A merchant set the times of its orders, or the platform did for merchants that have set nothing. Orders placed from then on keep them."""

    TOPIC: ClassVar[Topic] = topics.ORDERS
    KEY: ClassVar[str] = "setting_id"

    matter: Code = "order_times"
    setting_id: Annotated[Id, Field(description="identifies what is set: one setting of a merchant, in versions")]
    merchant_id: MerchantId
    times_version: Annotated[int, Field(strict=True, ge=1, description="counts the times of the merchant")]
    payment_minutes: Annotated[int | None, _NUMBER, Field(description="the time to pay")] = None
    ship_hours: Annotated[int | None, _NUMBER, Field(description="the time to ship goods from stock")] = None
    delivery_hours: Annotated[int | None, _NUMBER, Field(description="within which a parcel is expected to arrive")] = (
        None
    )
    receipt_hours: Annotated[int | None, _NUMBER, Field(description="the time to confirm the receipt")] = None
    receipt_extensions: Annotated[int | None, _NUMBER, Field(description="how often it may be extended")] = None
    receipt_extension_days: Annotated[int | None, _NUMBER, Field(description="by how many days at once")] = None
