"""Endpoints of couriers, and the pushes of couriers and payment providers, in requests and responses."""

from typing import Annotated, Any, Literal, Self

from aftercare_chassis.http.schemas import In, Out, Time, example
from pydantic import Field, StringConstraints

from order_svc.domain.partners.endpoints import CourierEndpoint
from order_svc.domain.partners.pushes import PartnerPush, PushState

Secret = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[!-~]+$")]
Partner = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class EndpointIn(In):
    """A courier that is to post here, with the secret that it gave us, or none to have one made."""

    model_config = example(partner="zto")

    partner: Partner
    secret: Secret | None = None


class RotationIn(In):
    """The next secret, or none to have one made, and for how many hours the old one is accepted as well."""

    model_config = example(grace_hours=24)

    secret: Secret | None = None
    grace_hours: Annotated[float, Field(ge=0, le=168)] | None = None


class EndpointOut(Out):
    """Where a courier posts."""

    id: str
    partner: str
    path: str
    created_at: Time
    rotated_at: Time | None
    previous_secret_until: Time | None

    @classmethod
    def of(cls, endpoint: CourierEndpoint) -> "EndpointOut":
        """Without the secret."""
        return cls(**_endpoint_fields(endpoint))


class NewSecretOut(EndpointOut):
    """The endpoint with its secret, which no other response shows."""

    holds_secret = True
    secret: str

    @classmethod
    def of(cls, endpoint: CourierEndpoint) -> "NewSecretOut":
        """With the secret."""
        return cls(**_endpoint_fields(endpoint), secret=endpoint.secret)


# The values are of several types, which pydantic checks.
def _endpoint_fields(endpoint: CourierEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "partner": endpoint.partner,
        "path": f"/v1/courier-webhooks/{endpoint.partner}/{endpoint.id}",
        "created_at": endpoint.created_at,
        "rotated_at": endpoint.rotated_at,
        "previous_secret_until": endpoint.previous_until,
    }


class ReportOut(Out):
    """One scan as the adapter understood it, its text without names and numbers."""

    carrier: str | None
    waybill_no: str
    status: str
    reason: str | None
    raw_code: str
    occurred_at: Time
    text: str


class PushOut(Out):
    """One push of a courier and how far its processing is."""

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
    def of(cls, push: PartnerPush) -> Self:
        """The push without its raw body."""
        # The values are of several types, which pydantic checks.
        fields: dict[str, Any] = {name: getattr(push, name) for name in cls.model_fields if name != "reports"}
        return cls(**fields, reports=[ReportOut.model_validate(report) for report in push.reports or ()])


class CallbackOut(Out):
    """One callback of a payment provider and how far its processing is."""

    id: str
    provider: str
    push_id: str
    state: PushState
    why: str | None
    attempts: int
    due_at: Time | None
    received_at: Time
    finished_at: Time | None

    @classmethod
    def of(cls, push: PartnerPush) -> Self:
        """The callback without its raw body."""
        return cls(
            id=push.id,
            provider=push.partner,
            push_id=push.push_id,
            state=push.state,
            why=push.why,
            attempts=push.attempts,
            due_at=push.due_at,
            received_at=push.received_at,
            finished_at=push.finished_at,
        )


class ReceivedOut(Out):
    """What is done with a callback: `applied` right after this response; `ignored` where it is about something else."""

    received: Literal["applied", "already_taken", "ignored"]


class NotReceivedOut(Out):
    """Why a callback is not accepted. `verdict` is the code of what is wrong with it, where it was examined."""

    received: str
    code: str
    detail: str
    verdict: str | None = None
