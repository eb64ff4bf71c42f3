"""The review: the merchant decides about the request, or an agent."""

from aftercare_chassis.lifecycle import Guard, Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.guards import unless_refund_decided
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.replacements.guards import unless_replacement_decided
from aftersale_svc.domain.permissions import (
    AGENT,
    BUYER,
    BUYER_OR_AGENT,
    MERCHANT,
    MERCHANT_AGENT_OR_SYSTEM,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
)


class ReviewExit(Exit):
    """The ways out of a review: the request is granted, or an agent orders the refund at once."""

    APPROVED = "approved"
    REFUND_ORDERED = "refund_ordered"


def _once(action: CaseAction) -> tuple[Guard, ...]:
    """What was decided is carried out or given up; the request is not judged again."""
    return (*unless_refund_decided(action), *unless_replacement_decided(action))


_S, _A = CaseState, CaseAction

REVIEW = Leg(
    "review",
    _S.PENDING_REVIEW,
    {
        (_S.PENDING_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.PENDING_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, MERCHANT_OR_SYSTEM),
        (_S.PENDING_REVIEW, _A.REJECT): Transition(_S.REJECTED, MERCHANT),
        (_S.PENDING_REVIEW, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, MERCHANT_AGENT_OR_SYSTEM, cause=EscalationCause.REVIEW_HANDED_OVER
        ),
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, AGENT, _once(_A.CANCEL)),
        (_S.MANUAL_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, AGENT, _once(_A.APPROVE)),
        (_S.MANUAL_REVIEW, _A.REJECT): Transition(_S.REJECTED, AGENT, _once(_A.REJECT)),
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(ReviewExit.REFUND_ORDERED, AGENT),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(_S.CLOSED, AGENT, cause=CloseCause.CLOSED_BY_AGENT),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.AGENT_LATE),
        (_S.REJECTED, _A.ACCEPT): Transition(_S.CLOSED, BUYER, cause=CloseCause.REJECTION_ACCEPTED),
        (_S.REJECTED, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.REJECTED),
    },
    {
        _S.PENDING_REVIEW: Timeout("merchant", "review_hours", _A.APPROVE, "approved_by_timeout"),
        _S.MANUAL_REVIEW: Timeout("agent", "manual_review_hours", _A.ESCALATE, "escalated_agent_late"),
        _S.REJECTED: Timeout("buyer", "rejected_hours", _A.CLOSE, "closed_rejected"),
    },
)
