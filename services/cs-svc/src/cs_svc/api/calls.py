"""Calls with customers: who calls, and what came of it."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from cs_svc.api.schemas.calls import CallOut, CallWithCustomerOut, DispositionIn
from cs_svc.commands import calls
from cs_svc.domain.calls import CALL, CallAction, CallState
from cs_svc.queries import calls as queries
from cs_svc.settings import Settings

router = APIRouter(prefix="/v1/calls", tags=["calls"], route_class=ApiRoute)
CallId = Annotated[Id, Path(description="The id of the call.")]
_READERS = [require_role("agent", "arbitrator", "admin")]


@router.get("", operation_id="listCalls", dependencies=_READERS)
async def list_calls(
    reader: Read,
    state: Annotated[CallState | None, Query(description="Only calls in this state.")] = None,
    agent_id: Annotated[PrincipalId | None, Query(description="Only calls of this agent.")] = None,
    identity_id: Annotated[Id | None, Query(description="Only calls with this number.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[CallOut]:
    """Calls, newest first. `state=ringing` are those to be answered, `state=missed` those to be called back."""
    page = await queries.calls(reader, limit, cursor, state=state, agent_id=agent_id, identity_id=identity_id)
    return PageOut[CallOut].of(page, lambda row: CallOut.of(row, reader.actor))


@router.get("/{call_id}", operation_id="getCall", dependencies=_READERS)
async def get_call(call_id: CallId, reader: Read) -> CallWithCustomerOut:
    """One call with the number, and the orders and open cases of the customer."""
    return CallWithCustomerOut.with_customer(await queries.call(reader, call_id), reader.actor)


@router.post(
    "/{call_id}/disposition",
    operation_id="disposeCall",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(CALL, CallAction.DISPOSE)],
)
async def dispose_call(call_id: CallId, body: DispositionIn, tx: Tx[Settings]) -> CallOut:
    """Record what came of a call that has ended or was missed; once more to correct it."""
    return CallOut.of(await calls.dispose(tx, call_id, outcome=body.outcome, note=body.note), tx.actor)
