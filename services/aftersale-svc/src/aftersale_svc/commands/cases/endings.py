"""Ending a case before what was asked for is done: by the buyer, by a timer, by an agent, or with its cancelled order."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import AfterSaleCancelled, OrderCancelled, RefundFailed

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import closing
from aftersale_svc.commands.claims import guarantee_cover
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.money import refund_parts
from aftersale_svc.commands.record import case_fields
from aftersale_svc.domain.cases.codes import HandlingReason
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, caller, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.outcome_reasons import check_handling_reason, unexplained
from aftersale_svc.domain.money.holds import cases_with_cancelled_units
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import LIVE_CASES_OF
from aftersale_svc.tables.locks import ORDER_TO_LOCK
from aftersale_svc.tables.money.holds import HOLDS_OF_ORDER


async def cancel(
    tx: Transaction[Settings], case_id: str, *, reason: HandlingReason | None = None, note: str | None = None
) -> FullCase:
    """Take the request back; its units are free again. Of an agent it is recorded where there is no reason and no note, unless it is done for a
    buyer who has called.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, RefundDecided: see CASE.
        HandlingReasonUnsuitable: see `check_handling_reason`.
    """
    full, _ = await locking.case_and_order(tx, case_id)  # other cases may show another freight then
    cancelled = apply(full, CaseAction.CANCEL, tx)
    check_handling_reason(reason, tx.actor.role)
    called_for = caller(full.case, CaseAction.CANCEL, tx.actor)
    why = reason or (unexplained(CaseAction.CANCEL, tx.actor.role, note) if called_for is None else None)
    event = AfterSaleCancelled(**case_fields(tx, cancelled.case), reason=why)
    return await effects.save(tx, full, cancelled, CaseAction.CANCEL, event, note=note)


async def accept(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Accept the rejection; other cases may be opened for the units.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    full, _ = await locking.case_and_order(tx, case_id)  # other cases may show another freight then
    return await close_by(tx, full, CaseAction.ACCEPT, note=note)


async def close(
    tx: Transaction[Settings], case_id: str, *, note: str | None = None, policy: Sequence[Citation] = ()
) -> FullCase:
    """Close the case as an agent, where nothing else is possible. The buyer may dispute it within the window.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, _ = await locking.case_and_order(tx, case_id)  # what it held may be a share of other cases
    closed, event = closing.closed(tx, guarantee_cover.without_goods(full), CaseAction.CLOSE)
    return await effects.save(tx, full, closed, CaseAction.CLOSE, event, note=note, policy=policy)


@case_timer(CaseAction.CLOSE)
async def close_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Close a locked case: the buyer's time ran out.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await close_by(tx, full, CaseAction.CLOSE)


async def order_cancelled(tx: Transaction[Settings], event: OrderCancelled) -> None:
    """End the cases of a cancelled order, whose money goes back with it, but for those in a refund or a dispute."""
    order = await tx.one(ORDER_TO_LOCK, order_id=event.order_id)
    for row in await tx.all(LIVE_CASES_OF, order_id=event.order_id):
        full = await locking.case(tx, row["id"])
        disputed = full.case.state is CaseState.DISPUTED  # it ends with the dispute
        facts = CaseFacts(full=full, order=order)
        if order is not None and not disputed and permits(full, CaseAction.END_WITH_ORDER, tx, facts):
            await end_with_order(tx, full, facts)


async def lines_cancelled(tx: Transaction[Settings], order_id: str) -> None:
    """End the cases about units that were cancelled in the order, but for those in a dispute, which end with it."""
    order = await tx.one(ORDER_TO_LOCK, order_id=order_id)
    if order is None:
        return
    for case_id in cases_with_cancelled_units(await tx.all(HOLDS_OF_ORDER, order_id=order_id)):
        full = await locking.case(tx, case_id)
        facts = CaseFacts(full=full, order=order, units_cancelled=True)
        if full.case.state is not CaseState.DISPUTED and permits(full, CaseAction.END_WITH_UNITS, tx, facts):
            await close_by(tx, full, CaseAction.END_WITH_UNITS, facts)


async def are_units_cancelled(tx: Transaction[Settings], full: FullCase) -> bool:
    """Whether the order has cancelled units of this locked case, whose refund, if it has one, is not in flight any more."""
    if full.case.stage is Stage.POST_RECEIPT:
        return False  # its order has cancelled nothing any more since before it was opened
    holds = await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id)
    decided = [replace(each, state=None) if each.case_id == full.case.id else each for each in holds]
    return full.case.id in cases_with_cancelled_units(decided)


async def end_with_order(
    tx: Transaction[Settings],
    full: FullCase,
    facts: CaseFacts,
    *,
    action: CaseAction = CaseAction.END_WITH_ORDER,
    refused: RefundFailed | None = None,
) -> FullCase:
    """End a locked case because its order was cancelled, or by `action` its units; `refused` is how a refund has ended that was in flight
    until now.

    Raises:
        IllegalTransition, ActionNotAllowed, OrderNotCancelled, UnitsNotCancelled, RefundInFlight: see CASE.
    """
    if refused is None:
        closed, event = closing.closed(tx, full, action, facts)
        return await effects.save(tx, full, closed, action, event)
    closed, event = closing.closed(tx, await refund_parts.given_in_part(tx, full), action, facts)
    found = {"refund_id": refused.refund_id, "failure_code": refused.failure_code}
    return await effects.save(tx, full, closed, action, event.model_copy(update=found), note=refused.failure_code)


async def close_by(
    tx: Transaction[Settings],
    full: FullCase,
    action: CaseAction,
    facts: CaseFacts | None = None,
    *,
    note: str | None = None,
) -> FullCase:
    """Close a locked case by an action; the state table has its cause. A dismissal is a step of the dispute.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    closed, event = closing.closed(tx, full, action, facts)
    step = None if action is CaseAction.DISMISS else action
    return await effects.save(tx, full, closed, step, event, note=note)
