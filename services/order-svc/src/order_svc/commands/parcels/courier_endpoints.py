"""Where couriers post: endpoints, their secrets, the change from one secret to the next, from where they post, and their end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.partners.endpoints import CourierEndpoint
from order_svc.domain.partners.errors import EndpointRevoked, NetworkUnfit
from order_svc.domain.partners.networks import network
from order_svc.settings import Settings
from order_svc.tables.couriers import ENDPOINTS, NOTE_PUSH, RESTRICT_ENDPOINT, REVOKE_ENDPOINT, ROTATE_ENDPOINT


async def open_endpoint(
    tx: Transaction[Settings],
    *,
    partner: str,
    secret: str,
    merchant_id: str | None = None,
    allowed_networks: Sequence[str] = (),
) -> CourierEndpoint:
    """A new endpoint for a partner, which signs its pushes with this secret; they are about the parcels of one merchant, if named.

    Raises:
        NetworkUnfit: one of the networks is none.
    """
    endpoint = CourierEndpoint(
        id=tx.new_id("ce"),
        partner=partner,
        secret=secret,
        previous_secret=None,
        previous_until=None,
        created_at=tx.now,
        rotated_at=None,
        merchant_id=merchant_id,
        allowed_networks=_networks(allowed_networks),
    )
    await tx.insert(ENDPOINTS, endpoint)
    return endpoint


async def note_push(tx: Transaction[Settings], endpoint_id: str) -> None:
    """Note that pushes arrive at the endpoint, unless that was noted less than a minute ago."""
    await tx.execute(NOTE_PUSH, endpoint_id=endpoint_id, now=tx.now, before=tx.now - timedelta(minutes=1))


async def revoke(tx: Transaction[Settings], endpoint_id: str, *, grace_hours: float) -> CourierEndpoint:
    """The endpoint accepts no push any more, from the end of the grace on, in hours (0 where its secret has leaked).

    It may be revoked again, to end the grace earlier; a later end has no effect.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
    """
    endpoint = await tx.lock(ENDPOINTS, endpoint_id)
    ends_at = tx.now + timedelta(hours=grace_hours)
    if endpoint.revoked_at is not None:
        ends_at = min(ends_at, endpoint.revoked_at)
    await tx.execute(REVOKE_ENDPOINT, endpoint_id=endpoint_id, revoked_at=ends_at)
    return replace(endpoint, revoked_at=ends_at)


async def restrict(tx: Transaction[Settings], endpoint_id: str, *, allowed_networks: Sequence[str]) -> CourierEndpoint:
    """The partner may post from these networks alone, or from anywhere, where there are none.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        NetworkUnfit: one of the networks is none.
    """
    endpoint = await tx.lock(ENDPOINTS, endpoint_id)
    networks = _networks(allowed_networks)
    await tx.execute(RESTRICT_ENDPOINT, endpoint_id=endpoint_id, networks=networks)
    return replace(endpoint, allowed_networks=networks)


async def rotate_secret(
    tx: Transaction[Settings], endpoint_id: str, *, secret: str, grace_hours: float | None
) -> CourierEndpoint:
    """A new secret; the old one is accepted as well until the grace ends, in hours (0 where it has leaked).

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        EndpointRevoked: it accepts no pushes any more.
    """
    endpoint = await tx.lock(ENDPOINTS, endpoint_id)
    if endpoint.is_revoked(tx.now):
        raise EndpointRevoked
    hours = tx.settings.courier_secret_grace_hours if grace_hours is None else grace_hours
    rotated = replace(
        endpoint,
        secret=secret,
        previous_secret=endpoint.secret,
        previous_until=tx.now + timedelta(hours=hours),
        rotated_at=tx.now,
    )
    await tx.execute(
        ROTATE_ENDPOINT,
        endpoint_id=endpoint.id,
        new_secret=rotated.secret,
        until=rotated.previous_until,
        now=tx.now,
    )
    return rotated


def _networks(given: Sequence[str]) -> list[str]:
    """The networks in their canonical form, each once."""
    found: dict[str, None] = {}
    for place, text in enumerate(given):
        try:
            found[str(network(text.strip()))] = None
        except ValueError:
            raise NetworkUnfit(pointer=f"/allowed_networks/{place}", given=text) from None
    return list(found)
