"""Where couriers post: endpoints, their secrets, and the change from one secret to the next."""

from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain import errors
from order_svc.domain.pushes import CourierEndpoint
from order_svc.integrations.couriers.model import Courier
from order_svc.integrations.couriers.registry import PARTNERS
from order_svc.tables.couriers import ENDPOINTS, ROTATE_ENDPOINT


async def open_endpoint(tx: Transaction, partner: str, secret: str | None) -> CourierEndpoint:
    """A new endpoint for a partner; its secret is made unless the partner has given one."""
    courier = PARTNERS.get(partner)
    if courier is None:
        raise errors.UnknownPartner(pointer="/partner", partner=partner, known=", ".join(PARTNERS))
    endpoint = CourierEndpoint(
        id=tx.new_id("ce"),
        partner=partner,
        secret=_usable(courier, secret),
        previous_secret=None,
        previous_until=None,
        created_at=tx.now,
        rotated_at=None,
    )
    await tx.insert(ENDPOINTS, endpoint)
    return endpoint


async def rotate_secret(
    tx: Transaction, endpoint_id: str, secret: str | None, grace_hours: float | None
) -> CourierEndpoint:
    """A new secret; the old one goes on proving pushes for the grace (0 where it has leaked)."""
    endpoint = await tx.lock(ENDPOINTS, endpoint_id)
    hours = tx.settings.courier_secret_grace_hours if grace_hours is None else grace_hours
    rotated = replace(
        endpoint,
        secret=_usable(PARTNERS[endpoint.partner], secret),
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


def _usable(courier: Courier, secret: str | None) -> str:
    if secret is None:
        return courier.new_secret()
    if not courier.fits(secret):
        raise errors.SecretUnfit(pointer="/secret", partner=courier.partner)
    return secret
