"""Our copies of after-sale cases and disputes: idempotent upserts under the lock of the order, which is taken before its cases.

`Case.refunding` and the held, withdrawn and refunded units of a case are this service's own: commands write them.
"""

from collections.abc import Mapping
from dataclasses import replace

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    CaseEvent,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
)
from aftercare_events.catalogue.cases import GoodsOutcome

from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState, completed
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES, CASES
from order_svc.tables.orders import ORDERS

_DISPUTE_STATES: Mapping[type[DisputeEvent], DisputeState] = {
    DisputeOpened: DisputeState.OPEN,
    DisputeExecuted: DisputeState.EXECUTED,
    DisputeWithdrawn: DisputeState.WITHDRAWN,
}


async def case_requested(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """Copy a new case and the units that it is about."""
    order = await tx.lock(ORDERS, event.order_id)
    if await tx.find(CASES, event.case_id) is not None:
        return
    case = Case(
        id=event.case_id,
        order_id=order.id,
        case_type=event.case_type,
        keeps_goods=_keeps_goods(event),
        state=CaseState.OPEN,
    )
    await tx.insert(CASES, case)
    units = (
        CaseLine(case_id=case.id, line_id=line.line_id, order_id=order.id, quantity=line.quantity)
        for line in event.lines
    )
    await tx.insert(CASE_LINES, *units)


async def case_continued(tx: Transaction[Settings], event: AfterSaleRejected | AfterSaleResumed) -> None:
    """The case is still open, whatever was decided. Raises: Retry until it is known."""
    await _known(tx, event)


async def case_completed(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """Set that the case ended with its purpose. Raises: Retry until it is known."""
    await tx.upsert(CASES, replace(await _known(tx, event), state=CaseState.DONE))


async def case_ended(tx: Transaction[Settings], event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """Set that the case was closed or cancelled. Raises: Retry until it is known."""
    await tx.upsert(CASES, replace(await _known(tx, event), state=CaseState.ENDED))


async def dispute_changed(tx: Transaction[Settings], event: DisputeOpened | DisputeExecuted | DisputeWithdrawn) -> None:
    """Set the state of the dispute about the case, unless a later one has been opened meanwhile.

    Raises: Retry until the case is known; cases and disputes come on two topics.
    """
    case, state = await _known(tx, event), _DISPUTE_STATES[type(event)]
    if state is DisputeState.OPEN or case.dispute_id == event.dispute_id:
        await tx.upsert(CASES, replace(case, dispute_id=event.dispute_id, dispute_state=state))


async def _known(tx: Transaction[Settings], event: CaseEvent | DisputeEvent) -> Case:
    await tx.lock(ORDERS, event.order_id)
    known = await tx.find(CASES, event.case_id)
    if known is None:
        raise Retry(awaits=event.case_id)
    case = completed(known, keeps_goods=_keeps_goods(event)) if isinstance(event, CaseEvent) else known
    if case is not known:
        await tx.upsert(CASES, case)
    return case


def _keeps_goods(event: CaseEvent) -> bool:
    return event.goods_outcome == GoodsOutcome.KEEP
