"""Accounts of merchants with the couriers that shipments are ordered of."""

from collections.abc import Mapping
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut, PrincipalId
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.shipping_accounts import (
    ConnectedAccountOut,
    SecretIn,
    SenderIn,
    ShippingAccountIn,
    ShippingAccountOut,
)
from order_svc.commands.shipping import shipping_accounts
from order_svc.domain.shipping.errors import ShippingAccountExists, ShippingAccountRevoked, ShippingKeyMissing
from order_svc.domain.shipping.model import CourierName
from order_svc.integrations.couriers.port import Courier
from order_svc.queries import shipping as queries
from order_svc.settings import Settings

AccountId = Annotated[Id, Path(description="The id of the account.")]
_SELLER, _READERS = [require_role("seller")], [require_role("seller", "admin")]


def router(couriers: Mapping[str, Courier]) -> APIRouter:
    """The accounts; the adapters of the couriers' pushes make the secrets that these are signed with."""
    made = APIRouter(prefix="/v1/shipping-accounts", tags=["shipping-accounts"], route_class=ApiRoute)
    unfit, revoked = refusals(ShippingAccountExists, ShippingKeyMissing), refusals(ShippingAccountRevoked)
    connect = NewAccounts(couriers).connect
    made.post("", status_code=201, operation_id="connectShippingAccount", responses=unfit, dependencies=_SELLER)(
        connect
    )
    made.get("", operation_id="listShippingAccounts", dependencies=_READERS)(list_accounts)
    made.get("/{account_id}", operation_id="getShippingAccount", dependencies=_READERS)(get_account)
    made.post(
        "/{account_id}/rotate-secret", operation_id="rotateShippingSecret", responses=revoked, dependencies=_SELLER
    )(rotate_secret)
    made.post(
        "/{account_id}/change-sender", operation_id="changeShippingSender", responses=revoked, dependencies=_SELLER
    )(change_sender)
    made.post("/{account_id}/revoke", operation_id="revokeShippingAccount", dependencies=_SELLER)(revoke_account)
    return made


class NewAccounts:
    """The route that gives an account an endpoint for its scans, with a secret that fits the courier."""

    def __init__(self, couriers: Mapping[str, Courier]) -> None:
        self._couriers = couriers

    async def connect(self, body: ShippingAccountIn, tx: Tx[Settings]) -> ConnectedAccountOut:
        """Connect the merchant with a courier: one account per courier. No response shows its credentials."""
        if body.courier is CourierName.KUAIDI100 and body.key is None:
            raise ShippingKeyMissing(pointer="/key")
        courier = self._couriers[body.courier]
        push_secret = courier.new_secret()
        account = await shipping_accounts.connect(
            tx,
            courier=body.courier,
            account_no=body.account_no,
            secret=body.secret,
            key=body.key or "",
            billing_no=body.billing_no,
            sender=body.sender.contact(),
            push_secret=push_secret,
        )
        return ConnectedAccountOut.showing(account, courier.address_query(push_secret))


async def list_accounts(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    merchant_id: Annotated[PrincipalId | None, Query(description="Only accounts of this merchant.")] = None,
    courier: Annotated[CourierName | None, Query(description="Only accounts with this courier.")] = None,
) -> PageOut[ShippingAccountOut]:
    """Accounts, newest first, revoked ones included."""
    page = await queries.accounts(read, limit, cursor, merchant_id=merchant_id, courier=courier)
    return PageOut[ShippingAccountOut].of(page, ShippingAccountOut.of)


async def get_account(account_id: AccountId, read: Read) -> ShippingAccountOut:
    """One account."""
    return ShippingAccountOut.of(await queries.account(read, account_id))


async def rotate_secret(account_id: AccountId, body: SecretIn, tx: Tx[Settings]) -> ShippingAccountOut:
    """Sign requests with other credentials from now on."""
    return ShippingAccountOut.of(
        await shipping_accounts.rotate_secret(tx, account_id, secret=body.secret, key=body.key)
    )


async def change_sender(account_id: AccountId, body: SenderIn, tx: Tx[Settings]) -> ShippingAccountOut:
    """Let parcels start at another place from now on; labels that are ordered keep theirs."""
    return ShippingAccountOut.of(await shipping_accounts.move(tx, account_id, sender=body.sender.contact()))


async def revoke_account(account_id: AccountId, tx: Tx[Settings]) -> ShippingAccountOut:
    """Order nothing through it any more; what is ordered goes on."""
    return ShippingAccountOut.of(await shipping_accounts.revoke(tx, account_id))
