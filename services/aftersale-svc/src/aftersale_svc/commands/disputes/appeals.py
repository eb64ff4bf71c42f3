"""Appeals: each side may appeal once against a verdict, another arbitrator confirms or replaces it, and then it is final."""

from collections.abc import Sequence

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import DisputeAppealed, VerdictBecameFinal, VerdictConfirmed, VerdictReplaced, digest

from aftersale_svc.commands import locking
from aftersale_svc.commands.deadlines.timers import CaseAndOrder, dispute_timer
from aftersale_svc.commands.decisions import citations, decisions
from aftersale_svc.commands.disputes import deciders, lab_tests, reopened, verdict_parts, verdicts
from aftersale_svc.commands.evidence import cited_evidence
from aftersale_svc.commands.record import dispute_fields, save_dispute
from aftersale_svc.domain.decisions.model import DecisionKind
from aftersale_svc.domain.disputes.appeals import Appeal, AppealOutcome
from aftersale_svc.domain.disputes.errors import NotAppealable
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lifecycle import DISPUTE
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeSide, TakesEffect, Verdict
from aftersale_svc.domain.policies.model import Citation
from aftersale_svc.settings import Settings
from aftersale_svc.tables.disputes.appeals import APPEALS, DECIDE_APPEALS


async def appeal(tx: Transaction[Settings], dispute_id: str, *, grounds: str, evidence: Sequence[str] = ()) -> Dispute:
    """Appeal as a side of the dispute: another arbitrator decides about the verdict.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, VerdictFinal, AppealedAlready, DeadlinePassed: see DISPUTE.
        NotAppealable: see DISPUTE; also where another dispute stops the case by now.
        EvidenceUnusable: see `cited_evidence.check`.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute, facts = await deciders.locked_after(tx, order, dispute_id), DisputeFacts.of(tx)
    moved = DISPUTE.apply(dispute, DisputeAction.APPEAL, tx, facts)
    if full.case.dispute_id != dispute.id:
        raise NotAppealable()
    await cited_evidence.check(tx, dispute.order_id, evidence)
    side = facts.side or DisputeSide.BUYER
    first = not dispute.appealed_by
    appealed = replace(
        moved,
        appealed_by=[*dispute.appealed_by, side.value],
        arbitrator_id=None if first else dispute.arbitrator_id,
        evidence=[*dispute.evidence, *evidence],
        party_ids=list(dict.fromkeys([*moved.party_ids, *full.case.for_buyer_ids])),
    )
    row = Appeal(
        dispute_id=dispute.id,
        side=side,
        appealed_by=tx.actor.id,
        appealed_at=tx.now,
        grounds=grounds,
        evidence=list(evidence),
    )
    await tx.insert(APPEALS, row)
    event = DisputeAppealed(
        **dispute_fields(tx, appealed),
        by=side,
        grounds_hash=digest(grounds),
        deadline_at=appealed.deadline_at,
        evidence=tuple(evidence),
    )
    return await save_dispute(tx, appealed, DisputeAction.APPEAL, event, note=grounds, evidence=evidence)


async def confirm(
    tx: Transaction[Settings], dispute_id: str, *, grounds: str, cites: Sequence[Citation] = ()
) -> Dispute:
    """Let the verdict stay, as another arbitrator. One that waited for that is executed now.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother, LabTestOpen: see DISPUTE.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute = await deciders.locked_after(tx, order, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.CONFIRM_VERDICT, tx, DisputeFacts.of(tx))
    final = replace(moved, arbitrator_id=tx.actor.id, lab_test_id=None, final_at=tx.now)
    if dispute.is_being_paid:
        final = replace(final, whose_turn=full.case.whose_turn)
    costs = await lab_tests.enter_costs_of_appeal(tx, dispute)
    cited = await citations.resolve(tx, full.case, DecisionKind.APPEAL, cites, "/cites")
    awarded = dispute.amount_minor or 0
    decided = await decisions.end_of_dispute(
        tx, full, dispute, DecisionKind.APPEAL, AppealOutcome.CONFIRMED, awarded, cited
    )
    event = VerdictConfirmed(
        **dispute_fields(tx, final), grounds_hash=digest(grounds), costs=costs, decision_id=decided.get("decision_id")
    )
    await _decide(tx, dispute, AppealOutcome.CONFIRMED, grounds)
    if _waits(dispute):
        return await verdicts.carry_out(tx, full, order, final, event, DisputeAction.CONFIRM_VERDICT, grounds)
    return await save_dispute(tx, final, DisputeAction.CONFIRM_VERDICT, event, note=grounds)


async def replace_verdict(
    tx: Transaction[Settings], dispute_id: str, *, verdict: Verdict, cites: Sequence[Citation] = ()
) -> Dispute:
    """Give another verdict, as another arbitrator. One that waits is replaced by any other; of one that was executed, what is
    still possible is: money goes back where none did, and any other difference is recorded.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartyCannotDecide, DecidedFirst, AssignedToAnother, VerdictInExecution, LabTestOpen: see DISPUTE.
        CostEmpty, CurrencyForeign, SanctionTwice: see `verdict_parts.check`.
        PolicyUnknown, ClauseUnknown: see `citations.resolve`.
        RemedyNotPossible, OrderWasCancelled, AmountMissing, AmountExceedsPaid, AmountWithoutRefund: see `verdicts.amount_of`, or
            `reopened.amount_of` where the former verdict was executed.
        UnitsHeldByAnother: another case has the units of a case that would be opened again.
    """
    full, order = await locking.disputed_case_and_order(tx, dispute_id)
    dispute = await deciders.locked_after(tx, order, dispute_id)
    moved = DISPUTE.apply(dispute, DisputeAction.REPLACE_VERDICT, tx, DisputeFacts.of(tx))
    verdict_parts.check(dispute, verdict)
    judged = replace(full, case=replace(full.case, liable=verdict.liable))
    of = verdicts.amount_of if _waits(dispute) else reopened.amount_of
    amount = await of(tx, judged, order, verdict)
    cited = await citations.resolve(tx, full.case, DecisionKind.VERDICT, cites, "/cites")
    tests = await lab_tests.of(tx, dispute)
    recorded = await decisions.end_of_dispute(
        tx, judged, dispute, DecisionKind.VERDICT, verdict.remedy, amount.total_minor, cited
    )
    await verdict_parts.take_back(tx, dispute)
    parts = await verdict_parts.record(tx, dispute, verdict, cited, tests)
    await _decide(tx, dispute, AppealOutcome.REPLACED, verdict.grounds)
    decided = verdicts.decided(tx, moved, verdict, amount.total_minor)
    final = replace(decided, final_at=tx.now, appeal_until=dispute.appeal_until)
    entry = None if _waits(dispute) else reopened.entry(tx, final)
    event = VerdictReplaced(
        **dispute_fields(tx, final),
        **verdicts.verdict_fields(final),
        **recorded,
        **parts,
        entry=None if entry is None else entry.direction,
        entry_minor=None if entry is None else entry.amount_minor,
    )
    if _waits(dispute):
        return await verdicts.carry_out(
            tx, judged, order, final, event, DisputeAction.REPLACE_VERDICT, verdict.grounds, amount
        )
    return await reopened.carry_out(tx, judged, order, final, event, amount, entry)


@dispute_timer(DisputeAction.FINALIZE)
async def finalize(tx: Transaction[Settings], dispute: Dispute, locked: CaseAndOrder | None) -> None:
    """Execute the verdict of a locked dispute: nobody has appealed in time.

    Raises:
        IllegalTransition: the dispute has moved on.
    """
    moved = DISPUTE.apply(dispute, DisputeAction.FINALIZE, tx)
    if locked is None:
        return  # the verdict was given while the timer waited for the lock; its own time has not come
    final = replace(moved, final_at=tx.now)
    event = VerdictBecameFinal(**dispute_fields(tx, final))
    await verdicts.carry_out(tx, *locked, final, event, DisputeAction.FINALIZE)


def _waits(dispute: Dispute) -> bool:
    """Whether the verdict against which was appealed has not been executed yet."""
    return dispute.takes_effect is TakesEffect.AFTER_APPEAL_WINDOW


async def _decide(tx: Transaction[Settings], dispute: Dispute, outcome: AppealOutcome, why: str) -> None:
    await tx.execute(DECIDE_APPEALS, of=dispute.id, ended_as=outcome, by=tx.actor.id, now=tx.now, why=why)
