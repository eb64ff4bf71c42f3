"""`/v1/traces`: the traceability record 追溯记录."""

from typing import Annotated
from uuid import UUID

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
EventId = Annotated[UUID | None, Query(description="An event of the trace that is wanted.")]
TraceId = Annotated[
    str | None,
    Query(
        pattern="^[0-9a-f]{32}$",
        description="The `Trace-Id` of a response, or the `trace_id` of a problem or a log line.",
    ),
]
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
    event_id: EventId = None,
    trace_id: TraceId = None,
    party: Party = None,
) -> TraceOut:
    """The events of one subject, in causal order. Exactly one of the parameters is required.

    - `order_id`: every event of the order and of all its documents.
    - `case_id` or `complaint_id`: its events and what they caused.
    - `event_id` or `trace_id`: everything that follows from the same command, timer or push, of more than 2000 events the newest; for staff.
    - `party`: the newest 2000 events that name the party.

    Buyers see the traces of their own orders, sellers those of their merchant, staff all of them.
    """
    subjects = {"order_id": order_id, "case_id": case_id, "complaint_id": complaint_id}
    work = {"event_id": event_id, "trace_id": trace_id}
    given = [(kind, id) for kind, id in {**subjects, **work}.items() if id is not None]
    names = [kind for kind, _ in given] + ["party"] * (party is not None)
    if len(names) != 1:
        raise OneSubjectRequired(pointer=f"/{names[1] if names else 'order_id'}")
    if party is not None:
        return TraceOut.of(await traces.trace_of_party(reader, party))
    kind, id = given[0]
    if kind in work:
        return TraceOut.of(await traces.trace_of_work(reader, kind, id))
    return TraceOut.of(await traces.trace_of_document(reader, kind, str(id)))
