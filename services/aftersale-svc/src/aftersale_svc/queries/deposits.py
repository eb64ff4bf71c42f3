"""The deposits of merchants, as far as the actor may see them."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.deposits.model import DepositEntry, DepositInUse
from aftersale_svc.domain.permissions import check_merchant
from aftersale_svc.settings import Settings
from aftersale_svc.tables.money.deposits import DEPOSITS_OF_MERCHANT, ENTRY_LIST


async def deposits(read: Reader[Settings], merchant_id: str) -> list[DepositInUse]:
    """What is on the deposits of a merchant, by currency. Raises: NotFound."""
    check_merchant(read.actor, merchant_id)
    return await read.all(DEPOSITS_OF_MERCHANT, merchant_id=merchant_id)


async def entries(
    read: Reader[Settings], limit: int, cursor: str | None, merchant_id: str, **filters: str | None
) -> Page[DepositEntry]:
    """A page of the entries of a merchant's deposits, newest first. Raises: NotFound."""
    check_merchant(read.actor, merchant_id)
    return await read.page(ENTRY_LIST, limit=limit, cursor=cursor, merchant_id=merchant_id, **filters)
