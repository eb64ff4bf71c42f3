"""Settlements: one side proposes how the dispute ends, the other accepts or declines in time."""

from collections.abc import Mapping, Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due, TimerCommands
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound
from aftercare_events import DisputeSettled, SettlementDeclined, SettlementLapsed, SettlementProposed, digest

from aftersale_svc.commands import locking
from aftersale_svc.commands.decisions import decisions
from aftersale_svc.commands.disputes import executions, hearings, lab_tests, verdicts
from aftersale_svc.commands.record import dispute_fields, save_dispute, step
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.disputes.errors import ProposalNotOpen
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeSide, Verdict
from aftersale_svc.domain.disputes.proposals import PROPOSAL, Proposal, ProposalAction, ProposalState, Terms
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import STEPS
from aftersale_svc.tables.disputes.dispute_parts import OPEN_PROPOSAL, PROPOSALS
from aftersale_svc.tables.disputes.disputes import DISPUTES
from aftersale_svc.tables.locks import FREE_DISPUTES


async def propose(tx: Transaction[Settings], dispute_id: str, *, terms: Terms) -> Dispute:
    """Propose how the dispute ends; a proposal that is open, of either side, is replaced by it and kept.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
        RemedyNotPossible, OrderWasCancelled, AmountMissing, CurrencyForeign, AmountExceedsPaid, AmountWithoutRefund: see
            `verdicts.amount_of`.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute, facts = await tx.lock(DISPUTES, dispute_id), DisputeFacts.of(tx)
    moved = DISPUTE.apply(dispute, DisputeAction.PROPOSE, tx, facts)
    amount = await verdicts.amount_of(tx, _judged(full, terms), order, _verdict(terms))
    side = facts.side or DisputeSide.BUYER
    proposal = _new(tx, dispute, side, terms, amount.total_minor)
    before = await _open(tx, dispute)
    if before is not None:
        await tx.upsert(PROPOSALS, PROPOSAL.apply(before, ProposalAction.REPLACE, tx))
        await tx.flush()  # one is open at a time
    await tx.insert(PROPOSALS, proposal)
    proposed = replace(moved, proposed_by=side)
    event = SettlementProposed(
        **dispute_fields(tx, proposed),
        proposal_id=proposal.id,
        by=tx.actor.role,
        liable=proposal.liable,
        remedy=proposal.remedy,
        amount_minor=proposal.amount_minor,
        currency=proposal.currency,
        text_hash=digest(proposal.text),
        deadline_at=proposal.deadline_at,
        replaces=None if before is None else before.id,
    )
    return await save_dispute(tx, proposed, DisputeAction.PROPOSE, event, note=terms.text)


async def decline(tx: Transaction[Settings], dispute_id: str, proposal_id: str, *, note: str | None = None) -> Dispute:
    """Decline the other side's proposal; the dispute goes on.

    Raises:
        NotFound, Stale: see `Transaction.lock`; NotFound also where the dispute has no such proposal.
        IllegalTransition, ActionNotAllowed, NoProposal, OwnProposal: see DISPUTE.
        ProposalNotOpen: it was answered or replaced, or its time has passed.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    proposal = await _asked_for(tx, dispute, proposal_id)
    moved = DISPUTE.apply(dispute, DisputeAction.DECLINE_PROPOSAL, tx, DisputeFacts.of(tx))
    await tx.upsert(PROPOSALS, PROPOSAL.apply(proposal, ProposalAction.DECLINE, tx))
    declined = replace(moved, proposed_by=None)
    event = SettlementDeclined(**dispute_fields(tx, declined), proposal_id=proposal.id, by=tx.actor.role)
    return await save_dispute(tx, declined, DisputeAction.DECLINE_PROPOSAL, event, note=note)


async def accept(tx: Transaction[Settings], dispute_id: str, proposal_id: str) -> Dispute:
    """Accept the other side's proposal: the dispute is settled, and what was agreed is executed like a verdict.

    Raises:
        NotFound, Stale: see `Transaction.lock`; NotFound also where the dispute has no such proposal.
        IllegalTransition, ActionNotAllowed, NoProposal, OwnProposal: see DISPUTE.
        ProposalNotOpen: it was answered or replaced, or its time has passed.
        RemedyNotPossible, OrderWasCancelled, AmountExceedsPaid: what it orders is not possible any more, see `verdicts.amount_of`.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute = await tx.lock(DISPUTES, dispute_id)
    proposal = await _asked_for(tx, dispute, proposal_id)
    moved = DISPUTE.apply(dispute, DisputeAction.SETTLE, tx, DisputeFacts.of(tx))
    terms = _terms(proposal)
    judged = _judged(full, terms)
    amount = await verdicts.amount_of(tx, judged, order, _verdict(terms))
    await tx.upsert(PROPOSALS, PROPOSAL.apply(proposal, ProposalAction.ACCEPT, tx))
    settled = replace(
        moved,
        proposed_by=None,
        awaited=[],
        lab_test_id=None,
        liable=proposal.liable,
        remedy=proposal.remedy,
        amount_minor=amount.total_minor,
        grounds=proposal.text,
        decided_by=tx.actor.id,
        decided_at=tx.now,
    )
    decided = await decisions.end_of_dispute(
        tx, judged, dispute, DecisionKind.SETTLEMENT, proposal.remedy, amount.total_minor
    )
    settled_event = _settled(tx, settled, proposal, decided.get("decision_id"))
    ended = (*await hearings.stop_round(tx, dispute, settled), *await lab_tests.end_with(tx, dispute))
    events = [*ended, settled_event]
    remedy = verdicts.REMEDIES[proposal.remedy]
    if remedy.executed_at_once:
        settled = executions.executed(tx, settled, 0)
        events.append(executions.event(tx, settled))
    saved = await tx.save(DISPUTES, settled, *events)
    agreed = step(tx, saved, DisputeAction.SETTLE, events=events)
    await remedy.apply(tx, judged, order, amount)
    await tx.insert(STEPS, agreed)
    return saved


def _settled(
    tx: Transaction[Settings], dispute: Dispute, proposal: Proposal, decision_id: str | None
) -> DisputeSettled:
    return DisputeSettled(
        **dispute_fields(tx, dispute),
        proposal_id=proposal.id,
        liable=proposal.liable,
        remedy=proposal.remedy,
        amount_minor=proposal.amount_minor,
        currency=proposal.currency,
        text_hash=digest(proposal.text),
        decision_id=decision_id,
    )


async def _with_disputes(
    tx: Transaction[Settings], proposals: Sequence[Proposal]
) -> Mapping[str, tuple[Proposal, Dispute]]:
    """Those of locked proposals whose disputes nobody else has locked."""
    ids = [each.dispute_id for each in proposals]
    disputes = {each.id: each for each in await tx.lock_all(FREE_DISPUTES, ids=ids)}
    return {each.id: (each, disputes[each.dispute_id]) for each in proposals if each.dispute_id in disputes}


proposal_timer: TimerCommands[ProposalAction, Settings, Proposal, Dispute] = TimerCommands(
    lambda proposal, _, now: PROPOSAL.due(proposal, now)
)
DUE = Due(PROPOSALS, proposal_timer.act, _with_disputes)


@proposal_timer(ProposalAction.LAPSE)
async def lapse(tx: Transaction[Settings], proposal: Proposal, dispute: Dispute) -> None:
    """Nobody has answered the proposal in time: the dispute goes on without it."""
    await tx.upsert(PROPOSALS, PROPOSAL.apply(proposal, ProposalAction.LAPSE, tx))
    gone = replace(dispute, proposed_by=None, updated_at=tx.now)
    event = SettlementLapsed(**dispute_fields(tx, gone), proposal_id=proposal.id)
    await save_dispute(tx, gone, ProposalAction.LAPSE, event)


async def _open(tx: Transaction[Settings], dispute: Dispute) -> Proposal | None:
    if dispute.proposed_by is None:
        return None
    return await tx.one(OPEN_PROPOSAL, dispute_id=dispute.id)


async def _asked_for(tx: Transaction[Settings], dispute: Dispute, proposal_id: str) -> Proposal:
    proposal = await tx.find(PROPOSALS, proposal_id)
    if proposal is None or proposal.dispute_id != dispute.id:
        raise NotFound(what=PROPOSALS.name)
    late = proposal.deadline_at is not None and proposal.deadline_at <= tx.now
    if proposal.state is not ProposalState.OPEN or late:
        raise ProposalNotOpen(state=ProposalState.LAPSED if late else proposal.state)
    return proposal


def _new(tx: Transaction[Settings], dispute: Dispute, side: DisputeSide, terms: Terms, amount_minor: int) -> Proposal:
    proposal = Proposal(
        id=tx.new_id("prop"),
        dispute_id=dispute.id,
        side=side,
        proposed_by=tx.actor.id,
        state=PROPOSAL.initial,
        deadline_at=None,
        remedy=terms.remedy,
        liable=terms.liable,
        amount_minor=amount_minor,
        currency=dispute.currency,
        text=terms.text,
        created_at=tx.now,
        updated_at=tx.now,
    )
    started = PROPOSAL.start(proposal, tx)
    return replace(started, answer_by=started.deadline_at)


def _terms(proposal: Proposal) -> Terms:
    amount = proposal.amount_minor or None
    return Terms(proposal.remedy, proposal.liable, amount, proposal.currency, proposal.text)


def _verdict(terms: Terms) -> Verdict:
    return Verdict(terms.liable, terms.remedy, terms.amount_minor, terms.currency, terms.text)


def _judged(full: FullCase, terms: Terms) -> FullCase:
    return replace(full, case=replace(full.case, liable=terms.liable))
