"""The consultation: a question that the merchant answers. Nothing is held, and no money moves."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import (
    AGENT,
    BUYER,
    BUYER_OR_AGENT,
    BUYER_OR_SYSTEM,
    MERCHANT_OR_AGENT,
    SYSTEM_ONLY,
)


class ConsultationExit(Exit):
    """The way out of a consultation: the buyer has the answer."""

    RESOLVED = "resolved"


_S, _A = CaseState, CaseAction

CONSULTATION = Leg(
    "consultation",
    _S.AWAIT_ANSWER,
    {
        (_S.AWAIT_ANSWER, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.AWAIT_ANSWER, _A.ANSWER): Transition(_S.ANSWERED, MERCHANT_OR_AGENT),
        (_S.AWAIT_ANSWER, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.ANSWER_LATE),
        # The merchant is late, and may answer all the same.
        (_S.MANUAL_REVIEW, _A.ANSWER): Transition(_S.ANSWERED, MERCHANT_OR_AGENT),
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(_S.CLOSED, AGENT, cause=CloseCause.CLOSED_BY_AGENT),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.AGENT_LATE),
        (_S.ANSWERED, _A.ASK_AGAIN): Transition(_S.AWAIT_ANSWER, BUYER),
        (_S.ANSWERED, _A.RESOLVE): Transition(ConsultationExit.RESOLVED, BUYER_OR_SYSTEM),
    },
    {
        _S.AWAIT_ANSWER: Timeout("merchant", "answer_hours", _A.ESCALATE, "escalated_answer_late"),
        _S.MANUAL_REVIEW: Timeout("agent", "manual_review_hours", _A.ESCALATE, "escalated_agent_late"),
        _S.ANSWERED: Timeout("buyer", "answered_hours", _A.RESOLVE, "completed_by_timeout"),
    },
    can_be_disputed=False,  # nothing is at stake that a verdict could award
)
