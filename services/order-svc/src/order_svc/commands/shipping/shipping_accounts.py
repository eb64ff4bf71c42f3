"""Accounts of merchants with couriers: connected, their secrets rotated, revoked."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import Forbidden

from order_svc.commands.parcels import courier_endpoints
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.errors import ShippingAccountExists, ShippingAccountRevoked
from order_svc.domain.shipping.model import Contact, CourierName
from order_svc.domain.shipping.rows import contact_fields
from order_svc.settings import Settings
from order_svc.tables.shipping import ACCOUNTS, ACCOUNTS_OF_MERCHANT


async def connect(
    tx: Transaction[Settings],
    *,
    courier: CourierName,
    account_no: str,
    secret: str,
    key: str,
    billing_no: str | None,
    sender: Contact,
    push_secret: str,
) -> ShippingAccount:
    """Connect the seller's merchant with a courier; what the courier reports arrives at an endpoint of its own, signed with `push_secret`.

    Raises:
        Forbidden: the seller acts for no merchant.
        ShippingAccountExists: the merchant has one with this courier.
    """
    if tx.actor.tenant is None:
        raise Forbidden
    known = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=tx.actor.tenant)
    if any(each.courier is courier for each in known):
        raise ShippingAccountExists(pointer="/courier", courier=courier)
    endpoint = await courier_endpoints.open_endpoint(
        tx, partner=courier, secret=push_secret, merchant_id=tx.actor.tenant
    )
    account = ShippingAccount(
        id=tx.new_id("sacc"),
        merchant_id=tx.actor.tenant,
        courier=courier,
        account_no=account_no,
        secret=secret,
        key=key,
        billing_no=billing_no,
        sender=contact_fields(sender),
        endpoint_id=endpoint.id,
        created_at=tx.now,
    )
    await tx.insert(ACCOUNTS, account)
    return account


async def rotate_secret(tx: Transaction[Settings], account_id: str, *, secret: str, key: str | None) -> ShippingAccount:
    """Sign requests with another secret from now on, and with another key where one is given.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ShippingAccountRevoked: nothing is ordered through it any more.
    """
    account = await _usable(tx, account_id)
    rotated = replace(account, secret=secret, key=account.key if key is None else key, rotated_at=tx.now)
    await tx.upsert(ACCOUNTS, rotated)
    return rotated


async def move(tx: Transaction[Settings], account_id: str, *, sender: Contact) -> ShippingAccount:
    """Let the merchant's parcels start at another place from now on; labels that are ordered keep theirs.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ShippingAccountRevoked: nothing is ordered through it any more.
    """
    moved = replace(await _usable(tx, account_id), sender=contact_fields(sender))
    await tx.upsert(ACCOUNTS, moved)
    return moved


async def revoke(tx: Transaction[Settings], account_id: str) -> ShippingAccount:
    """Order nothing through this account any more; what is ordered goes on, and its secrets are used for that alone.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
    """
    account = await tx.lock(ACCOUNTS, account_id)
    if account.revoked_at is not None:
        return account
    revoked = replace(account, revoked_at=tx.now)
    await tx.upsert(ACCOUNTS, revoked)
    return revoked


async def _usable(tx: Transaction[Settings], account_id: str) -> ShippingAccount:
    account = await tx.lock(ACCOUNTS, account_id)
    if account.revoked_at is not None:
        raise ShippingAccountRevoked
    return account
