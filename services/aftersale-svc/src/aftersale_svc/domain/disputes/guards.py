"""What bars a transition of a dispute besides its state and the role of the actor."""

from collections.abc import Callable

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.errors import VerdictInExecution
from aftersale_svc.domain.deadlines.binding import passed
from aftersale_svc.domain.deadlines.errors import DeadlinePassed
from aftersale_svc.domain.disputes.debts import NoDebt
from aftersale_svc.domain.disputes.errors import (
    AlreadyAssigned,
    AppealedAlready,
    AppealMissing,
    AppealOpen,
    AssignedToAnother,
    DecidedFirst,
    NoProposal,
    NotAppealable,
    NotAsked,
    NotAssignedToYou,
    OpenedByPlatform,
    OwnProposal,
    PartyCannotDecide,
    VerdictFinal,
)
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.lab_test_errors import LabTestOpen, NoReportAwaited, SampleOfOtherSide
from aftersale_svc.domain.disputes.model import Dispute, DisputeAction, DisputeOrigin, DisputeState, TakesEffect


def _guard(refusal: type[Refusal], bars: Callable[[Dispute, DisputeFacts], bool]) -> Guard:
    """A guard that judges a dispute with its facts; where no facts are given, it bars nothing."""

    def refuses(dispute: Dispute, facts: DisputeFacts | None) -> Refusal | None:
        return refusal() if facts is not None and bars(dispute, facts) else None

    return Guard(refusal.code, refuses)


def _late(dispute: Dispute, facts: DisputeFacts | None) -> Refusal | None:
    """What stays in its state is not refused by the table itself."""
    ended_at = None if facts is None or facts.side is None else facts.ended(dispute, dispute.deadline_at)
    return None if ended_at is None else passed(DisputeAction.SUBMIT_EVIDENCE, ended_at, "reviewed_without_evidence")


def _too_late_to_appeal(dispute: Dispute, facts: DisputeFacts | None) -> Refusal | None:
    until = dispute.deadline_at if dispute.state is DisputeState.APPEAL_WINDOW else dispute.appeal_until
    ended_at = None if facts is None else facts.ended(dispute, until)
    return None if ended_at is None else passed(DisputeAction.APPEAL, ended_at, "verdict_becomes_final")


def _is_paid_now(dispute: Dispute, _: DisputeFacts) -> bool:
    at_once = dispute.takes_effect is not TakesEffect.AFTER_APPEAL_WINDOW
    return at_once and dispute.appealed_in is DisputeState.EXECUTING


def _is_anothers(dispute: Dispute, facts: DisputeFacts) -> bool:
    """What administrators may do, they may also where an arbitrator has the dispute."""
    return facts.actor.role == "arbitrator" and dispute.arbitrator_id not in (None, facts.actor.id)


PARTY = _guard(PartyCannotDecide, lambda dispute, facts: facts.is_party(dispute))
STAFF_OF_PARTY = _guard(PartyCannotDecide, lambda dispute, facts: facts.side is None and facts.is_party(dispute))
"""Nobody records for the merchant as the platform who is a side."""
OPENED_BY_PLATFORM = _guard(OpenedByPlatform, lambda dispute, _: dispute.origin is DisputeOrigin.PLATFORM)
"""A complaint is withdrawn by the buyer whose it is."""
NO_DEBT = _guard(NoDebt, lambda dispute, _: dispute.owed_minor <= 0)
TAKEN = _guard(AlreadyAssigned, lambda dispute, _: dispute.arbitrator_id is not None)
ANOTHERS = _guard(AssignedToAnother, lambda dispute, facts: _is_anothers(dispute, facts))
NOT_MINE = _guard(NotAssignedToYou, lambda dispute, facts: dispute.arbitrator_id != facts.actor.id)
LATE = Guard(DeadlinePassed.code, _late)
NOT_ASKED = _guard(NotAsked, lambda dispute, facts: facts.side not in dispute.awaited)
OTHERS_SAMPLE = _guard(SampleOfOtherSide, lambda dispute, facts: facts.side not in dispute.awaited)
SENT_BY_OTHER = _guard(SampleOfOtherSide, lambda dispute, facts: facts.side != dispute.sample_from)
NO_REPORT = _guard(NoReportAwaited, lambda dispute, _: dispute.lab_test_id is None)
TEST_OPEN = Guard(LabTestOpen.code, lambda *_: LabTestOpen(), always=True)
"""The state says that a test is open."""
NO_PROPOSAL = _guard(NoProposal, lambda dispute, _: dispute.proposed_by is None)
OWN_PROPOSAL = _guard(OwnProposal, lambda dispute, facts: dispute.proposed_by is facts.side)
NOT_APPEALABLE = _guard(NotAppealable, lambda dispute, _: dispute.appeal_until is None)
APPEAL_LATE = Guard(DeadlinePassed.code, _too_late_to_appeal)
APPEALED_ALREADY = _guard(AppealedAlready, lambda dispute, facts: facts.side in dispute.appealed_by)
FINAL = _guard(VerdictFinal, lambda dispute, _: dispute.final_at is not None)
DECIDED_FIRST = _guard(DecidedFirst, lambda dispute, facts: dispute.was_decided_by(facts.actor.id))
IN_APPEAL = _guard(AppealOpen, lambda dispute, _: dispute.is_appealed)
NO_APPEAL = _guard(AppealMissing, lambda dispute, _: not dispute.is_appealed)
IN_EXECUTION = _guard(VerdictInExecution, _is_paid_now)
"""What a verdict has ordered is paid first: only then it is known what another one can change."""
