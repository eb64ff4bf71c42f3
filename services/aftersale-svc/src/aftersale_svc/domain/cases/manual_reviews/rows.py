"""What manual review adds to the table of every type: agents take, release and assign cases, and only who has one decides."""

from collections.abc import Mapping
from dataclasses import replace

from aftercare_chassis.lifecycle import Transition

from aftersale_svc.domain.cases.manual_reviews.guards import ANOTHERS, NOT_MINE, PARTY, TAKEN
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import AGENT, DISPATCHERS

_S, _A = CaseState, CaseAction
_REVIEWED = _S.MANUAL_REVIEW
Table = Mapping[tuple[CaseState, CaseAction], Transition[CaseState]]

ASSIGNMENT: Table = {
    (_REVIEWED, _A.TAKE): Transition(_REVIEWED, AGENT, (PARTY, TAKEN)),
    (_REVIEWED, _A.ASSIGN): Transition(_REVIEWED, DISPATCHERS),
    (_REVIEWED, _A.RELEASE): Transition(_REVIEWED, AGENT, (NOT_MINE,)),
}
_OF_ANYBODY = frozenset({_A.DISPUTE})
"""What is no decision of the review: a dispute takes the case out of the agents' hands."""


def reviewed_by_one(table: Table) -> Table:
    """The table of a type with who reviews its cases; what an agent decides in manual review, only who has the case may."""
    guarded = {
        key: replace(row, guards=(*row.guards, ANOTHERS)) if _decides(key, row) else row for key, row in table.items()
    }
    return {**guarded, **ASSIGNMENT}


def _decides(key: tuple[CaseState, CaseAction], row: Transition[CaseState]) -> bool:
    state, action = key
    return state is _REVIEWED and "agent" in row.permission.roles and action not in _OF_ANYBODY
