"""What the timers do: lock the row, look at it again, and take the action that the state table names."""

from collections.abc import Awaitable, Callable, Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due

from aftersale_svc.commands import disputes, endings, inspections, locking, reviews
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import DISPUTES

BY_TIMER: Mapping[CaseAction, Callable[[Transaction[Settings], FullCase, Order], Awaitable[FullCase]]] = {
    CaseAction.APPROVE: reviews.approve_locked,
    CaseAction.CLOSE: endings.close_locked,
    CaseAction.ESCALATE: reviews.escalate_locked,
    CaseAction.INSPECT: inspections.inspect_locked,
}


async def case_due(tx: Transaction[Settings], case_id: str) -> None:
    """Take the action of the timer now; do nothing if the row has changed meanwhile."""
    full, order = await locking.case_and_order(tx, case_id)
    action = lifecycle.of(full.case).due(full.case, tx.now)
    if action is not None:
        await BY_TIMER[action](tx, full, order)


DEADLINES = (Due(CASES, case_due), Due(DISPUTES, disputes.escalate))
