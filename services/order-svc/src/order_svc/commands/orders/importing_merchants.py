"""The merchant whose orders are imported: what a part of an import reads once for all of its orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.orders import orders
from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.settings import Settings
from order_svc.tables.shipping import ACCOUNTS_OF_MERCHANT


@dataclass(frozen=True, slots=True)
class ImportingMerchant:
    """A merchant with the times of orders that are in force for it, as `Order.times` has them, and its accounts with couriers."""

    id: str
    times: dict[str, Any] | None  # Any: JSON
    accounts: Sequence[ShippingAccount]


async def importing(tx: Transaction[Settings], merchant_id: str) -> ImportingMerchant:
    """This merchant."""
    accounts = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=merchant_id)
    return ImportingMerchant(merchant_id, await orders.times_in_force(tx, merchant_id), accounts)
