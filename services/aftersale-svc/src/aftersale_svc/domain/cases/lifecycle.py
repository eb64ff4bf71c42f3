"""The state tables of cases and their refunds: who may do what, where it leads, how long it may wait.

The commands, the timers, the allowed actions in the API and the printed diagrams read these tables.
"""

from datetime import datetime
from typing import Any

from aftercare_chassis.lifecycle import (
    NOT_IN_THIS_STATE,
    PLAIN_HOURS,
    Actor,
    Allowed,
    Context,
    IllegalTransition,
    Lifecycle,
    Timeout,
    Timing,
    Transition,
)
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.callers import FOR_CALLERS, is_for_caller, withdraws_for_caller
from aftersale_svc.domain.cases.codes import CaseType, RefundAction, RefundState
from aftersale_svc.domain.cases.errors import CaseFrozen
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase, facts_for
from aftersale_svc.domain.cases.legs.goods_return import COURIER
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState, Return
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.permissions import SYSTEM_ONLY

CASE: dict[CaseType, Lifecycle[CaseState, CaseAction]] = {name: type_.lifecycle for name, type_ in TYPES.items()}
FROZEN_BY_DISPUTE = "frozen_by_dispute"
NO_VERDICT = "no_verdict_to_replace"
_BY_DISPUTE = "outcome_of_dispute"
LIVE = frozenset(CaseState) - ENDED
REFUND: Lifecycle[RefundState, RefundAction] = Lifecycle(
    "case refund",
    initial=RefundState.REQUESTED,
    transitions={
        (RefundState.REQUESTED, RefundAction.SUCCEED): Transition(RefundState.SUCCEEDED, SYSTEM_ONLY),
        (RefundState.REQUESTED, RefundAction.FAIL): Transition(RefundState.FAILED, SYSTEM_ONLY),
        (RefundState.SUCCEEDED, RefundAction.REVERSE): Transition(RefundState.FAILED, SYSTEM_ONLY),
    },
    timeouts={RefundState.REQUESTED: Timeout("system")},
    ends={RefundState.SUCCEEDED, RefundState.FAILED},
)
"""One attempt to give the money of a case back. A failed one stays failed; what is tried again is a new refund."""


def of(case: Case) -> Lifecycle[CaseState, CaseAction]:
    """The state table of this case."""
    return TYPES[case.type].lifecycle


def apply(full: FullCase, action: CaseAction, context: Context, facts: CaseFacts | None = None) -> FullCase:
    """The case after `action`; `facts` where guards judge more than the case.

    Raises:
        CaseFrozen: a dispute stops the case.
        DeadlinePassed: the time of this actor has passed, and the timer has still to act.
        IllegalTransition, ActionNotAllowed, and the refusals of the table's guards.
    """
    try:
        return replace(
            full,
            case=of(full.case).apply(full.case, action, context, facts or facts_for(full, context.actor, context.now)),
        )
    except IllegalTransition as refused:
        if full.case.state is CaseState.DISPUTED:
            why: Any = {**refused.facts, "dispute_id": full.case.dispute_id}  # Any: facts are of every type
            raise CaseFrozen(**why) from None
        raise


def by_parcel(context: Context, full: FullCase, back: Return) -> FullCase:
    """The case of goods that come back in the parcel in which they were sent: how long that may take depends on its carrier."""
    case = replace(full.case, carrier=back.carrier)
    return replace(full, case=of(case).enter_again(case, context, CaseFacts(full=full))).keeping(back)


def sent_by(full: FullCase, carrier: str) -> FullCase:
    """The case with the carrier of the parcel that is sent now, by which its next deadlines are set."""
    return replace(full, case=replace(full.case, carrier=carrier))


def allowed(
    full: FullCase, actor: Actor, facts: CaseFacts, now: datetime | None = None, timing: Timing = PLAIN_HOURS
) -> list[Allowed]:
    """Every action of the case's table, and why it is not open to this actor now. `now` None: as far as time does not matter."""
    found = of(full.case).allowed(full.case, actor, replace(facts, now=now), now, timing)
    if full.case.state in ENDED and full.case.dispute_id is None:
        # An appeal against a verdict reopens a case that has ended; without a verdict there is none.
        return [_barred(each, NO_VERDICT) if each.why_not == _BY_DISPUTE else each for each in found]
    if full.case.state is not CaseState.DISPUTED:
        return found
    return [_barred(each, FROZEN_BY_DISPUTE) if each.why_not == NOT_IN_THIS_STATE else each for each in found]


def _barred(action: Allowed, why_not: str) -> Allowed:
    return Allowed(action.action, allowed=False, why_not=why_not)


def permits(full: FullCase, action: CaseAction, context: Context, facts: CaseFacts | None = None) -> bool:
    """Whether `apply` would take the action."""
    return of(full.case).permits(full.case, action, context.actor, facts or facts_for(full, context.actor, context.now))


def may_open_again(full: FullCase, actor: Actor) -> bool:
    """Whether this actor opens the closed case again by receiving its goods, as far as is known."""
    is_closed = full.case.state is CaseState.CLOSED
    return is_closed and of(full.case).permits(full.case, CaseAction.RECEIVE, actor, facts_for(full, actor))


def cause(full: FullCase, action: CaseAction) -> str:
    """Why `action` is taken in the state of the case; the rows that close or escalate a case have a cause."""
    return of(full.case).cause(full.case, action)


def caller(case: Case, action: str | None, actor: Actor) -> str | None:
    """The buyer for whom this agent takes an action in the state of the case; None where nobody acts for another."""
    if action == CaseAction.CANCEL:
        return case.buyer_id if withdraws_for_caller(case, actor) else None
    if action is None or action not in FOR_CALLERS:
        return None
    row = of(case).transitions.get((case.state, CaseAction(action)))
    return case.buyer_id if row is not None and is_for_caller(row, actor) else None


def is_with_courier(case: Case) -> bool:
    """Whether it is the courier's turn, or was when a dispute stopped the case."""
    timeout = of(case).timeout(case.frozen_state or case.state)
    return timeout is not None and timeout.turn == COURIER
