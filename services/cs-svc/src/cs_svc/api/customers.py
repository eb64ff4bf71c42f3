"""Customers 客户: what an agent needs to know to serve a buyer, in one response."""

from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import PrincipalId
from fastapi import APIRouter, Path

from cs_svc import queries
from cs_svc.api.schemas.customers import CustomerOut

router = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=ApiRoute)


# `:path`: the id of a buyer may contain a slash, which arrives decoded.
@router.get("/{buyer_id:path}", operation_id="getCustomer")
async def get_customer(
    buyer_id: Annotated[PrincipalId, Path(description="The id of the buyer at the identity provider.")], reader: Read
) -> CustomerOut:
    """A buyer's orders, cases, conversations, complaints and ratings; a seller sees those of its own merchant."""
    return CustomerOut.of(await queries.customer(reader, buyer_id), reader.actor)
