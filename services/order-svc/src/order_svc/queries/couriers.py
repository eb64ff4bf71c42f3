"""SELECTs of couriers' endpoints, and of their codes whose meanings are not known."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.partners.endpoints import CourierEndpoint, UnknownCode
from order_svc.tables.couriers import CODE_LIST, ENDPOINT_LIST, ENDPOINTS


async def courier_endpoint(reader: Reader, endpoint_id: str) -> CourierEndpoint:
    """One endpoint of a courier."""
    return await reader.get(ENDPOINTS, endpoint_id)


async def courier_endpoints(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[CourierEndpoint]:
    """A page of couriers' endpoints."""
    return await reader.page(ENDPOINT_LIST, limit=limit, cursor=cursor, **filters)


async def courier_address(reader: Reader, partner: str, endpoint_id: str) -> CourierEndpoint | None:
    """The endpoint to which this partner posts, or None where this address is none of its own."""
    endpoint = await reader.find(ENDPOINTS, endpoint_id)
    return endpoint if endpoint is not None and endpoint.partner == partner else None


async def courier_codes(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[UnknownCode]:
    """A page of codes whose meanings are not known."""
    return await reader.page(CODE_LIST, limit=limit, cursor=cursor, **filters)
