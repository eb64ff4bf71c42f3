"""What bars who acts for the platform: being a party of the case, or that another agent has it in manual review."""

from collections.abc import Callable

from aftercare_chassis.lifecycle import Actor, Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import Initiator
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.manual_reviews.errors import (
    DecisionWaits,
    NothingProposed,
    PartyCannotDecide,
    ReviewAlreadyAssigned,
    ReviewAssignedToAnother,
    ReviewNotAssignedToYou,
    SecondPersonNeeded,
)
from aftersale_svc.domain.cases.model import Case, CaseAction
from aftersale_svc.domain.cases.offline_refunds.guards import OWN_STATEMENT
from aftersale_svc.domain.permissions import STAFF, is_side

SIDES_OF_CASE = frozenset({Initiator.BUYER, Initiator.MERCHANT})
"""Who opens a case as a party of it."""


def _guard(code: str, judge: Callable[[Case, Actor], Refusal | None]) -> Guard:
    """A guard that judges agents; it bars nobody else."""

    def refuses(case: Case, facts: CaseFacts | None) -> Refusal | None:
        if facts is None or facts.actor is None or facts.actor.role != "agent":
            return None
        return judge(case, facts.actor)

    return Guard(code, refuses)


def _held_by_another(case: Case, agent: Actor) -> bool:
    return case.agent_id not in (None, agent.id)


def is_party(case: Case, person_id: str) -> bool:
    """Whether this person is the buyer, or the merchant, or has acted for one of them in the case."""
    return person_id in parties(case)


def parties(case: Case) -> list[str]:
    """The buyer, the merchant, and who has acted for one of them in the case, as far as known."""
    applicant = [case.applicant_id] if case.initiator in SIDES_OF_CASE else []
    return [case.buyer_id, case.merchant_id, *case.party_ids, *applicant]


def _side(case: Case, facts: CaseFacts | None) -> Refusal | None:
    if facts is None or facts.actor is None or facts.actor.role not in STAFF:
        return None
    of_merchant = is_side(facts.actor, case.buyer_id, case.merchant_id)
    return PartyCannotDecide() if of_merchant or is_party(case, facts.actor.id) else None


def _party(case: Case, facts: CaseFacts | None) -> Refusal | None:
    acted = facts is not None and facts.actor is not None and facts.actor.id in case.for_buyer_ids
    return PartyCannotDecide() if acted else _side(case, facts)


TAKEN = _guard(
    ReviewAlreadyAssigned.code,
    lambda case, agent: ReviewAlreadyAssigned(agent_id=case.agent_id) if _held_by_another(case, agent) else None,
)
ANOTHERS = _guard(
    ReviewAssignedToAnother.code,
    lambda case, agent: ReviewAssignedToAnother(agent_id=case.agent_id) if _held_by_another(case, agent) else None,
)
NOT_MINE = _guard(
    ReviewNotAssignedToYou.code, lambda case, agent: None if case.agent_id == agent.id else ReviewNotAssignedToYou()
)
SIDE = Guard(PartyCannotDecide.code, _side)
"""Who is a party of the case does not act for the platform in it."""
PARTY = Guard(PartyCannotDecide.code, _party)
"""Nor does who has acted in it for a buyer who had called decide anything in it."""
PROPOSED = _guard(
    DecisionWaits.code,
    lambda case, _: None if case.proposal_id is None else DecisionWaits(proposed_by=case.proposed_by),
)
NOTHING_PROPOSED = _guard(NothingProposed.code, lambda case, _: NothingProposed() if case.proposal_id is None else None)
PROPOSER = _guard(
    SecondPersonNeeded.code, lambda case, agent: SecondPersonNeeded() if case.proposed_by == agent.id else None
)


def _no_second_person(case: Case, facts: CaseFacts | None) -> Refusal | None:
    of_statement = case.proposed_action == CaseAction.CONFIRM_OFFLINE_REFUND
    return PROPOSER.refuses(case, facts) or (OWN_STATEMENT.refuses(case, facts) if of_statement else None)


NO_SECOND_PERSON = Guard(SecondPersonNeeded.code, _no_second_person)
"""Neither who has proposed the decision confirms it, nor who has stated what it is about."""
