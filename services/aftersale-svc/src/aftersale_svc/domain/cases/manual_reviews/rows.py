"""What the platform's review adds to the table of every type: agents take, release and assign cases, only who has one decides,
and no party of a case decides about it."""

from collections.abc import Mapping

from aftercare_chassis.lifecycle import Guard, Transition
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.manual_reviews.guards import (
    ANOTHERS,
    NO_SECOND_PERSON,
    NOT_MINE,
    NOTHING_PROPOSED,
    PARTY,
    PROPOSED,
    PROPOSER,
    SIDE,
    TAKEN,
)
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import AGENT, DISPATCHERS_OR_SYSTEM, STAFF

_S, _A = CaseState, CaseAction
_REVIEWED = _S.MANUAL_REVIEW
Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]

ASSIGNMENT: Table = {
    (_REVIEWED, _A.TAKE): Transition(_REVIEWED, AGENT, (TAKEN, PROPOSER)),
    (_REVIEWED, _A.ASSIGN): Transition(_REVIEWED, DISPATCHERS_OR_SYSTEM),
    (_REVIEWED, _A.RELEASE): Transition(_REVIEWED, AGENT, (NOT_MINE,)),
}
SECOND_PERSON: Table = {
    (_REVIEWED, _A.PROPOSE_DECISION): Transition(_REVIEWED, AGENT, (PROPOSED, ANOTHERS), outcome_of="review"),
    (_REVIEWED, _A.CONFIRM_DECISION): Transition(_REVIEWED, AGENT, (NOTHING_PROPOSED, NO_SECOND_PERSON, ANOTHERS)),
    (_REVIEWED, _A.DECLINE_DECISION): Transition(_REVIEWED, AGENT, (NOTHING_PROPOSED, ANOTHERS)),
}
"""Where the amount is above the limit of the settings; the confirmed decision is then taken by its own row."""
DECIDED_BY_TWO = frozenset(
    {
        _A.APPROVE,
        _A.REFUND,
        _A.GRANT,
        _A.ACCEPT_OFFER,
        _A.OFFER,
        _A.STATE_OFFLINE_REFUND,
        _A.CONFIRM_OFFLINE_REFUND,
        _A.RELEASE_HOLD,
        _A.CLAIM_HOLD,
    }
)
"""What an agent may decide in manual review by which money goes back, or stays for good."""
_OF_ANYBODY = frozenset({_A.DISPUTE})
"""What is no decision of the review: a dispute takes the case out of the agents' hands."""
_FOR_BUYERS = frozenset({_A.CANCEL, _A.DISPUTE, _A.MISS_PICKUP})
"""What agents do for either side, or for buyers alone."""


def reviewed_by_one(table: Table) -> Table:
    """The table of a type with who reviews its cases; what an agent decides in manual review, only who has the case may.

    Whatever may be asked for as the platform is not open to a party of the case, but for giving the case back.
    """
    guarded = {
        key: replace(row, guards=(*row.guards, *_guards(key[1]))) if _decides(key, row) else row
        for key, row in table.items()
    }
    reviewed = {**guarded, **ASSIGNMENT, **SECOND_PERSON}
    return {key: _barred_to_parties(key[1], row) if _is_of_staff(key, row) else row for key, row in reviewed.items()}


def _barred_to_parties(action: CaseAction, row: Transition[CaseState]) -> Transition[CaseState]:
    return replace(row, guards=(SIDE if action in _FOR_BUYERS else PARTY, *row.guards))


def _is_of_staff(key: tuple[CaseState, CaseAction], row: Transition[CaseState]) -> bool:
    return key[1] is not _A.RELEASE and any(row.can_be_asked_for(role) for role in STAFF)


def _guards(action: CaseAction) -> tuple[Guard, ...]:
    return (ANOTHERS, PROPOSED) if action in DECIDED_BY_TWO else (ANOTHERS,)


def _decides(key: tuple[CaseState, CaseAction], row: Transition[CaseState]) -> bool:
    state, action = key
    return state is _REVIEWED and "agent" in row.permission.roles and action not in _OF_ANYBODY
