"""SELECTs of compared statements and their differences."""

from datetime import date

from aftercare_chassis.database.mapping import Page
from aftercare_chassis.database.transaction import Reader

from order_svc.domain.payments.statements import Difference, Reconciliation
from order_svc.tables.statements import (
    DIFFERENCE_LIST,
    DIFFERENCES,
    DIFFERENCES_OF_DAY,
    RECONCILIATION_LIST,
    RECONCILIATIONS,
)


async def reconciliations(reader: Reader) -> list[Reconciliation]:
    """The latest compared statements, newest day first."""
    return await reader.all(RECONCILIATION_LIST, most=100)


async def reconciliation(reader: Reader, provider: str, day: date) -> tuple[Reconciliation, list[Difference]]:
    """The compared statement of a day, and the differences that it opened."""
    found = await reader.get(RECONCILIATIONS, provider, day)
    return found, await reader.all(DIFFERENCES_OF_DAY, provider=provider, day=day)


async def payment_difference(reader: Reader, difference_id: str) -> Difference:
    """One difference between a statement and our books."""
    return await reader.get(DIFFERENCES, difference_id)


async def payment_differences(
    reader: Reader, limit: int, cursor: str | None, **filters: str | None
) -> Page[Difference]:
    """A page of differences."""
    return await reader.page(DIFFERENCE_LIST, limit=limit, cursor=cursor, **filters)
