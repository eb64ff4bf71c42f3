"""What the timers do: each looks at the row again, and then takes the action that the lifecycle table names."""

from collections.abc import Awaitable, Callable, Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due

from aftersale_svc.commands import cases, disputes, holding, returns
from aftersale_svc.domain import lifecycle
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import DISPUTES

BY_TIMER: Mapping[Action, Callable[[Transaction, str], Awaitable[object]]] = {
    Action.APPROVE: cases.approve,
    Action.CLOSE: cases.close,
    Action.ESCALATE: cases.escalate,
    Action.INSPECT: returns.inspect,
}


async def on_time(tx: Transaction, case_id: str) -> None:
    """Take what the table gives to the timer now; nothing where somebody was faster."""
    case, _ = await holding.case_and_order(tx, case_id)
    action = lifecycle.timer(case, tx)
    if action is not None:
        await BY_TIMER[action](tx, case_id)


WHEN_DUE = (Due(CASES, on_time), Due(DISPUTES, disputes.escalate))
