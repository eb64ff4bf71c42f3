"""SELECTs: intercepts of parcels."""

from dataclasses import dataclass

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.intercepts.model import Intercept, InterceptAddress
from order_svc.tables.intercepts import INTERCEPT_ADDRESSES, INTERCEPT_LIST, INTERCEPTS


@dataclass(frozen=True, slots=True)
class InterceptView:
    """An intercept, with the address that the parcel is to go to instead."""

    intercept: Intercept
    address: InterceptAddress | None


async def intercept(reader: Reader, intercept_id: str) -> InterceptView:
    """One intercept that the reader may see."""
    return await intercept_view(reader, await reader.get(INTERCEPTS, intercept_id))


async def intercept_view(reader: Reader, found: Intercept) -> InterceptView:
    """The intercept with its address."""
    address: InterceptAddress | None = await reader.find(INTERCEPT_ADDRESSES, found.id)
    return InterceptView(found, address)


async def intercepts(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[Intercept]:
    """A page of intercepts."""
    return await reader.page(INTERCEPT_LIST, limit=limit, cursor=cursor, **filters)
