"""The verdict: what an arbitrator decides, and what follows for the case at once."""

from dataclasses import replace

from aftercare_chassis.transaction import Transaction
from aftercare_events import AfterSaleClosed, AfterSaleResumed, Event, VerdictGiven

from aftersale_svc.commands import disputes, refunds
from aftersale_svc.commands.record import about, about_dispute, save_dispute
from aftersale_svc.domain import lifecycle, policy
from aftersale_svc.domain.codes import CloseCause, RefundCause, Remedy
from aftersale_svc.domain.lifecycle import Action, DisputeAction
from aftersale_svc.domain.model import Case, Dispute, Verdict
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import DISPUTES


async def give(tx: Transaction, dispute_id: str, verdict: Verdict) -> Dispute:
    """Decide. A refund is executed when order-svc has paid it; every other remedy is executed with the verdict."""
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = lifecycle.move_dispute(dispute, DisputeAction.DECIDE, tx)
    case = await tx.lock(CASES, dispute.case_id)
    decided = _decided(tx, moved, verdict, policy.verdict_amount(case, verdict))
    told: list[Event] = [_given(tx, decided)]
    if verdict.remedy is not Remedy.REFUND:
        decided = disputes.executed_with(tx, decided, 0)
        told.append(disputes.executed_event(tx, decided))
    # The verdict first, then what follows from it: so the record reads as it happened.
    saved = await save_dispute(tx, decided, DisputeAction.DECIDE, *told, note=verdict.grounds)
    await tx.save(CASES, *_applied(tx, case, decided))
    return saved


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


def _applied(tx: Transaction, case: Case, decided: Dispute) -> tuple[Case, Event]:
    """What the verdict does to the case: refunded, resumed or closed."""
    if decided.remedy is Remedy.RESUME:
        resumed = lifecycle.resume(case, tx)
        told = AfterSaleResumed(**about(tx, resumed), dispute_id=decided.id, deadline_at=resumed.deadline_at)
        return resumed, told
    if decided.remedy is Remedy.REFUND:
        # The amount is all that the verdict owes: no freight comes on top of it.
        awarded = replace(
            lifecycle.move(case, Action.AWARD, tx), frozen_state=None, close_cause=None, shipping_refund_minor=0
        )
        owing = refunds.decide(tx, awarded, decided.amount_minor or 0, RefundCause.VERDICT)
        return owing, refunds.requested(tx, owing)
    closed = replace(lifecycle.move(case, Action.DISMISS, tx), frozen_state=None, close_cause=CloseCause.VERDICT)
    return closed, AfterSaleClosed(**about(tx, closed), cause=CloseCause.VERDICT)


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
