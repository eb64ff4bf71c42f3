"""Hearing a dispute: an arbitrator takes it, asks both sides for evidence, and they submit it in time."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import (
    DisputeAssigned,
    DisputeReleased,
    Event,
    EvidenceRequested,
    EvidenceRoundEnded,
    EvidenceSubmitted,
    digest,
)
from aftercare_events.catalogue.hearings import DisputeReleaseCause

from aftersale_svc.commands.cases import caseworkers
from aftersale_svc.commands.deadlines.timers import dispute_timer
from aftersale_svc.commands.disputes import deciders
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import dispute_fields, save_dispute
from aftersale_svc.domain.caseworkers.model import CaseworkerRole
from aftersale_svc.domain.disputes.errors import DecidedFirst, EvidenceEmpty, PartyCannotDecide, RoundsUsedUp
from aftersale_svc.domain.disputes.evidence import EvidenceRound
from aftersale_svc.domain.disputes.facts import DisputeFacts, turn_of
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeState, EvidenceParty
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.disputes.dispute_parts import EVIDENCE_ROUNDS
from aftersale_svc.tables.disputes.disputes import DISPUTES


async def take(tx: Transaction[Settings], dispute_id: str) -> Dispute:
    """Take the dispute as an arbitrator.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AlreadyAssigned: see DISPUTE.
    """
    dispute = await deciders.locked(tx, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.TAKE, tx, DisputeFacts.of(tx))
    return await _assigned(tx, moved, tx.actor.id, DisputeAction.TAKE)


async def assign(tx: Transaction[Settings], dispute_id: str, *, arbitrator_id: str | None = None) -> Dispute:
    """Give the dispute to an arbitrator, whoever has it; where none is named, to the one on the roster with the fewest disputes.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see DISPUTE.
        PartyCannotDecide: the arbitrator is the buyer or the merchant, or has acted for one of them.
        DecidedFirst: the arbitrator has decided about the case, or there is an appeal against the verdict of this arbitrator.
        CaseworkerUnknown: see `caseworkers.check_named`.
        NoCaseworkerFree: see `caseworkers.least_busy`.
    """
    dispute = await deciders.locked(tx, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.ASSIGN, tx, DisputeFacts.of(tx))
    parties = [dispute.buyer_id, dispute.merchant_id, *dispute.party_ids]
    if arbitrator_id is None:
        released = await caseworkers.released_by(tx, dispute.case_id, DisputeAction.RELEASE, dispute_id)
        barred = [*parties, *dispute.decider_ids, dispute.decided_by, dispute.arbitrator_id, *released]
        case = await tx.get(CASES, dispute.case_id)
        chosen = await caseworkers.least_busy(tx, CaseworkerRole.ARBITRATOR, case.type, barred)
        return await _assigned(tx, moved, chosen.id, DisputeAction.ASSIGN, chosen.open_count)
    if arbitrator_id in parties:
        raise PartyCannotDecide(pointer="/arbitrator_id")
    if dispute.was_decided_by(arbitrator_id):
        raise DecidedFirst(pointer="/arbitrator_id")
    await caseworkers.check_named(tx, CaseworkerRole.ARBITRATOR, arbitrator_id, "/arbitrator_id")
    return await _assigned(tx, moved, arbitrator_id, DisputeAction.ASSIGN)


async def release(tx: Transaction[Settings], dispute_id: str, *, note: str | None = None) -> Dispute:
    """Give the dispute back to the queue.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, NotAssignedToYou: see DISPUTE.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.RELEASE, tx, DisputeFacts.of(tx))
    released = replace(moved, arbitrator_id=None)
    event = DisputeReleased(
        **dispute_fields(tx, released), arbitrator_id=tx.actor.id, cause=DisputeReleaseCause.RELEASED
    )
    return await save_dispute(tx, released, DisputeAction.RELEASE, event, note=note)


async def _assigned(
    tx: Transaction[Settings],
    dispute: Dispute,
    arbitrator_id: str,
    action: DisputeAction,
    open_count: int | None = None,
) -> Dispute:
    assigned = replace(dispute, arbitrator_id=arbitrator_id)
    event = DisputeAssigned(**dispute_fields(tx, assigned), arbitrator_id=arbitrator_id, open_count=open_count)
    return await save_dispute(tx, assigned, action, event)


async def request_evidence(
    tx: Transaction[Settings], dispute_id: str, *, asked_of: EvidenceParty, missing: str
) -> Dispute:
    """Ask for evidence as the arbitrator; the review goes on once all sides that were asked have submitted theirs, or are late.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother: see DISPUTE.
        RoundsUsedUp: it was asked for as often as the settings permit.
    """
    dispute = await tx.lock(DISPUTES, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.REQUEST_EVIDENCE, tx, DisputeFacts.of(tx))
    most = tx.settings.evidence_rounds
    if dispute.evidence_rounds >= most:
        raise RoundsUsedUp(most=most)
    number, sides = dispute.evidence_rounds + 1, asked_of.sides
    asked = replace(moved, evidence_rounds=number, awaited=sides, whose_turn=turn_of(sides), arbitrator_id=tx.actor.id)
    deadline_at = asked.deadline_at or tx.now
    request = EvidenceRound(
        dispute_id=dispute.id,
        number=number,
        asked_of=asked_of,
        missing=missing,
        asked_by=tx.actor.id,
        asked_at=tx.now,
        deadline_at=deadline_at,
        submitted=[],
    )
    await tx.insert(EVIDENCE_ROUNDS, request)
    event = EvidenceRequested(
        **dispute_fields(tx, asked),
        asked_of=asked_of,
        round=number,
        missing_hash=digest(missing),
        deadline_at=deadline_at,
    )
    return await save_dispute(tx, asked, DisputeAction.REQUEST_EVIDENCE, event, note=missing)


async def submit_evidence(
    tx: Transaction[Settings], dispute_id: str, *, evidence: Sequence[str], note: str | None = None
) -> Dispute:
    """Submit what was asked for, once per round. With that of the last side that was asked, the review goes on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, DeadlinePassed, NotAsked: see DISPUTE.
        EvidenceEmpty: there is neither evidence nor a word.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    dispute, facts = await tx.lock(DISPUTES, dispute_id), DisputeFacts.of(tx)
    moved = DISPUTE.apply(dispute, DisputeAction.SUBMIT_EVIDENCE, tx, facts)
    if not evidence and note is None:
        raise EvidenceEmpty(pointer="/evidence")
    await cited_evidence.check(tx, dispute.order_id, evidence)
    still = [side for side in dispute.awaited if side != facts.side]
    submitted = replace(moved, awaited=still, evidence=[*dispute.evidence, *evidence])
    submitted = replace(submitted, whose_turn=turn_of(still)) if still else submitted
    given = EvidenceSubmitted(
        **dispute_fields(tx, submitted),
        by=tx.actor.role,
        round=dispute.evidence_rounds,
        evidence=tuple(evidence),
    )
    round_ = await tx.get(EVIDENCE_ROUNDS, dispute.id, dispute.evidence_rounds)
    round_ = replace(round_, submitted=[*round_.submitted, str(facts.side)])
    if still:
        await tx.upsert(EVIDENCE_ROUNDS, round_)
        return await save_dispute(tx, submitted, DisputeAction.SUBMIT_EVIDENCE, given, note=note, evidence=evidence)
    await tx.upsert(EVIDENCE_ROUNDS, replace(round_, ended_at=tx.now))
    ended = DISPUTE.apply(submitted, DisputeAction.END_ROUND, SystemContext.of(tx))
    events = (given, _ended(tx, ended, ()))
    return await save_dispute(tx, ended, DisputeAction.SUBMIT_EVIDENCE, *events, note=note, evidence=evidence)


@dispute_timer(DisputeAction.END_ROUND)
async def end_round(tx: Transaction[Settings], dispute: Dispute, _: object) -> None:
    """Go on with the review of a locked dispute: the time for evidence has passed. Who has not submitted is recorded."""
    moved = DISPUTE.apply(dispute, DisputeAction.END_ROUND, tx)
    round_ = await tx.get(EVIDENCE_ROUNDS, dispute.id, dispute.evidence_rounds)
    await tx.upsert(EVIDENCE_ROUNDS, replace(round_, ended_at=tx.now))
    ended = replace(moved, awaited=[])
    await save_dispute(tx, ended, DisputeAction.END_ROUND, _ended(tx, ended, tuple(dispute.awaited)))


async def stop_round(tx: Transaction[Settings], before: Dispute, after: Dispute) -> tuple[Event, ...]:
    """End the request for evidence that is open, because the dispute waits for something else now; its event."""
    if before.state is not DisputeState.AWAIT_EVIDENCE:
        return ()
    round_ = await tx.get(EVIDENCE_ROUNDS, before.id, before.evidence_rounds)
    await tx.upsert(EVIDENCE_ROUNDS, replace(round_, ended_at=tx.now))
    return (_ended(tx, after, ()),)


def _ended(tx: Transaction[Settings], dispute: Dispute, silent: tuple[str, ...]) -> EvidenceRoundEnded:
    return EvidenceRoundEnded(
        **dispute_fields(tx, dispute), round=dispute.evidence_rounds, silent=silent, deadline_at=dispute.deadline_at
    )
