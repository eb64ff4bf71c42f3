"""Endpoints of couriers, for administrators."""

from collections.abc import Mapping
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.partners import (
    EndpointIn,
    EndpointOut,
    NewSecretOut,
    Partner,
    RestrictionIn,
    RevocationIn,
    RotationIn,
    SilentEndpointOut,
    SilentEndpointsOut,
    UnknownCodeOut,
)
from order_svc.commands.parcels import courier_endpoints
from order_svc.domain.partners.errors import EndpointRevoked, NetworkUnfit, SecretUnfit, UnknownPartner
from order_svc.integrations.couriers.port import Courier
from order_svc.queries import couriers as queries
from order_svc.queries.silent_endpoints import silent_endpoints
from order_svc.settings import Settings

EndpointId = Annotated[Id, Path(description="The id of the endpoint.")]
OfPartner = Annotated[Partner | None, Query(description="Only endpoints of this courier, such as `zto`.")]


def router(couriers: Mapping[str, Courier]) -> APIRouter:
    """The endpoints of these couriers."""
    made = APIRouter(
        prefix="/v1/courier-endpoints",
        tags=["courier-endpoints"],
        route_class=ApiRoute,
        dependencies=[require_role("admin")],
    )
    secrets, unfit = EndpointSecrets(couriers), refusals(SecretUnfit, EndpointRevoked)
    unknown_or_unfit = refusals(UnknownPartner, SecretUnfit, NetworkUnfit)
    made.post("", status_code=201, operation_id="createCourierEndpoint", responses=unknown_or_unfit)(secrets.create)
    made.get("", operation_id="listCourierEndpoints")(list_endpoints)
    made.get("/{endpoint_id}", operation_id="getCourierEndpoint")(get_endpoint)
    made.post("/{endpoint_id}/rotate-secret", operation_id="rotateCourierSecret", responses=unfit)(secrets.rotate)
    made.post("/{endpoint_id}/restrict", operation_id="restrictCourierEndpoint", responses=refusals(NetworkUnfit))(
        restrict_endpoint
    )
    made.post("/{endpoint_id}/revoke", operation_id="revokeCourierEndpoint")(revoke_endpoint)
    return made


class EndpointSecrets:
    """The routes that give an endpoint a secret, which has to fit the courier's signature scheme."""

    def __init__(self, couriers: Mapping[str, Courier]) -> None:
        self._couriers = couriers

    async def create(self, body: EndpointIn, tx: Tx[Settings]) -> NewSecretOut:
        """Open an endpoint for a courier; no other response shows its secret."""
        courier = self._couriers.get(body.partner)
        if courier is None:
            raise UnknownPartner(pointer="/partner", partner=body.partner, known=", ".join(self._couriers))
        secret = _usable(courier, body.secret)
        opened = await courier_endpoints.open_endpoint(
            tx, partner=body.partner, secret=secret, allowed_networks=body.allowed_networks
        )
        return NewSecretOut.showing(opened, courier.address_query(secret))

    async def rotate(self, endpoint_id: EndpointId, body: RotationIn, tx: Tx[Settings]) -> NewSecretOut:
        """Change the secret; the old one is accepted as well until the grace ends."""
        endpoint = await queries.courier_endpoint(tx, endpoint_id)
        courier = self._couriers[endpoint.partner]
        secret = _usable(courier, body.secret)
        rotated = await courier_endpoints.rotate_secret(tx, endpoint_id, secret=secret, grace_hours=body.grace_hours)
        return NewSecretOut.showing(rotated, courier.address_query(secret))


async def list_endpoints(
    read: Read, limit: Limit = 20, cursor: Cursor = None, partner: OfPartner = None
) -> PageOut[EndpointOut]:
    """All endpoints, newest first."""
    page = await queries.courier_endpoints(read, limit, cursor, partner=partner)
    return PageOut[EndpointOut].of(page, EndpointOut.of)


async def get_endpoint(endpoint_id: EndpointId, read: Read) -> EndpointOut:
    """One endpoint."""
    return EndpointOut.of(await queries.courier_endpoint(read, endpoint_id))


async def restrict_endpoint(endpoint_id: EndpointId, body: RestrictionIn, tx: Tx[Settings]) -> EndpointOut:
    """Accept pushes at this endpoint from these networks alone, or from anywhere, where the list is empty."""
    restricted = await courier_endpoints.restrict(tx, endpoint_id, allowed_networks=body.allowed_networks)
    return EndpointOut.of(restricted)


async def revoke_endpoint(endpoint_id: EndpointId, body: RevocationIn, tx: Tx[Settings]) -> EndpointOut:
    """Accept no pushes at this endpoint any more, at once or after a grace. Those that arrived are processed."""
    return EndpointOut.of(await courier_endpoints.revoke(tx, endpoint_id, grace_hours=body.grace_hours))


def silent(couriers: Mapping[str, Courier]) -> APIRouter:
    """The list of the silent endpoints of these couriers."""
    made = APIRouter(
        prefix="/v1/silent-courier-endpoints",
        tags=["courier-endpoints"],
        route_class=ApiRoute,
        dependencies=[require_role("admin")],
    )

    async def list_silent(read: Read[Settings]) -> SilentEndpointsOut:
        """The endpoints of the platform without a push for hours, though parcels of their partners are under way."""
        found = await silent_endpoints(read, couriers)
        hours = read.settings.parcel_feed_silent_hours
        return SilentEndpointsOut(hours=hours, data=[SilentEndpointOut.model_validate(each) for each in found])

    made.get("", operation_id="listSilentCourierEndpoints")(list_silent)
    return made


codes = APIRouter(
    prefix="/v1/courier-codes", tags=["courier-codes"], route_class=ApiRoute, dependencies=[require_role("admin")]
)


@codes.get("", operation_id="listUnknownCourierCodes")
async def list_codes(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    partner: Annotated[Partner | None, Query(description="Only codes of this courier, such as `zto`.")] = None,
) -> PageOut[UnknownCodeOut]:
    """The codes of couriers whose meanings are not known here, newest first, with how often they were pushed."""
    page = await queries.courier_codes(read, limit, cursor, partner=partner)
    return PageOut[UnknownCodeOut].of(page, UnknownCodeOut.of)


def _usable(courier: Courier, secret: str | None) -> str:
    if secret is None:
        return courier.new_secret()
    if not courier.is_valid_secret(secret):
        raise SecretUnfit(pointer="/secret", partner=courier.partner)
    return secret
