"""The state tables of cases: who may do what, where it leads, how long it may wait.

The commands, the timers, the allowed actions in the API and the printed diagrams read these tables.
"""

from collections.abc import Mapping
from dataclasses import replace

from aftercare_chassis.lifecycle import Context, Lifecycle

from aftersale_svc.domain.cases.codes import CaseType, CloseCause, EscalationCause
from aftersale_svc.domain.cases.full_case import CaseFacts, FullCase
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.types import ENDED, TYPES, lifecycle_of

CASE: dict[CaseType, Lifecycle[CaseState, CaseAction]] = {
    name: lifecycle_of(name, type_) for name, type_ in TYPES.items()
}
LIVE = frozenset(CaseState) - ENDED

_S, _A = CaseState, CaseAction
CLOSE_CAUSES: Mapping[tuple[CaseState, CaseAction], CloseCause] = {
    (_S.REJECTED, _A.CLOSE): CloseCause.REJECTED,
    (_S.REJECTED, _A.ACCEPT): CloseCause.REJECTION_ACCEPTED,
    (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): CloseCause.BUYER_LATE,
    (_S.MANUAL_REVIEW, _A.CLOSE): CloseCause.CLOSED_BY_AGENT,
    (_S.DISPUTED, _A.DISMISS): CloseCause.VERDICT,
}
"""Why a case is closed, by the state that it was in and what was done. `end_with_order` has one cause in every state."""

ESCALATION_CAUSES: Mapping[CaseState, EscalationCause] = {
    _S.PENDING_REVIEW: EscalationCause.REVIEW_HANDED_OVER,
    _S.MANUAL_REVIEW: EscalationCause.AGENT_LATE,
    _S.RETURN_IN_TRANSIT: EscalationCause.RETURN_NOT_DELIVERED,
    _S.REFUNDING: EscalationCause.REFUND_LATE,
}
"""Why an agent has to decide, by the state that the case waited in."""


def of(case: Case) -> Lifecycle[CaseState, CaseAction]:
    """The state table of this case."""
    return CASE[case.type]


def apply(full: FullCase, action: CaseAction, context: Context, facts: CaseFacts | None = None) -> FullCase:
    """The case after `action`; `facts` where guards judge more than the case.

    Raises: what `Lifecycle.apply` raises, and the refusals of the table's guards.
    """
    return replace(full, case=of(full.case).apply(full.case, action, context, facts or CaseFacts(full=full)))


def permits(full: FullCase, action: CaseAction, context: Context, facts: CaseFacts | None = None) -> bool:
    """Whether `apply` would take the action."""
    return of(full.case).permits(full.case, action, context.actor, facts or CaseFacts(full=full))
