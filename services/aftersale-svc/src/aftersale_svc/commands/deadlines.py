"""The timers of cases and disputes. The commands that they run are registered where they are defined."""

from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands

from aftersale_svc.commands import locking, standstills
from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import DISPUTES


def _due(full: FullCase, order: Order, now: datetime) -> CaseAction | None:
    return lifecycle.of(full.case).due(full.case, now, CaseFacts(full=full, order=order))


async def _spare(tx: Transaction[Settings], full: FullCase, _: Order) -> bool:
    return await standstills.spare(tx, full.case)


case_timer: TimerCommands[CaseAction, Settings, FullCase, Order] = TimerCommands(locking.case_and_order, _due, _spare)
CaseAndOrder = tuple[FullCase, Order]


async def _dispute(tx: Transaction[Settings], dispute_id: str) -> tuple[Dispute, CaseAndOrder | None]:
    """Lock a dispute; before it, its case and the order, where the end of its time executes a verdict."""
    found = await tx.get(DISPUTES, dispute_id)
    executes = found.state is DisputeState.APPEAL_WINDOW
    both = await locking.disputed_case_and_order(tx, dispute_id) if executes else None
    return await tx.lock(DISPUTES, dispute_id), both


async def _spare_dispute(tx: Transaction[Settings], dispute: Dispute, _: CaseAndOrder | None) -> bool:
    return await standstills.spare(tx, dispute)


dispute_timer: TimerCommands[DisputeAction, Settings, Dispute, CaseAndOrder | None] = TimerCommands(
    _dispute, lambda dispute, _, now: DISPUTE.due(dispute, now), _spare_dispute
)
DEADLINES = (Due(CASES, case_timer.act), Due(DISPUTES, dispute_timer.act))
