"""`/v1/traces`: the traceability record."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Id, PrincipalId
from aftercare_chassis.refusals import NotFound
from fastapi import APIRouter, Query

from analytics_svc import queries
from analytics_svc.api.schemas import TraceOut
from analytics_svc.domain.errors import OneQuestion

router = APIRouter(prefix="/v1/traces", tags=["traces"], route_class=ApiRoute)

Asked = Annotated[Id | None, Query()]
Party = Annotated[PrincipalId | None, Query()]


@router.get(
    "",
    operation_id="getTrace",
    response_model=TraceOut,
    responses=refusals(NotFound, OneQuestion),
    dependencies=[require_role("admin", "agent", "arbitrator", "buyer", "seller")],
)
async def get_trace(
    reader: Read, order_id: Asked = None, case_id: Asked = None, complaint_id: Asked = None, party: Party = None
) -> TraceOut:
    """Everything that happened, in causal order: to an order, to a case or complaint and by it, or around a party."""
    documents = {"order_id": order_id, "case_id": case_id, "complaint_id": complaint_id}
    asked = [(kind, id) for kind, id in documents.items() if id is not None]
    if len(asked) + (party is not None) != 1:
        raise OneQuestion
    if party is not None:
        return TraceOut.of(await queries.trace_of_party(reader, party))
    return TraceOut.of(await queries.trace_of_document(reader, *asked[0]))
