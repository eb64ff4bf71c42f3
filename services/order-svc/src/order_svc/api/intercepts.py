"""Intercepts 快递拦截: a parcel on its way to the buyer is to go back, or to another address."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import ActionNotAllowed, IllegalTransition
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.intercepts import (
    GrantIn,
    InterceptDetailOut,
    InterceptIn,
    InterceptOut,
    RefusalIn,
    SubmissionIn,
)
from order_svc.commands.parcels import intercepts
from order_svc.domain.intercepts.errors import (
    AddressMissing,
    AddressNotNeeded,
    InterceptOpen,
    InterceptSent,
    ParcelNotUnderWay,
)
from order_svc.domain.intercepts.lifecycle import INTERCEPT, InterceptAction
from order_svc.domain.intercepts.model import Intercept, InterceptState
from order_svc.queries import intercepts as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["intercepts"], route_class=ApiRoute)
ParcelId = Annotated[Id, Path(description="The id of the parcel.")]
InterceptId = Annotated[Id, Path(description="The id of the intercept.")]
NO_REFERENCE, NO_FEE = SubmissionIn(), GrantIn()


@router.post(
    "/parcels/{parcel_id}/intercepts",
    operation_id="requestIntercept",
    status_code=201,
    responses=refusals(ParcelNotUnderWay, InterceptOpen, AddressMissing, AddressNotNeeded),
    dependencies=[require_role("buyer", "seller", "agent")],
)
async def request_intercept(parcel_id: ParcelId, body: InterceptIn, tx: Tx[Settings]) -> InterceptDetailOut:
    """Ask for a parcel that is on its way to the buyer to go back to its sender, or to another address.

    Where the merchant has an account with the courier it is sent at once; else the merchant or an agent passes it on. Nothing changes until the
    courier has granted it: a return by its first scan on the way back, a change of address by its answer, or as the merchant or an agent records. A parcel that comes back becomes a case of
    a refused delivery in aftersale-svc by itself. At most one intercept of a parcel is open at a time.
    """
    address = body.shipping_address.address() if body.shipping_address else None
    requested = await intercepts.request(tx, parcel_id, purpose=body.purpose, address=address, reason=body.reason)
    return await _shown(tx, requested)


@router.get("/intercepts", operation_id="listIntercepts")
async def list_intercepts(
    reader: Read[Settings],
    order_id: Annotated[Id | None, Query(description="Only intercepts of parcels of this order.")] = None,
    parcel_id: Annotated[Id | None, Query(description="Only intercepts of this parcel.")] = None,
    state: Annotated[InterceptState | None, Query(description="Only intercepts in this state.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[InterceptOut]:
    """Intercepts, newest first."""
    filters = {"order_id": order_id, "parcel_id": parcel_id, "state": state}
    page = await queries.intercepts(reader, limit, cursor, **filters)
    return PageOut[InterceptOut].of(page, lambda row: InterceptOut.of(row, reader.actor))


@router.get("/intercepts/{intercept_id}", operation_id="getIntercept")
async def get_intercept(intercept_id: InterceptId, reader: Read[Settings]) -> InterceptDetailOut:
    """An intercept with the address that the parcel is to go to instead."""
    return InterceptDetailOut.showing(await queries.intercept(reader, intercept_id), reader.actor)


@router.post(
    "/intercepts/{intercept_id}/withdraw",
    operation_id="withdrawIntercept",
    responses=refusals(IllegalTransition, ActionNotAllowed, InterceptSent),
    dependencies=[require_action(INTERCEPT, InterceptAction.WITHDRAW)],
)
async def withdraw_intercept(intercept_id: InterceptId, tx: Tx[Settings]) -> InterceptDetailOut:
    """Take back a request that was not sent to the courier."""
    return await _shown(tx, await intercepts.withdraw(tx, intercept_id))


@router.post(
    "/intercepts/{intercept_id}/submit",
    operation_id="submitIntercept",
    responses=refusals(IllegalTransition, ActionNotAllowed),
    dependencies=[require_action(INTERCEPT, InterceptAction.SUBMIT)],
)
async def submit_intercept(
    intercept_id: InterceptId, tx: Tx[Settings], body: SubmissionIn = NO_REFERENCE
) -> InterceptDetailOut:
    """Record that the request is with the courier."""
    return await _shown(tx, await intercepts.submit(tx, intercept_id, reference=body.reference))


@router.post(
    "/intercepts/{intercept_id}/grant",
    operation_id="grantIntercept",
    responses=refusals(IllegalTransition, ActionNotAllowed),
    dependencies=[require_action(INTERCEPT, InterceptAction.GRANT)],
)
async def grant_intercept(intercept_id: InterceptId, tx: Tx[Settings], body: GrantIn = NO_FEE) -> InterceptDetailOut:
    """Record that the courier will do it, and what it charges. A parcel that goes back is `returning` from now on."""
    granted = await intercepts.grant(
        tx, intercept_id, reference=body.reference, fee=body.amount(), fee_payer=body.fee_payer
    )
    return await _shown(tx, granted)


@router.post(
    "/intercepts/{intercept_id}/refuse",
    operation_id="refuseIntercept",
    responses=refusals(IllegalTransition, ActionNotAllowed),
    dependencies=[require_action(INTERCEPT, InterceptAction.REFUSE)],
)
async def refuse_intercept(intercept_id: InterceptId, body: RefusalIn, tx: Tx[Settings]) -> InterceptDetailOut:
    """Record that the courier will not do it: the parcel goes on to the buyer, who may refuse it at the door."""
    return await _shown(tx, await intercepts.refuse(tx, intercept_id, refusal=body.reason))


async def _shown(tx: Tx[Settings], intercept: Intercept) -> InterceptDetailOut:
    return InterceptDetailOut.showing(await queries.intercept_view(tx, intercept), tx.actor)
