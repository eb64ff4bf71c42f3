"""The rows that the legs of a case keep, saved with it."""

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.legs import LEGS


async def save(tx: Transaction[Settings], before: FullCase, after: FullCase) -> None:
    """Insert the rows that legs have now, and overwrite those that have changed."""
    for kind, leg in LEGS.items():
        had, rows = before.rows_of(kind), after.rows_of(kind)
        if rows is had or not leg.saved:
            continue
        known = {leg.key(row): row for row in had}
        await tx.insert(leg.rows, *[row for row in rows if leg.key(row) not in known])
        for row in [row for row in rows if row != known.get(leg.key(row), row)]:
            await tx.upsert(leg.rows, row)
