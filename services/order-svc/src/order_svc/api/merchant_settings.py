"""What merchants, or the platform for them, set about their orders, and the versions of it.

The merchant `platform` has what holds for the merchants that have set nothing; its administrators set that.
"""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path

from order_svc.api.schemas.order_times import OrderTimesIn, OrderTimesOut
from order_svc.commands import merchant_settings
from order_svc.domain.merchant_settings import OrderSettingKind
from order_svc.domain.sales.order_times import OrderTimeOutOfLimits
from order_svc.queries import merchant_settings as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/merchants/{merchant_id}", tags=["merchants"], route_class=ApiRoute)
MerchantId = Annotated[PrincipalId, Path(description="The merchant, as in the tokens of its sellers.")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="The version, from 1.")]
READERS = require_role("seller", "agent", "arbitrator", "admin")
KIND = OrderSettingKind.ORDER_TIMES


@router.get("/order-times", operation_id="getOrderTimes", dependencies=[READERS])
async def get_order_times(merchant_id: MerchantId, reader: Read[Settings]) -> OrderTimesOut:
    """Get the times of the orders of a merchant: as it has set, else as the platform has. 404: as the settings of the service have them."""
    return OrderTimesOut.of(await queries.setting(reader, merchant_id, KIND))


@router.get("/order-times/versions", operation_id="listOrderTimesVersions", dependencies=[READERS])
async def list_order_times_versions(
    merchant_id: MerchantId, reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None
) -> PageOut[OrderTimesOut]:
    """List the versions of the times of a merchant's orders, the newest first. Empty where nothing was ever set."""
    page = await queries.versions(reader, merchant_id, KIND, limit=limit, cursor=cursor)
    return PageOut[OrderTimesOut].of(page, OrderTimesOut.of)


@router.get("/order-times/versions/{number}", operation_id="getOrderTimesVersion", dependencies=[READERS])
async def get_order_times_version(merchant_id: MerchantId, number: Number, reader: Read[Settings]) -> OrderTimesOut:
    """Get the times of a merchant's orders as set in this version."""
    return OrderTimesOut.of(await queries.version(reader, merchant_id, KIND, number))


@router.put(
    "/order-times",
    operation_id="setOrderTimes",
    responses=refusals(OrderTimeOutOfLimits),
    dependencies=[require_role("seller", "agent", "admin")],
)
async def set_order_times(merchant_id: MerchantId, body: OrderTimesIn, tx: Tx[Settings]) -> OrderTimesOut:
    """Set the times of the orders of a merchant, as the next version. It holds for orders that are placed from now on; an order keeps the
    times that held when it was placed, and shows them in `times`."""
    return OrderTimesOut.of(await merchant_settings.put_order_times(tx, merchant_id, body.model_dump()))
