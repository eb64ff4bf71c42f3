"""Rights protection: a complaint stops the case, both sides give their views, and the case goes on at the end."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import NOBODY
from aftercare_chassis.refusals import NotFound
from aftercare_events import (
    AfterSaleFrozen,
    AfterSaleResumed,
    ComplaintOpened,
    DisputeAnswered,
    DisputeEscalated,
    DisputeOpened,
    DisputeWithdrawn,
    EvidenceAdded,
    digest,
)

from aftersale_svc.commands import effects, endings, locking
from aftersale_svc.commands.deadlines import dispute_timer
from aftersale_svc.commands.record import case_fields, dispute_fields, record_step, save_dispute
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, permits
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.policy import in_dispute_window
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction
from aftersale_svc.domain.money.holds import balances, can_hold_again
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes import DISPUTES
from aftersale_svc.tables.holds import HOLDS_OF_ORDER


async def complaint_opened(tx: Transaction[Settings], event: ComplaintOpened) -> None:
    """Open a dispute about the case that a complaint names, if it can be stopped; else customer service goes on alone."""
    found = await _case_of(tx, event)
    if found is None:
        return
    full, order = found
    facts = await _facts(tx, full, order)
    if not permits(full, CaseAction.FREEZE, tx, facts):
        return
    dispute = DISPUTE.start(_new(tx, full.case, event), tx)
    frozen = replace(apply(full, CaseAction.FREEZE, tx, facts).case, dispute_id=dispute.id)
    opened = DisputeOpened(
        **dispute_fields(tx, dispute),
        category=dispute.category,
        deadline_at=dispute.deadline_at,
        evidence=tuple(dispute.evidence),
    )
    await tx.create(DISPUTES, dispute, opened)
    await record_step(tx, dispute, "open", evidence=dispute.evidence)
    case_frozen = AfterSaleFrozen(**case_fields(tx, frozen), dispute_id=dispute.id)
    await effects.save(tx, full, replace(full, case=frozen), CaseAction.FREEZE, case_frozen)


async def answer(tx: Transaction[Settings], dispute_id: str, *, text: str, evidence: Sequence[str] = ()) -> Dispute:
    """Record the merchant's answer; the platform reviews next.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.ANSWER, tx)
    answered = replace(moved, answer=text, answered_at=tx.now, evidence=[*dispute.evidence, *evidence])
    event = DisputeAnswered(**dispute_fields(tx, answered), text_hash=digest(text), evidence=tuple(evidence))
    return await save_dispute(tx, answered, DisputeAction.ANSWER, event, note=text, evidence=evidence)


async def add_evidence(
    tx: Transaction[Settings], dispute_id: str, *, evidence: Sequence[str], note: str | None = None
) -> Dispute:
    """Add what supports one side, by its hash.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.ADD_EVIDENCE, tx)
    added = replace(moved, evidence=[*dispute.evidence, *evidence])
    event = EvidenceAdded(**dispute_fields(tx, added), by=tx.actor.role, evidence=tuple(evidence))
    return await save_dispute(tx, added, DisputeAction.ADD_EVIDENCE, event, note=note, evidence=evidence)


async def withdraw(tx: Transaction[Settings], dispute_id: str, *, note: str | None = None) -> Dispute:
    """Withdraw the complaint; the case goes on where the dispute stopped it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute = await tx.lock(DISPUTES, dispute_id)
    withdrawn = DISPUTE.apply(dispute, DisputeAction.WITHDRAW, tx)
    await resume(tx, full, order)
    event = DisputeWithdrawn(**dispute_fields(tx, withdrawn))
    return await save_dispute(tx, withdrawn, DisputeAction.WITHDRAW, event, note=note)


async def resume(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Let the case go on where the dispute stopped it, or end with its cancelled order.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    facts = CaseFacts(full=full, order=order)
    if permits(full, CaseAction.END_WITH_ORDER, tx, facts):
        return await endings.end_with_order(tx, full, order)
    resumed = apply(full, CaseAction.RESUME, tx, facts)
    event = AfterSaleResumed(
        **case_fields(tx, resumed.case),
        dispute_id=full.case.dispute_id or "",
        deadline_at=resumed.case.deadline_at,
        rejected=resumed.case.state is CaseState.REJECTED,
    )
    return await effects.save(tx, full, resumed, None, event)


@dispute_timer(DisputeAction.ESCALATE)
async def escalate(tx: Transaction[Settings], dispute: Dispute) -> None:
    """Go on with a locked dispute without the merchant's answer, or publish that the platform is late."""
    escalated = DISPUTE.apply(dispute, DisputeAction.ESCALATE, tx)
    event = DisputeEscalated(**dispute_fields(tx, escalated), cause=DISPUTE.cause(dispute, DisputeAction.ESCALATE))
    await save_dispute(tx, escalated, DisputeAction.ESCALATE, event)


async def _case_of(tx: Transaction[Settings], event: ComplaintOpened) -> tuple[FullCase, Order] | None:
    if event.case_id is None:
        return None
    try:
        full, order = await locking.case_and_order(tx, event.case_id)
    except NotFound:
        return None
    return (full, order) if full.case.buyer_id == event.buyer_id else None  # not another buyer's case


async def _facts(tx: Transaction[Settings], full: FullCase, order: Order) -> CaseFacts:
    """What decides whether a complaint stops the case. An open case holds its units itself."""
    closed = full.case.state is CaseState.CLOSED
    return CaseFacts(
        full=full,
        order=order,
        in_dispute_window=in_dispute_window(full.case, tx.now, tx.settings.dispute_window_hours),
        units_free=not closed or await _units_free(tx, full),
    )


async def _units_free(tx: Transaction[Settings], full: FullCase) -> bool:
    """A closed case holds nothing; to be disputed it has to hold its units again, and another may have them by now."""
    holds = await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id)
    return can_hold_again(full.lines, {balance.line_id: balance for balance in balances(holds)})


def _new(tx: Transaction[Settings], case: Case, event: ComplaintOpened) -> Dispute:
    return Dispute(
        id=tx.new_id("dsp"),
        version=0,
        case_id=case.id,
        order_id=case.order_id,
        complaint_id=event.complaint_id,
        buyer_id=case.buyer_id,
        merchant_id=case.merchant_id,
        category=event.category,
        state=DISPUTE.initial,
        whose_turn=NOBODY,
        deadline_at=None,
        evidence=[event.text_hash],
        currency=case.currency,
        created_at=tx.now,
        updated_at=tx.now,
    )
