"""Endpoints of couriers, and the pushes of couriers and payment providers, in requests and responses."""

from typing import Annotated, Any, Literal, Self

from aftercare_chassis.http.schemas import CreatedAt, In, Out, Time, example
from pydantic import BeforeValidator, Field, StringConstraints

from order_svc.domain.partners.endpoints import CourierEndpoint, UnknownCode
from order_svc.domain.partners.pushes import PartnerPush, PushState

Secret = Annotated[str, StringConstraints(min_length=6, max_length=200)]
Partner = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


Networks = Annotated[list[Annotated[str, StringConstraints(max_length=50)]], Field(max_length=50)]


class EndpointIn(In):
    """A courier that is to post here, with the secret that it gave us, or none to have one made."""

    model_config = example(partner="zto")

    partner: Partner
    """The name of the courier's adapter, such as `zto`."""
    secret: Secret | None = None
    """What the courier signs its pushes with; made here where it is left out."""
    allowed_networks: Networks = Field(default_factory=list)
    """From where the courier may post: networks in CIDR notation, or addresses; anywhere, where there are none."""


class RestrictionIn(In):
    """From where the courier may post."""

    model_config = example(allowed_networks=["203.0.113.0/24", "2001:db8::/32"])

    allowed_networks: Networks
    """Networks in CIDR notation, or addresses; an empty list allows any address."""


class RotationIn(In):
    """The next secret, or none to have one made, and for how many hours the old one is accepted as well."""

    model_config = example(grace_hours=24)

    secret: Secret | None = None
    """The next secret; made here where it is left out."""
    grace_hours: Annotated[float, Field(ge=0, le=168)] | None = None
    """For how many hours the old secret is accepted as well; 0 ends it at once. Where it is left out: 24, unless the
    operator has set another default."""


class EndpointOut(Out):
    """Where a courier posts."""

    id: str
    """Identifies the endpoint: `ce_…`."""
    partner: str
    """The name of the courier's adapter, such as `zto`."""
    merchant_id: str | None
    """Whose parcels the courier reports on here; null where it is the platform's own, for those of every merchant."""
    path: str
    """Where the courier posts, below the address of this service."""
    created_at: CreatedAt
    last_push_at: Time | None = None
    """When a push was last processed, to the minute; null where none was, and for what was processed before this was noted."""
    allowed_networks: list[str] = Field(default_factory=list)
    """From where the courier may post, in CIDR notation; anywhere, where there are none."""
    revoked_at: Time | None
    """When the endpoint ceases, or has ceased, to accept pushes; null where it was not revoked."""
    rotated_at: Time | None
    """When the secret was last changed; null where it never was."""
    previous_secret_until: Time | None
    """Until when the secret before is accepted as well; null where there was none."""

    @classmethod
    def of(cls, endpoint: CourierEndpoint) -> "EndpointOut":
        """Without the secret."""
        return cls(**_endpoint_fields(endpoint))


class SilentEndpointOut(Out):
    """An endpoint at which nothing arrives, though parcels of its partner are under way."""

    id: str
    """Identifies the endpoint: `ce_…`."""
    partner: str
    """The name of the courier's adapter, such as `zto`."""
    since: Time
    """When a push last arrived, to the minute; where none did, when the endpoint was opened."""
    parcels: int
    """How many parcels of the partner have been under way for `hours` at least; counted up to 1000."""


class SilentEndpointsOut(Out):
    """The endpoints that are silent."""

    hours: float
    """For how long at least nothing has arrived at them."""
    data: list[SilentEndpointOut]
    """The longest silent first."""


class NewSecretOut(EndpointOut):
    """The endpoint with its secret, which no other response shows."""

    holds_secret = True
    path: str
    """Where the courier posts, below the address of this service; with the secret, where the courier signs nothing."""
    secret: str
    """Shown this once: keep it, and give it to the courier."""

    @classmethod
    def showing(cls, endpoint: CourierEndpoint, query: str) -> Self:
        """With the secret, and with the query that proves the courier's pushes, if there is one."""
        fields = _endpoint_fields(endpoint)
        return cls(**fields | {"path": fields["path"] + query}, secret=endpoint.secret)


# The values are of several types, which pydantic checks.
def _endpoint_fields(endpoint: CourierEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "partner": endpoint.partner,
        "merchant_id": endpoint.merchant_id,
        "path": f"/v1/courier-webhooks/{endpoint.partner}/{endpoint.id}",
        "created_at": endpoint.created_at,
        "last_push_at": endpoint.last_push_at,
        "allowed_networks": endpoint.allowed_networks,
        "revoked_at": endpoint.revoked_at,
        "rotated_at": endpoint.rotated_at,
        "previous_secret_until": endpoint.previous_until,
    }


class RevocationIn(In):
    """From when on the endpoint accepts no push: at once, or after a grace."""

    model_config = example(grace_hours=24)

    grace_hours: Annotated[float, Field(ge=0, le=168)] = 0
    """For how many hours pushes are accepted still; 0 where the secret has leaked."""


class UnknownCodeOut(Out):
    """A code of a courier that is not known here: the scans that have it are kept, and change no status."""

    id: str
    """Identifies the code here: `code_…`."""
    partner: str
    """The name of the courier's adapter, such as `zto`."""
    code: str
    """The courier's own code."""
    occurrences: int
    """In how many scans it was pushed."""
    text: str
    """The sentence of the latest of them, without names and numbers."""
    push_id: str
    """The latest push that has it: `push_…`."""
    first_seen_at: Time
    """When the first of them arrived."""
    last_seen_at: Time
    """When the latest of them arrived."""

    @classmethod
    def of(cls, code: UnknownCode) -> Self:
        """The code as a response."""
        return cls.model_validate(code)


class ReportOut(Out):
    """One scan as the adapter understood it, its text without names and numbers."""

    carrier: str | None
    """The code of the courier, such as `zto`; null where the push names the waybill only."""
    waybill_no: str
    """The courier's number of the parcel; empty where it names the reference only."""
    reference: str | None = None
    """The number under which the parcel was registered with the courier; null where the push names none."""
    status: str
    """The normalised status, one of those of parcels."""
    reason: str | None
    """Why, as a code; null where the courier gives none."""
    raw_code: Annotated[str, BeforeValidator(lambda code: code or "")]
    """The courier's own code; empty where the scan has none."""
    occurred_at: Time
    """By the courier's clock."""
    text: str
    """The courier's sentence for people, without names and numbers."""


class PushOut(Out):
    """One push of a courier and how far its processing is."""

    id: str
    """Identifies the push here: `push_…`."""
    endpoint_id: str
    """The endpoint at which it arrived."""
    partner: str
    """The name of the courier's adapter, such as `zto`."""
    push_id: str
    """Identifies the push at the partner, or by its content: a repeated one has the same."""
    state: PushState
    """How far its processing is; `waiting`, `unmatched`, `unreadable` and `failed` ones can be redriven."""
    why: str | None
    """Why it is in this state, or what of it has no effect; null where there is nothing to explain."""
    reports: list[ReportOut]
    """What the adapter read in it; empty where nothing was read."""
    attempts: int
    """How often it was processed since it arrived or was last redriven."""
    due_at: Time | None
    """When it is processed next; null where it is not."""
    received_at: Time
    """When it first arrived."""
    finished_at: Time | None
    """When it was applied, ignored or refused; null otherwise."""

    sent_from: str | None = None
    """The address that it came from, where it was refused for that (`why` is `address_not_allowed`); null otherwise."""

    @classmethod
    def of(cls, push: PartnerPush) -> Self:
        """The push without its raw body."""
        return cls.of_row(push, reports=[ReportOut.model_validate(report) for report in push.reports or ()])


class CallbackOut(Out):
    """One callback of a payment provider and how far its processing is."""

    id: str
    """Identifies the callback here: `push_…`."""
    provider: str
    """The name of the payment provider, such as `simulator`."""
    push_id: str
    """Identifies the callback at the provider, or by its content: a repeated one has the same."""
    state: PushState
    """How far its processing is; `waiting`, `unmatched`, `unreadable` and `failed` ones can be redriven."""
    why: str | None
    """Why it is in this state; null where there is nothing to explain."""
    attempts: int
    """How often it was processed since it arrived or was last redriven."""
    due_at: Time | None
    """When it is processed next; null where it is not."""
    received_at: Time
    """When it first arrived."""
    finished_at: Time | None
    """When it was applied, ignored or refused; null otherwise."""

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
    """`applied`: it is processed right after this response; `already_taken`: it was stored before; `ignored`: it is
    about something else."""


class NotReceivedOut(Out):
    """Why a callback is not accepted. `verdict` is the code of what is wrong with it, where it was examined."""

    received: str
    """Always `refused`."""
    code: str
    """Why, for programs."""
    detail: str
    """Why, for people."""
    verdict: str | None = None
    """The code of what is wrong with the signature or the content; absent where neither was examined."""
