"""Rights protection: both sides give their views on a case that a dispute stops, and the case goes on at the end."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    AfterSaleResumed,
    DisputeAnswered,
    DisputeEscalated,
    DisputeReleased,
    DisputeWithdrawn,
    Event,
    EvidenceAdded,
    digest,
)
from aftercare_events.catalogue.hearings import DisputeReleaseCause

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.cases import endings
from aftersale_svc.commands.deadlines.timers import dispute_timer
from aftersale_svc.commands.disputes import hearings, lab_tests
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import case_fields, dispute_fields, save_dispute
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.lifecycle import apply, permits
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.disputes.errors import TooMuchEvidence
from aftersale_svc.domain.disputes.evidence import MOST_ADDED
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE, PLATFORM_TURN
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeOrigin, DisputeState
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import EVIDENCE_ADDED
from aftersale_svc.tables.disputes.dispute_parts import END_PROPOSAL
from aftersale_svc.tables.disputes.disputes import DISPUTES


async def answer(tx: Transaction[Settings], dispute_id: str, *, text: str, evidence: Sequence[str] = ()) -> Dispute:
    """Record the merchant's answer; the platform reviews next.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed: see DISPUTE.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.ANSWER, tx, DisputeFacts.of(tx))
    await cited_evidence.check(tx, dispute.order_id, evidence)
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
        TooMuchEvidence: this side has added as much as it may.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.ADD_EVIDENCE, tx, DisputeFacts.of(tx))
    side = {"role": tx.actor.role, "action": DisputeAction.ADD_EVIDENCE}
    [known] = await tx.all(EVIDENCE_ADDED, case_id=dispute.case_id, dispute_id=dispute.id, **side)
    if known["number"] + len(evidence) > MOST_ADDED:
        raise TooMuchEvidence(pointer="/evidence", most=MOST_ADDED, added=known["number"])
    await cited_evidence.check(tx, dispute.order_id, evidence, is_required=True)
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
    withdrawn = DISPUTE.apply(dispute, DisputeAction.WITHDRAW, tx, DisputeFacts.of(tx))
    withdrawn = replace(withdrawn, proposed_by=None, awaited=[], lab_test_id=None)
    await end_proposal(tx, dispute)
    await resume(tx, full, order)
    ended = (*await hearings.stop_round(tx, dispute, withdrawn), *await lab_tests.end_with(tx, dispute))
    event = DisputeWithdrawn(**dispute_fields(tx, withdrawn))
    return await save_dispute(tx, withdrawn, DisputeAction.WITHDRAW, *ended, event, note=note)


async def end_proposal(tx: Transaction[Settings], dispute: Dispute) -> None:
    """End the proposal of a settlement that is open, because the dispute ends otherwise."""
    if dispute.proposed_by is not None:
        await tx.execute(END_PROPOSAL, dispute_id=dispute.id, now=tx.now)


async def resume(tx: Transaction[Settings], full: FullCase, order: Order) -> FullCase:
    """Let the case go on where the dispute stopped it, or end with its order or its units, which are cancelled, or with units that were not to leave.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    facts = CaseFacts(full=full, order=order, units_cancelled=await endings.are_units_cancelled(tx, full))
    if permits(full, CaseAction.END_WITH_ORDER, tx, facts):
        return await endings.end_with_order(tx, full, facts)
    if permits(full, CaseAction.END_WITH_UNITS, tx, facts):
        return await endings.close_by(tx, full, CaseAction.END_WITH_UNITS, facts)
    if permits(full, CaseAction.END_WITH_SHIPMENT, tx, facts):
        return await endings.close_by(tx, full, CaseAction.END_WITH_SHIPMENT, facts)
    resumed = apply(full, CaseAction.RESUME, tx, facts)
    event = AfterSaleResumed(
        **case_fields(tx, resumed.case),
        dispute_id=full.case.dispute_id or "",
        deadline_at=resumed.case.deadline_at,
        rejected=resumed.case.state is CaseState.REJECTED,
    )
    return await effects.save(tx, full, resumed, None, event)


@dispute_timer(DisputeAction.ESCALATE)
async def escalate(tx: Transaction[Settings], dispute: Dispute, _: object) -> None:
    """Go on with a locked dispute without the merchant's answer, or publish that the platform is late: then whoever had it does not
    have it any more, and another arbitrator may take it."""
    escalated = DISPUTE.apply(dispute, DisputeAction.ESCALATE, tx)
    # In a dispute that the platform has opened, the merchant is asked, and not accused.
    accused = dispute.origin is not DisputeOrigin.PLATFORM
    silent = accused and dispute.state is DisputeState.AWAIT_MERCHANT_ANSWER
    arbitrator_id = dispute.arbitrator_id if dispute.whose_turn == PLATFORM_TURN else None
    if arbitrator_id is not None:
        escalated = replace(escalated, arbitrator_id=None)
    escalated = replace(escalated, merchant_silent=dispute.merchant_silent or silent)
    fields = dispute_fields(tx, escalated)
    events: list[Event] = [DisputeEscalated(**fields, cause=DISPUTE.cause(dispute, DisputeAction.ESCALATE))]
    if arbitrator_id is not None:
        events.append(DisputeReleased(**fields, arbitrator_id=arbitrator_id, cause=DisputeReleaseCause.LAPSED))
    await save_dispute(tx, escalated, DisputeAction.ESCALATE, *events)
