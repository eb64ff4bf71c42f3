"""A refund that the provider has refused, and that is made without it: the buyer confirms that the money has arrived."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.guards import ORDER_CANCELLED, REFUND_COVERED, VERDICT_IN_EXECUTION
from aftersale_svc.domain.cases.legs.leg import Leg
from aftersale_svc.domain.cases.legs.refund import REFUND, RefundExit
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.offline_refunds.guards import OWN_STATEMENT, REFUND_NOT_REFUSED, REFUND_NOT_STATED
from aftersale_svc.domain.permissions import BUYER, BUYER_OR_AGENT, MERCHANT_OR_AGENT, SYSTEM_ONLY, SYSTEM_UNSEEN

_S, _A = CaseState, CaseAction
_OPEN = _S.OFFLINE_REFUND_CONFIRM

OFFLINE_REFUND = Leg(
    "offline refund",
    _OPEN,
    {
        (_S.MANUAL_REVIEW, _A.STATE_OFFLINE_REFUND): Transition(
            _OPEN, MERCHANT_OR_AGENT, (ORDER_CANCELLED, REFUND_NOT_REFUSED, REFUND_COVERED)
        ),
        (_OPEN, _A.CONFIRM_OFFLINE_REFUND): Transition(RefundExit.PAID, BUYER),
        (_OPEN, _A.WITHDRAW_OFFLINE_REFUND): Transition(_S.MANUAL_REVIEW, MERCHANT_OR_AGENT),
        # What a verdict has ordered is not disputed again: an agent has it paid.
        (_OPEN, _A.DENY_OFFLINE_REFUND): Transition(
            _S.MANUAL_REVIEW, BUYER, cause=EscalationCause.OFFLINE_REFUND_DENIED
        ),
        # The buyer is silent: an agent looks at the proof, and the buyer may still answer.
        (_OPEN, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.OFFLINE_REFUND_UNCONFIRMED
        ),
        # More came back than is stated.
        (_OPEN, _A.REVERSE_REFUND): Transition(_S.MANUAL_REVIEW, SYSTEM_UNSEEN, cause=EscalationCause.REFUND_REVERSED),
        (_S.MANUAL_REVIEW, _A.CONFIRM_OFFLINE_REFUND): Transition(
            RefundExit.PAID, BUYER_OR_AGENT, (ORDER_CANCELLED, REFUND_NOT_STATED, REFUND_COVERED, OWN_STATEMENT)
        ),
        (_S.MANUAL_REVIEW, _A.WITHDRAW_OFFLINE_REFUND): Transition(
            _S.MANUAL_REVIEW, MERCHANT_OR_AGENT, (REFUND_NOT_STATED,)
        ),
        (_S.MANUAL_REVIEW, _A.DENY_OFFLINE_REFUND): Transition(_S.MANUAL_REVIEW, BUYER, (REFUND_NOT_STATED,)),
        (_S.MANUAL_REVIEW, _A.DISPUTE_OFFLINE_REFUND): Transition(
            _S.DISPUTED,
            BUYER,
            (ORDER_CANCELLED, REFUND_NOT_STATED, VERDICT_IN_EXECUTION),
            remember="frozen_state",
            outcome_of=_A.DENY_OFFLINE_REFUND,
        ),
        # The statement ends with the denial, so that a dispute that is withdrawn leaves the case to an agent.
        (_OPEN, _A.DISPUTE_OFFLINE_REFUND): Transition(
            _S.DISPUTED,
            BUYER,
            (ORDER_CANCELLED, VERDICT_IN_EXECUTION),
            remember="frozen_state",
            remembered=_S.MANUAL_REVIEW,
            outcome_of=_A.DENY_OFFLINE_REFUND,
        ),
    },
    {_OPEN: Timeout("buyer", "offline_refund_confirm_hours", _A.ESCALATE, "escalated_offline_refund")},
)


def with_offline_refund(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """The legs of a type; where one of them is the refund, it can be made without the provider."""
    return (*legs, OFFLINE_REFUND) if REFUND in legs else legs
