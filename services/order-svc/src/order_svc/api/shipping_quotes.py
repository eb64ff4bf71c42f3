"""Prices of couriers for the way of an order."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path

from order_svc.api.schemas.shipping_quotes import QuoteIn, QuoteOut
from order_svc.commands.shipping import shipping_quotes
from order_svc.domain.sales.errors import OnlyVirtualGoods
from order_svc.domain.shipping.errors import CountryNotServed, ShippingAccountMissing
from order_svc.queries import shipping as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["shipping-quotes"], route_class=ApiRoute)
_READERS = [require_role("seller", "agent")]


@router.post(
    "/orders/{order_id}/shipping-quotes",
    operation_id="askShippingPrices",
    status_code=201,
    responses=refusals(ShippingAccountMissing, CountryNotServed, OnlyVirtualGoods),
    dependencies=_READERS,
)
async def ask_prices(
    order_id: Annotated[Id, Path(description="The id of the order.")], body: QuoteIn, tx: Tx[Settings]
) -> QuoteOut:
    """Ask every courier of the merchant what the way to the buyer costs; the answers are at `getShippingQuote`."""
    return QuoteOut.of(await shipping_quotes.ask(tx, order_id, weight_grams=body.weight_grams, carriers=body.carriers))


@router.get("/shipping-quotes/{quote_id}", operation_id="getShippingQuote", dependencies=_READERS)
async def get_quote(quote_id: Annotated[Id, Path(description="The id of the question.")], read: Read) -> QuoteOut:
    """The answers to a question for prices."""
    return QuoteOut.of(await queries.quote(read, quote_id))
