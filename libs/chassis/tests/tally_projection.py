"""A projection of cancelled orders into the table of tallies: how often each was cancelled, and for which cause last."""

from dataclasses import dataclass, replace
from datetime import datetime

from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.testing import Harness
from aftercare_events import OrderCancelled

REFUSED = "refused_by_the_projection"
"""A cause that only this projection refuses: other tests read the same log with other handlers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellations:
    """A row of the table of tallies."""

    id: str
    version: int
    owner: str
    count: int
    deadline_at: datetime | None = None


def projection_of(harness: Harness) -> tuple[Projection, Rows[Cancellations]]:
    """The projection, and its rows."""
    table = harness.service.migrations.service.metadata.tables["tallies"]
    rows = Rows(table, Cancellations, {})

    async def cancelled(tx: Transaction, event: OrderCancelled) -> None:
        if event.cause == REFUSED:
            raise ValueError("this projection refuses the event")
        known = await tx.find(rows, event.order_id)
        row = known or Cancellations(id=event.order_id, version=0, owner="", count=0)
        await tx.upsert(rows, replace(row, owner=event.cause, count=row.count + 1))

    return Projection([table], {OrderCancelled: cancelled}), rows
