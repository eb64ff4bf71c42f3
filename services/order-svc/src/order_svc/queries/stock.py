"""Movements of stock, and their sums per article."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.sales.errors import MerchantNeeded
from order_svc.domain.sales.stock import StockMovement, StockMovementKind, StockTotals
from order_svc.tables.stock import STOCK_MOVEMENT_LIST, STOCK_TOTALS


async def movements(reader: Reader, limit: int, cursor: str | None, **filters: str | None) -> Page[StockMovement]:
    """A page of movements of stock."""
    return await reader.page(STOCK_MOVEMENT_LIST, limit=limit, cursor=cursor, **filters)


async def level(reader: Reader, merchant_id: str | None, sku: str) -> StockTotals:
    """The sums of the movements of an article; sellers read those of their own merchant.

    Raises:
        MerchantNeeded: another reader names no merchant.
    """
    merchant = reader.actor.tenant if reader.actor.role == "seller" else merchant_id
    if merchant is None:
        raise MerchantNeeded(pointer="/merchant_id")
    found = await reader.one(STOCK_TOTALS, merchant_id=merchant, sku=sku)
    kinds = {kind.value: 0 for kind in StockMovementKind}
    return StockTotals(merchant_id=merchant, sku=sku, **kinds) if found is None else found
