"""The verdict: what an arbitrator decides, and what follows for the case at once."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleClosed, Event, VerdictGiven

from aftersale_svc.commands import disputes, effects, holding, refunds
from aftersale_svc.commands.record import about, about_dispute, save_dispute
from aftersale_svc.domain import holds, lifecycle, policy
from aftersale_svc.domain.codes import CloseCause, RefundCause, Remedy
from aftersale_svc.domain.holds import Due
from aftersale_svc.domain.lifecycle import Action, DisputeAction
from aftersale_svc.domain.model import Case, Dispute, Order, Verdict
from aftersale_svc.tables.cases import ACCEPT_ALL
from aftersale_svc.tables.disputes import DISPUTES
from aftersale_svc.tables.orders import HOLDS


async def give(tx: Transaction, dispute_id: str, verdict: Verdict) -> Dispute:
    """Decide. A refund is executed when order-svc has paid it; every other remedy is executed with the verdict."""
    case, order = await holding.disputed_case_and_order(tx, dispute_id)
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = lifecycle.move_dispute(dispute, DisputeAction.DECIDE, tx)
    found = replace(case, liable=verdict.liable)
    due = await _due(tx, found, order, verdict)
    decided = _decided(tx, moved, verdict, due.total_minor)
    told: list[Event] = [_given(tx, decided)]
    if verdict.remedy is not Remedy.REFUND:
        decided = lifecycle.execute(decided, 0, tx)
        told.append(effects.executed_event(tx, decided))
    # The verdict first, then what follows from it: so the record reads as it happened.
    saved = await save_dispute(tx, decided, DisputeAction.DECIDE, *told, note=verdict.grounds)
    await _apply(tx, found, order, verdict.remedy, due)
    return saved


async def _due(tx: Transaction, case: Case, order: Order, verdict: Verdict) -> Due:
    """What the verdict costs. A refund is for all units of the case, whatever was accepted of them before."""
    if verdict.remedy is not Remedy.REFUND:
        policy.check_no_amount(verdict)
        return Due(0, 0)
    most = holds.due(order, case, await tx.all(HOLDS, order_id=order.id), inspected=False)
    return policy.awarded(case, order, verdict, most)


def _decided(tx: Transaction, dispute: Dispute, verdict: Verdict, amount_minor: int) -> Dispute:
    return replace(
        dispute,
        liable=verdict.liable,
        remedy=verdict.remedy,
        amount_minor=amount_minor,
        grounds=verdict.grounds,
        decided_by=tx.actor.id,
        decided_at=tx.now,
    )


async def _apply(tx: Transaction, case: Case, order: Order, remedy: Remedy, due: Due) -> None:
    """What the verdict does to the case: refunded, resumed or closed."""
    if remedy is Remedy.RESUME:
        await disputes.release(tx, case, order)
    elif remedy is Remedy.REFUND:
        if case.refund_id is not None:  # only then may an inspection have accepted fewer
            await tx.execute(ACCEPT_ALL, case_id=case.id)
        awarded = replace(lifecycle.move(case, Action.AWARD, tx), frozen_state=None, close_cause=None)
        await effects.enter(tx, refunds.decided(tx, awarded, due, RefundCause.VERDICT), None)
    else:
        closed = replace(lifecycle.move(case, Action.DISMISS, tx), frozen_state=None, close_cause=CloseCause.VERDICT)
        await effects.enter(tx, closed, None, AfterSaleClosed(**about(tx, closed), cause=CloseCause.VERDICT))


def _given(tx: Transaction, decided: Dispute) -> VerdictGiven:
    return VerdictGiven(
        **about_dispute(tx, decided),
        liable=decided.liable or "",
        remedy=decided.remedy or "",
        amount_minor=decided.amount_minor or 0,
        currency=decided.currency,
        grounds_hash=policy.digest(decided.grounds or ""),
        evidence=tuple(decided.evidence),
    )
