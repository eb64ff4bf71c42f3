"""`/v1/traces`: the traceability record 追溯记录."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Id, PrincipalId
from aftercare_chassis.refusals import NotFound
from fastapi import APIRouter, Query

from analytics_svc.api.schemas import TraceOut
from analytics_svc.domain.errors import OneSubjectRequired
from analytics_svc.queries import traces

router = APIRouter(prefix="/v1/traces", tags=["traces"], route_class=ApiRoute)

OrderId = Annotated[Id | None, Query(description="The order whose trace is wanted.")]
CaseId = Annotated[Id | None, Query(description="The after-sale case whose trace is wanted.")]
ComplaintId = Annotated[Id | None, Query(description="The complaint whose trace is wanted.")]
Party = Annotated[PrincipalId | None, Query(description="The id of a buyer, a person or a merchant.")]


@router.get(
    "",
    operation_id="getTrace",
    response_model=TraceOut,
    responses=refusals(NotFound, OneSubjectRequired),
    dependencies=[require_role("admin", "agent", "arbitrator", "buyer", "seller")],
)
async def get_trace(
    reader: Read,
    order_id: OrderId = None,
    case_id: CaseId = None,
    complaint_id: ComplaintId = None,
    party: Party = None,
) -> TraceOut:
    """The events of one subject, in causal order. Exactly one of the four parameters is required.

    - `order_id`: every event of the order and of all its documents.
    - `case_id` or `complaint_id`: its events and what they caused.
    - `party`: the newest 2000 events that name the party.

    Buyers see the traces of their own orders, sellers those of their merchant, staff all of them.
    """
    documents = {"order_id": order_id, "case_id": case_id, "complaint_id": complaint_id}
    given = [(kind, id) for kind, id in documents.items() if id is not None]
    names = [kind for kind, _ in given] + ["party"] * (party is not None)
    if len(names) != 1:
        raise OneSubjectRequired(pointer=f"/{names[1] if names else 'order_id'}")
    if party is not None:
        return TraceOut.of(await traces.trace_of_party(reader, party))
    return TraceOut.of(await traces.trace_of_document(reader, *given[0]))
