"""What the timers do: lock the row, look at it again, and take the action that the state table names."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due

from aftersale_svc.commands import disputes, locking, timers
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import DISPUTES


async def case_due(tx: Transaction[Settings], case_id: str) -> None:
    """Take the action of the timer now; do nothing if the row has changed meanwhile."""
    full, order = await locking.case_and_order(tx, case_id)
    action = lifecycle.of(full.case).due(full.case, tx.now)
    if action is not None:
        await timers.BY_ACTION[action](tx, full, order)


DEADLINES = (Due(CASES, case_due), Due(DISPUTES, disputes.escalate))
