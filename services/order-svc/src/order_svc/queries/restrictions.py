"""SELECTs of restrictions that concern orders."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.sales.restrictions import Restriction
from order_svc.tables.restrictions import RESTRICTION_LIST


async def restrictions(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[Restriction]:
    """A page of restrictions that concern orders."""
    return await reader.page(RESTRICTION_LIST, limit=limit, cursor=cursor, **filters)
