"""Couriers' endpoints and their inbox, for administrators."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.http.schemas import Cursor, Id, In, Limit, Out, PageOut, Time, example
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter
from pydantic import Field, StringConstraints

from order_svc import queries
from order_svc.commands import courier_endpoints, courier_pushes
from order_svc.domain.errors import SecretUnfit, UnknownPartner
from order_svc.domain.pushes import CourierEndpoint, CourierPush, PushState

endpoints = APIRouter(
    prefix="/v1/courier-endpoints", tags=["courier-endpoints"], route_class=ApiRoute, dependencies=[allow("admin")]
)
pushes = APIRouter(
    prefix="/v1/courier-pushes", tags=["courier-pushes"], route_class=ApiRoute, dependencies=[allow("admin")]
)
Secret = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[!-~]+$")]
Partner = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class EndpointIn(In):
    """A partner to hear from, with the secret it gave us, or none to have one made."""

    model_config = example(partner="zto")

    partner: Partner
    secret: Secret | None = None


class RotationIn(In):
    """The next secret, or none to have one made, and how long the old one goes on."""

    model_config = example(grace_hours=24)

    secret: Secret | None = None
    grace_hours: Annotated[float, Field(ge=0, le=168)] | None = None


class EndpointOut(Out):
    """Where a partner posts."""

    id: str
    partner: str
    path: str
    created_at: Time
    rotated_at: Time | None
    previous_secret_until: Time | None

    @classmethod
    def of(cls, endpoint: CourierEndpoint) -> "EndpointOut":
        """Without the secret."""
        return cls(**_shown(endpoint))


class NewSecretOut(EndpointOut):
    """The same with its secret: shown this once."""

    holds_secret = True
    secret: str

    @classmethod
    def of(cls, endpoint: CourierEndpoint) -> "NewSecretOut":
        """With the secret."""
        return cls(**_shown(endpoint), secret=endpoint.secret)


def _shown(endpoint: CourierEndpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "partner": endpoint.partner,
        "path": f"/v1/courier-webhooks/{endpoint.partner}/{endpoint.id}",
        "created_at": endpoint.created_at,
        "rotated_at": endpoint.rotated_at,
        "previous_secret_until": endpoint.previous_until,
    }


class ReportOut(Out):
    """One scan as it was understood, its text without names and numbers."""

    carrier: str | None
    waybill_no: str
    status: str
    reason: str | None
    raw_code: str
    occurred_at: Time
    text: str


class PushOut(Out):
    """One push and what became of it."""

    id: str
    endpoint_id: str
    partner: str
    push_id: str
    state: PushState
    why: str | None
    reports: list[ReportOut]
    attempts: int
    due_at: Time | None
    received_at: Time
    finished_at: Time | None

    @classmethod
    def of(cls, push: CourierPush) -> "PushOut":
        """The push without its raw body."""
        fields = {name: getattr(push, name) for name in cls.model_fields if name != "reports"}
        return cls(**fields, reports=[ReportOut.model_validate(report) for report in push.reports or ()])


@endpoints.post(
    "", status_code=201, operation_id="createCourierEndpoint", responses=refusals(UnknownPartner, SecretUnfit)
)
async def create(body: EndpointIn, tx: Tx) -> NewSecretOut:
    """Open an endpoint for a partner; the answer is the only place that shows the secret."""
    return NewSecretOut.of(await courier_endpoints.open_endpoint(tx, body.partner, body.secret))


@endpoints.get("", operation_id="listCourierEndpoints")
async def list_endpoints(
    read: Read, limit: Limit = 20, cursor: Cursor = None, partner: Partner | None = None
) -> PageOut[EndpointOut]:
    """All endpoints, newest first."""
    page = await queries.courier_endpoints(read, limit, cursor, partner=partner)
    return PageOut[EndpointOut].of(page, EndpointOut.of)


@endpoints.get("/{endpoint_id}", operation_id="getCourierEndpoint")
async def get_endpoint(endpoint_id: Id, read: Read) -> EndpointOut:
    """One endpoint."""
    return EndpointOut.of(await queries.courier_endpoint(read, endpoint_id))


@endpoints.post(
    "/{endpoint_id}/rotate-secret",
    operation_id="rotateCourierSecret",
    responses=refusals(SecretUnfit),
)
async def rotate(endpoint_id: Id, body: RotationIn, tx: Tx) -> NewSecretOut:
    """Change the secret; the old one stays good for the grace."""
    return NewSecretOut.of(await courier_endpoints.rotate_secret(tx, endpoint_id, body.secret, body.grace_hours))


@pushes.get("", operation_id="listCourierPushes")
async def list_pushes(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    state: PushState | None = None,
    partner: Partner | None = None,
    endpoint_id: Id | None = None,
) -> PageOut[PushOut]:
    """What couriers sent, newest first."""
    filters = {"state": state, "partner": partner, "endpoint_id": endpoint_id}
    page = await queries.courier_pushes(read, limit, cursor, **filters)
    return PageOut[PushOut].of(page, PushOut.of)


@pushes.get("/{push_id}", operation_id="getCourierPush")
async def get_push(push_id: Id, read: Read) -> PushOut:
    """One push."""
    return PushOut.of(await queries.courier_push(read, push_id))


@pushes.post("/{push_id}/redrive", operation_id="redriveCourierPush", responses=refusals(IllegalTransition))
async def redrive(push_id: Id, tx: Tx) -> PushOut:
    """Work on a push once more."""
    return PushOut.of(await courier_pushes.redrive(tx, push_id))
