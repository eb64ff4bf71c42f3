"""Restrictions 下单限制 of buyers, merchants and articles, and the review of orders that they keep from payment."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, Name, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.orders import OrderDetailOut
from order_svc.api.schemas.restrictions import RestrictionOut
from order_svc.commands.orders import restrictions
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.payments.errors import PartyCannotDecide
from order_svc.domain.sales.errors import OrderNotInReview
from order_svc.domain.sales.restrictions import OrdersEffect, SanctionSubjectType
from order_svc.queries import restrictions as queries
from order_svc.queries.orders import order_view
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["restrictions"], route_class=ApiRoute)
OrderId = Annotated[Id, Path(description="The id of the order.")]


@router.get(
    "/restrictions",
    operation_id="listRestrictions",
    dependencies=[require_role("agent", "arbitrator", "admin")],
)
async def list_restrictions(
    reader: Read[Settings],
    subject_type: Annotated[SanctionSubjectType | None, Query(description="Only of this kind of subject.")] = None,
    subject_id: Annotated[PrincipalId | None, Query(description="Only of this buyer or merchant.")] = None,
    sku: Annotated[Name | None, Query(description="Only of this article.")] = None,
    orders: Annotated[OrdersEffect | None, Query(description="Only with this effect on new orders.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[RestrictionOut]:
    """Restrictions that concern new orders, the latest first; those that are over are listed too."""
    filters = {"subject_type": subject_type, "subject_id": subject_id, "sku": sku, "orders": orders}
    page = await queries.restrictions(reader, limit, cursor, **filters)
    return PageOut[RestrictionOut].of(page, lambda row: RestrictionOut.of(row, reader.now))


@router.post(
    "/orders/{order_id}/approve",
    operation_id="approveOrder",
    responses=refusals(IllegalTransition, OrderNotInReview, PartyCannotDecide),
    dependencies=[require_action(ORDER, OrderAction.APPROVE)],
)
async def approve_order(order_id: OrderId, tx: Tx[Settings]) -> OrderDetailOut:
    """Approve an order that waits for a review because of a restriction: it can be paid from now on."""
    approved = await restrictions.approve_order(tx, order_id)
    return OrderDetailOut.of(await order_view(tx, approved), tx.actor)


@router.post(
    "/orders/{order_id}/reject",
    operation_id="rejectOrder",
    responses=refusals(IllegalTransition, OrderNotInReview, PartyCannotDecide),
    dependencies=[require_action(ORDER, OrderAction.REJECT)],
)
async def reject_order(order_id: OrderId, tx: Tx[Settings]) -> OrderDetailOut:
    """Reject an order that waits for a review because of a restriction: it is cancelled."""
    rejected = await restrictions.reject_order(tx, order_id)
    return OrderDetailOut.of(await order_view(tx, rejected), tx.actor)
