"""SELECTs: accounts with couriers, labels and their files, prices."""

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.shipping.accounts import ShippingAccount
from order_svc.domain.shipping.calls import ShippingQuote
from order_svc.domain.shipping.labels import LabelFile, ShippingLabel
from order_svc.tables.shipping import ACCOUNT_LIST, ACCOUNTS, FILES, LABEL_LIST, LABELS, QUOTES


async def account(reader: Reader, account_id: str) -> ShippingAccount:
    """One account."""
    return await reader.get(ACCOUNTS, account_id)


async def accounts(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[ShippingAccount]:
    """A page of accounts."""
    return await reader.page(ACCOUNT_LIST, limit=limit, cursor=cursor, **filters)


async def label(reader: Reader, label_id: str) -> ShippingLabel:
    """One label that the reader may see."""
    return await reader.get(LABELS, label_id)


async def labels(reader: Reader, limit: int, cursor: str | None, **filters: object) -> Page[ShippingLabel]:
    """A page of labels."""
    return await reader.page(LABEL_LIST, limit=limit, cursor=cursor, **filters)


async def label_file(reader: Reader, label_id: str) -> tuple[ShippingLabel, LabelFile | None]:
    """A label that the reader may see, with its file where there is one."""
    found = await reader.get(LABELS, label_id)
    return found, await reader.find(FILES, label_id)


async def quote(reader: Reader, quote_id: str) -> ShippingQuote:
    """One question for prices."""
    return await reader.get(QUOTES, quote_id)
