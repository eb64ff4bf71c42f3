"""What has happened to orders, and what happens as it happens."""

from typing import Annotated

from aftercare_chassis.http.feeds import StreamTooFarBehind
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.http.sse import EventStream, LastEventId
from fastapi import APIRouter, Request

from order_svc.api.parameters import OrderId, Several
from order_svc.api.schemas.timelines import OrderStepOut
from order_svc.domain.steps import OrderStep
from order_svc.queries import timelines
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)
STEPS = timelines.feed(OrderStepOut.of)


@router.get("/{order_id}/timeline", operation_id="getOrderTimeline")
async def get_timeline(
    order_id: OrderId, reader: Read[Settings], limit: Limit = 20, cursor: Cursor = None
) -> PageOut[OrderStepOut]:
    """List what has happened to the order, its payments, its refunds and its parcels, oldest first: when, by whom, with what result.

    Buyers read neither movements of stock, nor how a delivery is measured, nor who looks after an anomaly of a parcel.
    """
    page = await timelines.timeline(reader, order_id, limit, cursor)
    return PageOut[OrderStepOut].of(page, OrderStepOut.of)


@router.get(
    "/{order_id}/timeline/live",
    operation_id="followOrder",
    response_class=EventStream,
    responses=refusals(StreamTooFarBehind),
)
async def follow_order(
    order_id: OrderId, request: Request, reader: Read[Settings], last_event_id: LastEventId = None
) -> EventStream:
    """Stream what happens to the order: a server-sent event per step, whose data is an `OrderStepOut`.

    It begins with what happens from now on, within about a second, and continues after `Last-Event-ID` where there is one. Then steps
    of the last ten seconds before it may come again, with the same ids. Where more has happened than a stream catches up with, it
    answers 409 `stream_too_far_behind`.
    """
    await timelines.require_order(reader, order_id)
    role = reader.actor.role

    def wanted(step: OrderStep) -> bool:
        return step.order_id == order_id and timelines.is_shown(step, role)

    return await STEPS.follow(request, reader, last_event_id, wanted=wanted)


@router.get("/stream", operation_id="followOrders", response_class=EventStream, responses=refusals(StreamTooFarBehind))
async def follow_orders(
    request: Request,
    reader: Read[Settings],
    order_id: Annotated[list[Id] | None, Several("Only these orders.")] = None,
    buyer_id: Annotated[list[PrincipalId] | None, Several("Only orders of these buyers.")] = None,
    merchant_id: Annotated[list[PrincipalId] | None, Several("Only orders of these merchants.")] = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Stream what happens to the orders that the caller may see, as `GET /v1/orders/{order_id}/timeline/live` does for one.

    What an import brings in is no news: it is not streamed.
    """
    orders, buyers, merchants = frozenset(order_id or ()), frozenset(buyer_id or ()), frozenset(merchant_id or ())
    role = reader.actor.role

    def wanted(step: OrderStep) -> bool:
        return (
            timelines.is_shown(step, role)
            and (not orders or step.order_id in orders)
            and (not buyers or step.buyer_id in buyers)
            and (not merchants or step.merchant_id in merchants)
        )

    return await STEPS.follow(request, reader, last_event_id, wanted=wanted)
