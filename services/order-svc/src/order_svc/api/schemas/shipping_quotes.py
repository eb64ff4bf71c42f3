"""Prices of couriers, in requests and responses."""

from datetime import datetime
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    CreatedAt,
    In,
    Money,
    Out,
    Time,
    example,
)
from aftercare_events.waybills import CarrierInput
from pydantic import Field

from order_svc.api.schemas.shipping_labels import WeightGrams
from order_svc.domain.shipping.calls import QuoteState, ShippingQuote
from order_svc.domain.shipping.model import CourierName


class QuoteIn(In):
    """A question for prices."""

    model_config = example(weight_grams=1530, carriers=["sf", "zto"])

    weight_grams: WeightGrams
    """Of the whole parcel."""
    carriers: Annotated[list[CarrierInput], Field(max_length=10, default_factory=list)]
    """With whom; where it is empty, with every carrier that the merchant's couriers have."""


class OfferOut(Out):
    """One price."""

    courier: CourierName
    """Who offers it."""
    carrier: str
    """Who carries the parcel."""
    service: str
    """The courier's name of the service; empty where it has none."""
    price: Money
    """What it costs."""
    deliver_by: datetime | None
    """Until when the courier expects to deliver; null where it does not say."""


class QuoteOut(Out):
    """The answers to a question for prices; deleted after a day."""

    id: str
    """Identifies the question: `quote_…`."""
    order_id: str
    """The order whose way it is about."""
    state: QuoteState
    """`asked`, then `answered`: some seconds later."""
    offers: list[OfferOut]
    """The cheapest first; empty until it is answered."""
    failures: dict[str, str]
    """Why a courier offers nothing, by its name."""
    created_at: CreatedAt
    answered_at: Time | None
    """When it was answered; null before."""

    @classmethod
    def of(cls, quote: ShippingQuote) -> Self:
        """The answers."""
        return cls(
            id=quote.id,
            order_id=quote.order_id,
            state=quote.state,
            offers=[OfferOut.model_validate(_offer(each)) for each in quote.offers or ()],
            failures=quote.failures or {},
            created_at=quote.created_at,
            answered_at=quote.answered_at,
        )


def _offer(offer: dict[str, object]) -> dict[str, object]:
    fields = {name: value for name, value in offer.items() if name != "price_minor"}
    return {**fields, "price": Money.of(int(str(offer["price_minor"])), "CNY")}
