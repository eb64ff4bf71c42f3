"""Feeds for a merchant's ERP: what has changed since a cursor, none missing, at least once."""

from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Cursor, Limit
from fastapi import APIRouter

from order_svc.api.schemas.erp import (
    OrderChangeOut,
    OrderFeedOut,
    RefundChangeOut,
    RefundFeedOut,
    StockReturnFeedOut,
    StockReturnOut,
)
from order_svc.queries import erp
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/erp", tags=["orders"], route_class=ApiRoute)
SELLER = [require_role("seller")]


@router.get("/orders", operation_id="readErpOrders", dependencies=SELLER)
async def read_orders(reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None) -> OrderFeedOut:
    """Read the merchant's orders that have changed since the cursor, each as it is now; from the first one where there is no cursor.

    Keep `next_cursor` and come back with it: no change is left out, also where transactions end in another order than they began. A
    transaction that is still open delays what comes after it.
    """
    page = await erp.orders(reader, limit, cursor)
    return OrderFeedOut.of(page, [OrderChangeOut.of(each, reader.actor) for each in page.data])


@router.get("/refunds", operation_id="readErpRefunds", dependencies=SELLER)
async def read_refunds(reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None) -> RefundFeedOut:
    """Read the refunds of the merchant's orders that have changed since the cursor, as `readErpOrders` does for orders."""
    page = await erp.refunds(reader, limit, cursor)
    return RefundFeedOut.of(page, [RefundChangeOut.of(each) for each in page.data])


@router.get("/stock-returns", operation_id="readErpStockReturns", dependencies=SELLER)
async def read_stock_returns(reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None) -> StockReturnFeedOut:
    """Read the goods that have come back to the merchant and were accepted since the cursor, and those that were sent in exchange, as
    `readErpOrders` does for orders."""
    page = await erp.stock_returns(reader, limit, cursor)
    return StockReturnFeedOut.of(page, [StockReturnOut.of(each) for each in page.data])
