"""The inbox of partners, for administrators: list what couriers and payment providers pushed, and redrive it."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Code, Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query
from pydantic import StringConstraints

from order_svc.api.schemas.partners import CallbackOut, Partner, PushOut
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource, PushState
from order_svc.queries import partner_inbox as queries
from order_svc.settings import Settings

pushes = APIRouter(
    prefix="/v1/courier-pushes", tags=["courier-pushes"], route_class=ApiRoute, dependencies=[require_role("admin")]
)
callbacks = APIRouter(
    prefix="/v1/payment-callbacks",
    tags=["payment-callbacks"],
    route_class=ApiRoute,
    dependencies=[require_role("admin")],
)
PushId = Annotated[Id, Path(description="The id of the push here, not at the courier.")]
CallbackId = Annotated[Id, Path(description="The id of the callback here, not at the provider.")]
Why = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
InState = Annotated[PushState | None, Query(description="Only those whose processing is in this state.")]


@pushes.get("", operation_id="listCourierPushes")
async def list_pushes(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    state: InState = None,
    partner: Annotated[Partner | None, Query(description="Only pushes of this courier, such as `zto`.")] = None,
    endpoint_id: Annotated[Id | None, Query(description="Only pushes that arrived at this endpoint.")] = None,
    why: Annotated[
        Why | None,
        Query(description="Only pushes that are in their state for this reason, such as `signature_invalid`."),
    ] = None,
) -> PageOut[PushOut]:
    """What couriers pushed, newest first."""
    filters = {"state": state, "partner": partner, "endpoint_id": endpoint_id, "why": why}
    page = await queries.partner_pushes(read, PushSource.COURIER, limit, cursor, **filters)
    return PageOut[PushOut].of(page, PushOut.of)


@pushes.get("/{push_id}", operation_id="getCourierPush")
async def get_push(push_id: PushId, read: Read) -> PushOut:
    """One push."""
    return PushOut.of(await queries.partner_push(read, PushSource.COURIER, push_id))


@pushes.post("/{push_id}/redrive", operation_id="redriveCourierPush", responses=refusals(IllegalTransition))
async def redrive_push(push_id: PushId, tx: Tx[Settings]) -> PushOut:
    """Process a push once more."""
    return PushOut.of(await partner_inbox.redrive(tx, push_id, source=PushSource.COURIER))


@callbacks.get("", operation_id="listPaymentCallbacks")
async def list_callbacks(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    state: InState = None,
    provider: Annotated[
        Code | None, Query(description="Only callbacks of this payment provider, such as `simulator`.")
    ] = None,
) -> PageOut[CallbackOut]:
    """The callbacks of payment providers, newest first."""
    page = await queries.partner_pushes(read, PushSource.PAYMENT, limit, cursor, state=state, partner=provider)
    return PageOut[CallbackOut].of(page, CallbackOut.of)


@callbacks.get("/{callback_id}", operation_id="getPaymentCallback")
async def get_callback(callback_id: CallbackId, read: Read) -> CallbackOut:
    """One callback."""
    return CallbackOut.of(await queries.partner_push(read, PushSource.PAYMENT, callback_id))


@callbacks.post("/{callback_id}/redrive", operation_id="redrivePaymentCallback", responses=refusals(IllegalTransition))
async def redrive_callback(callback_id: CallbackId, tx: Tx[Settings]) -> CallbackOut:
    """Process a callback once more; it is checked again against our own books."""
    return CallbackOut.of(await partner_inbox.redrive(tx, callback_id, source=PushSource.PAYMENT))
