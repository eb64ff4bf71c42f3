"""Opening a case, judging the request, ending it without money."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleEscalated,
    AfterSaleRejected,
    AfterSaleRequested,
)
from aftercare_events import CaseLine as ToldLine

from aftersale_svc.commands import effects, holding, refunds
from aftersale_svc.commands.record import about, note_down, save
from aftersale_svc.domain import holds, lifecycle, policy
from aftersale_svc.domain.codes import CloseCause, RefundCause, RejectReason, Stage
from aftersale_svc.domain.errors import OrderUnknown
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case, CaseLine, Order, Request, State
from aftersale_svc.domain.occasions import NOBODY
from aftersale_svc.tables.cases import CASE_LINES, CASES
from aftersale_svc.tables.orders import HOLDS, ORDER_TO_HOLD

# Why a case came to an agent's desk, by the state that it waited in.
ESCALATIONS = {
    State.PENDING_REVIEW: "review_handed_over",
    State.MANUAL_REVIEW: "agent_late",
    State.RETURN_IN_TRANSIT: "return_not_delivered",
    State.REFUNDING: "refund_late",
}


async def create(tx: Transaction, request: Request) -> tuple[Case, list[CaseLine]]:
    """Ask for after-sales service. The order is held, so that no unit gets into two live cases."""
    order = await tx.one(ORDER_TO_HOLD, order_id=request.order_id)
    if order is None:
        raise OrderUnknown(order_id=request.order_id, awaits=request.order_id)
    stage = policy.stage(order, tx.now)
    known = await tx.all(HOLDS, order_id=order.id)
    case_id = tx.new_id("case")
    lines = policy.take(case_id, holds.standings(known), request.lines)
    opened = _new(tx, case_id, order, request, stage, sum(line.amount_minor for line in lines))
    units = {line.line_id: line.quantity for line in lines}
    case = replace(opened, shipping_refund_minor=holds.expected_freight(order, opened, units, known))
    created = await tx.create(CASES, case, _requested(tx, case, lines))
    await tx.insert(CASE_LINES, *lines)
    await note_down(tx, case, "request", request.description, request.evidence)
    return created, lines


async def approve(
    tx: Transaction, case_id: str, *, note: str | None = None, return_address: dict[str, str] | None = None
) -> Case:
    """Grant the request: the goods come back first, or the money goes back at once."""
    case, order = await holding.case_and_order(tx, case_id)
    approved = replace(lifecycle.move(case, Action.APPROVE, tx), return_address=return_address)
    by_timer = tx.actor == SYSTEM
    if approved.state is State.REFUNDING:
        cause = RefundCause.TIMEOUT if by_timer else RefundCause.APPROVAL
        approved = await refunds.decide(tx, order, approved, cause)
    told = AfterSaleApproved(
        **about(tx, approved), cause="timeout" if by_timer else "decision", deadline_at=approved.deadline_at
    )
    return await effects.enter(tx, approved, Action.APPROVE, told, note=note)


async def reject(tx: Transaction, case_id: str, reason: RejectReason, note: str | None = None) -> Case:
    """Refuse the request with a reason; the buyer may accept that or complain."""
    case = await tx.lock(CASES, case_id)
    rejected = replace(lifecycle.move(case, Action.REJECT, tx), reject_reason=reason)
    told = AfterSaleRejected(**about(tx, rejected), reason=reason, deadline_at=rejected.deadline_at)
    return await effects.enter(tx, rejected, Action.REJECT, told, note=note)


async def cancel(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """Take the request back; its units are free again."""
    case = await tx.lock(CASES, case_id)
    cancelled = lifecycle.move(case, Action.CANCEL, tx)
    return await effects.enter(tx, cancelled, Action.CANCEL, AfterSaleCancelled(**about(tx, cancelled)), note=note)


async def accept(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """The buyer accepts the rejection, and may ask anew at once."""
    case = await tx.lock(CASES, case_id)
    closed = replace(lifecycle.move(case, Action.ACCEPT, tx), close_cause=CloseCause.REJECTION_ACCEPTED)
    told = AfterSaleClosed(**about(tx, closed), cause=CloseCause.REJECTION_ACCEPTED)
    return await effects.enter(tx, closed, Action.ACCEPT, told, note=note)


async def close(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """End the case without its purpose: the buyer's time ran out, or an agent sees no other way.

    The buyer may dispute it within the window.
    """
    case = await tx.lock(CASES, case_id)
    closed = lifecycle.close(case, tx)
    told = AfterSaleClosed(**about(tx, closed), cause=closed.close_cause or "")
    return await effects.enter(tx, closed, Action.CLOSE, told, note=note)


async def escalate(tx: Transaction, case_id: str, note: str | None = None) -> Case:
    """Bring the case before an agent, or remind of one that waits too long."""
    case = await tx.lock(CASES, case_id)
    raised = lifecycle.move(case, Action.ESCALATE, tx)
    told = AfterSaleEscalated(**about(tx, raised), cause=ESCALATIONS[case.state], deadline_at=raised.deadline_at)
    return await save(tx, raised, Action.ESCALATE, told, note=note)


def _new(tx: Transaction, case_id: str, order: Order, request: Request, stage: Stage, requested_minor: int) -> Case:
    case = Case(
        id=case_id,
        version=0,
        order_id=order.id,
        payment_id=order.payment_id or "",
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        applicant_id=tx.actor.id,
        type=request.type,
        reason=request.reason,
        stage=stage,
        state=State.PENDING_REVIEW,
        whose_turn=NOBODY,
        deadline_at=None,
        currency=order.currency,
        requested_minor=requested_minor,
        shipping_refund_minor=0,
        description=request.description,
        evidence=request.evidence,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return lifecycle.opened(case, tx)


def _requested(tx: Transaction, case: Case, lines: list[CaseLine]) -> AfterSaleRequested:
    return AfterSaleRequested(
        **about(tx, case),
        reason=case.reason,
        stage=case.stage,
        lines=tuple(
            ToldLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity, amount_minor=line.amount_minor)
            for line in lines
        ),
        requested_minor=case.requested_minor,
        currency=case.currency,
        deadline_at=case.deadline_at,
        description_hash=policy.digest(case.description) if case.description else None,
        evidence=tuple(case.evidence),
    )
