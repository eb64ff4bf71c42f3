"""Pickups that a courier refuses, published by order-svc, which has ordered them for a case."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.catalogue.pickups import BeginsAt, EndsAt
from aftercare_events.fields import Carrier, CaseId, Code


class PickupRefused(OrderEvent):
    """The courier does not collect the goods of a case in the time that was asked for."""

    matter: Code = "pickup"
    case_id: CaseId
    carrier: Carrier
    begins_at: BeginsAt
    ends_at: EndsAt
    refusal: Annotated[Code, Field(description="why, such as `address_not_served` or `pickup_time_not_offered`")]
    reason: Annotated[str | None, Field(description="the courier's own code; absent where it gave none")] = None
    moved: Annotated[
        bool, Field(description="whether it was to be moved to this time, so that the time before may still be booked")
    ] = False
