"""The timers of cases and disputes. The commands that they run are registered where they are defined."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from aftersale_svc.commands import locking
from aftersale_svc.commands.deadlines import standstills
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.disputes.disputes import DISPUTES

CaseAndOrder = tuple[FullCase, Order]


def _due(full: FullCase, order: Order, now: datetime) -> CaseAction | None:
    return lifecycle.of(full.case).due(full.case, now, CaseFacts(full=full, order=order))


async def _spare(tx: Transaction[Settings], full: FullCase, _: Order) -> bool:
    return await standstills.spare(tx, full.case)


async def _spare_dispute(tx: Transaction[Settings], dispute: Dispute, _: CaseAndOrder | None) -> bool:
    return await standstills.spare(tx, dispute)


async def lock_disputes(
    tx: Transaction[Settings], disputes: Sequence[Dispute]
) -> Mapping[str, tuple[Dispute, CaseAndOrder | None]]:
    """Locked disputes, with the case and the order of each for which the end of its time executes a verdict."""
    executing = [each for each in disputes if each.state is DisputeState.APPEAL_WINDOW]
    both = await locking.free_disputed(tx, executing) if executing else {}
    return {each.id: (each, both.get(each.id)) for each in disputes if each not in executing or each.id in both}


case_timer: TimerCommands[CaseAction, Settings, FullCase, Order] = TimerCommands(_due, _spare)
dispute_timer: TimerCommands[DisputeAction, Settings, Dispute, CaseAndOrder | None] = TimerCommands(
    lambda dispute, _, now: DISPUTE.due(dispute, now), _spare_dispute
)
DEADLINES = (
    Due(CASES, case_timer.act, locking.free_cases_and_orders),
    Due(DISPUTES, dispute_timer.act, lock_disputes),
)
