"""The time to confirm the receipt 确认收货期限, and its extension."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.http.schemas import Id, In, example
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path
from pydantic import Field

from order_svc.api.schemas.orders import OrderDetailOut
from order_svc.commands.orders import receipts
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.sales.errors import ReceiptExtensionsUsed, ReceiptExtensionTooLong, ReceiptPeriodOver
from order_svc.queries import orders as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)


class ExtendReceiptIn(In):
    """More time to confirm the receipt."""

    model_config = example(days=3)

    days: Annotated[int, Field(ge=1, le=365)] = 3
    """How many days more, within the limit of the installation."""


@router.post(
    "/{order_id}/extend-receipt",
    operation_id="extendReceipt",
    responses=refusals(IllegalTransition, ReceiptExtensionsUsed, ReceiptExtensionTooLong, ReceiptPeriodOver),
    dependencies=[require_action(ORDER, OrderAction.EXTEND_RECEIPT)],
)
async def extend_receipt(
    order_id: Annotated[Id, Path(description="The id of the order.")], body: ExtendReceiptIn, tx: Tx[Settings]
) -> OrderDetailOut:
    """Give the buyer of a delivered order more time before its receipt counts as confirmed."""
    extended = await receipts.extend(tx, order_id, days=body.days)
    return OrderDetailOut.of(await queries.order_view(tx, extended), tx.actor)
