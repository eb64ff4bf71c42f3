"""What bars a transition of a dispute besides its state and the role of the actor."""

from collections.abc import Callable

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.deadlines.binding import passed
from aftersale_svc.domain.deadlines.errors import DeadlinePassed
from aftersale_svc.domain.disputes.errors import (
    AlreadyAssigned,
    AssignedToAnother,
    NoProposal,
    NotAsked,
    NotAssignedToYou,
    OwnProposal,
    PartyCannotDecide,
)
from aftersale_svc.domain.disputes.facts import DisputeFacts
from aftersale_svc.domain.disputes.model import Dispute


def _guard(refusal: type[Refusal], bars: Callable[[Dispute, DisputeFacts], bool]) -> Guard:
    """A guard that judges a dispute with its facts; where no facts are given, it bars nothing."""

    def refuses(dispute: Dispute, facts: DisputeFacts | None) -> Refusal | None:
        return refusal() if facts is not None and bars(dispute, facts) else None

    return Guard(refusal.code, refuses)


def _late(dispute: Dispute, facts: DisputeFacts | None) -> Refusal | None:
    """What stays in its state is not refused by the table itself."""
    ended_at = dispute.deadline_at
    if facts is None or facts.side is None or ended_at is None or ended_at > facts.now:
        return None
    return passed("submit_evidence", ended_at, "reviewed_without_evidence")


PARTY = _guard(PartyCannotDecide, lambda dispute, facts: facts.is_party(dispute))
TAKEN = _guard(AlreadyAssigned, lambda dispute, _: dispute.arbitrator_id is not None)
ANOTHERS = _guard(AssignedToAnother, lambda dispute, facts: dispute.arbitrator_id not in (None, facts.actor.id))
NOT_MINE = _guard(NotAssignedToYou, lambda dispute, facts: dispute.arbitrator_id != facts.actor.id)
LATE = Guard(DeadlinePassed.code, _late)
NOT_ASKED = _guard(NotAsked, lambda dispute, facts: facts.side not in dispute.awaited)
NO_PROPOSAL = _guard(NoProposal, lambda dispute, _: dispute.proposed_by is None)
OWN_PROPOSAL = _guard(OwnProposal, lambda dispute, facts: dispute.proposed_by is facts.side)
