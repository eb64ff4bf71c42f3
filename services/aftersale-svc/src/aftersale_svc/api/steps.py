"""What the routes of all actions share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import require_action
from aftercare_chassis.lifecycle import ActionNotAllowed, Guard, IllegalTransition, Lifecycle
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.callers import ANSWERS_AGENT, NOT_OPENED_BY_AGENT
from aftersale_svc.domain.cases.manual_reviews.errors import (
    AnswersAgent,
    DecisionWaits,
    NotOpenedByAgent,
    PartyCannotDecide,
    ReviewAssignedToAnother,
)
from aftersale_svc.domain.cases.manual_reviews.guards import ANOTHERS, PARTY, PROPOSED, SIDE
from aftersale_svc.domain.claims.parties import PARTY as CLAIM_PARTY
from aftersale_svc.domain.claims.parties import ClaimPartyCannotDecide
from aftersale_svc.domain.deadlines.errors import DeadlinePassed

A = TypeVar("A", bound=StrEnum)
OF_REVIEWS: dict[Guard, type[Refusal]] = {
    CLAIM_PARTY: ClaimPartyCannotDecide,
    NOT_OPENED_BY_AGENT: NotOpenedByAgent,
    ANSWERS_AGENT: AnswersAgent,
    PARTY: PartyCannotDecide,
    SIDE: PartyCannotDecide,
    ANOTHERS: ReviewAssignedToAnother,
    PROPOSED: DecisionWaits,
}


def step(
    # Any: the states differ per table, and only the actions matter here.
    tables: Iterable[Lifecycle[Any, A]],
    action: A,
    operation_id: str,
    *refused: type[Refusal],
) -> dict[str, Any]:  # keyword arguments of FastAPI's decorators
    """The options of the route of an action: only roles that may ever take it get through.

    `refused` are its refusals besides those of the lifecycle, and of what manual review and callers add to the tables of all types.
    """
    tables = list(tables)
    guards = {
        guard
        for table in tables
        for (_, each), row in table.transitions.items()
        if each is action
        for guard in row.guards
    }
    of_reviews = {refusal for guard, refusal in OF_REVIEWS.items() if guard in guards}
    return {
        "operation_id": operation_id,
        "responses": refusals(IllegalTransition, ActionNotAllowed, DeadlinePassed, *refused, *of_reviews),
        "dependencies": [require_action(tables, action)],
    }
