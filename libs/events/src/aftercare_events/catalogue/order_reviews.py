"""Orders that wait for the review of an agent before they can be paid, published by order-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.orders import OrderEvent
from aftercare_events.fields import Code, DeadlineAt, Id


class OrderReviewed(OrderEvent):
    """An agent has decided about an order that a restriction had kept from payment. One that is not approved is cancelled next."""

    matter: Code = "order_review"
    approved: bool
    restriction_id: Annotated[Id, Field(description="the restriction because of which it was reviewed")]
    deadline_at: DeadlineAt = None
