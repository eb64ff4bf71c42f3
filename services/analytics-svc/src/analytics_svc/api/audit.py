"""`/v1/audit-events`: what administrators did."""

from datetime import datetime
from typing import Annotated

from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, Out, PageOut, PrincipalId, Time
from fastapi import APIRouter, Query
from pydantic import Field

from analytics_svc.domain.audit import AuditEvent
from analytics_svc.queries import audit

router = APIRouter(prefix="/v1/audit-events", tags=["audit-events"], route_class=ApiRoute)


class AuditEventOut(Out):
    """One event that a command of an administrator recorded."""

    id: str
    """Identifies the event; the `event_id` of traces."""
    time: datetime
    """When the command was executed."""
    actor_id: str
    """Who it was; the id of a program begins with `client:`."""
    actor_role: str
    """In which role, such as `admin`."""
    service: str = Field(examples=["order-svc"])
    """The service that executed it."""
    operation: str = Field(examples=["revokeCourierEndpoint"])
    """The command, by its `operationId` in the service's OpenAPI document."""
    object_id: str
    """What it was about: the document that changed, or the object in the address of the command."""
    event_type: str = Field(examples=["OrderTimesSet.v1"])
    """What kind of event it is, with the version of its schema."""
    result: str
    """A code for the outcome, such as the new state; `done` where it has none."""
    trace_id: str
    """The `Trace-Id` of the response, by which logs and traces of the command are found."""

    @classmethod
    def of(cls, event: AuditEvent) -> "AuditEventOut":
        """The event, without validation: the row has been validated."""
        return cls.model_construct(**{name: getattr(event, name) for name in cls.model_fields})


@router.get("", operation_id="listAuditEvents", dependencies=[require_role("admin")])
async def list_audit_events(
    reader: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    actor_id: Annotated[PrincipalId | None, Query(description="Only what this person or program did.")] = None,
    service: Annotated[Id | None, Query(description="Only commands of this service, such as `order-svc`.")] = None,
    operation: Annotated[Id | None, Query(description="Only commands of this `operationId`.")] = None,
    object_id: Annotated[Id | None, Query(description="Only what was done to this object.")] = None,
    trace_id: Annotated[Id | None, Query(description="Only the request with this `Trace-Id`.")] = None,
    begin: Annotated[Time | None, Query(alias="from", description="The beginning of the period, inclusive.")] = None,
    end: Annotated[Time | None, Query(alias="to", description="The end of the period, exclusive.")] = None,
) -> PageOut[AuditEventOut]:
    """List what administrators did in all services, newest first: an event for each command that changed something.

    A command has several where it recorded several events. Commands that were refused changed nothing and have none.
    """
    filters = {
        "actor_id": actor_id,
        "service": service,
        "operation": operation,
        "object_id": object_id,
        "trace_id": trace_id,
    }
    page = await audit.audit_events(reader, limit, cursor, begin, end, **filters)
    return PageOut[AuditEventOut].of(page, AuditEventOut.of)
