"""Stock 库存: the units that orders reserve, release, ship and take back."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, Name, PageOut, PrincipalId
from fastapi import APIRouter, Query

from order_svc.api.schemas.stock import StockLevelOut, StockMovementOut
from order_svc.domain.sales.errors import MerchantNeeded
from order_svc.domain.sales.stock import StockMovementKind
from order_svc.queries import stock
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["stock"], route_class=ApiRoute)
Merchant = Annotated[PrincipalId | None, Query(description="Only of this merchant; sellers see their own.")]


@router.get("/stock-movements", operation_id="listStockMovements")
async def list_stock_movements(
    reader: Read[Settings],
    order_id: Annotated[Id | None, Query(description="Only of this order.")] = None,
    merchant_id: Merchant = None,
    sku: Annotated[Name | None, Query(description="Only of this article.")] = None,
    kind: Annotated[StockMovementKind | None, Query(description="Only of this kind.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[StockMovementOut]:
    """Movements of stock, newest first."""
    filters = {"order_id": order_id, "merchant_id": merchant_id, "sku": sku, "kind": kind}
    page = await stock.movements(reader, limit, cursor, **filters)
    return PageOut[StockMovementOut].of(page, StockMovementOut.of)


@router.get(
    "/stock-levels",
    operation_id="getStockLevel",
    responses=refusals(MerchantNeeded),
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_stock_level(
    reader: Read[Settings],
    sku: Annotated[Name, Query(description="The merchant's article number.")],
    merchant_id: Merchant = None,
) -> StockLevelOut:
    """How many units of an article orders have reserved by now, and what became of the others; zeros where there are no orders."""
    return StockLevelOut.of(await stock.level(reader, merchant_id, sku))
