"""The review: the merchant decides about the request, or an agent."""

from aftercare_chassis.lifecycle import Guard, History, Timeout, Transition
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.guards import (
    GUARANTEE_PAYING,
    PAID_BY_NO_SILENCE,
    REFUND_COVERED,
    REFUND_OWED_AGAIN,
    VERDICT_UNPAID,
    unless_refund_decided,
)
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.supplement import SUPPLEMENT_TIMEOUT, supplement_rows
from aftersale_svc.domain.cases.model import Case, CaseAction, CaseState
from aftersale_svc.domain.cases.money_holds.guards import GOODS_RECEIVED
from aftersale_svc.domain.cases.offers.guards import (
    GOODS_SENT,
    NO_OFFER_OPEN,
    OF_ANOTHER,
    SENT_BY_BUYER,
    TOO_MANY_OFFERS,
)
from aftersale_svc.domain.cases.reapplications import MOST_REAPPLICATIONS, ReappliedTooOften
from aftersale_svc.domain.cases.replacements.guards import unless_replacement_binds, unless_replacement_decided
from aftersale_svc.domain.permissions import (
    AGENT,
    BUYER,
    BUYER_OR_AGENT,
    COUNTER_OFFER_TO_AGENT,
    COUNTER_OFFER_TO_MERCHANT,
    MERCHANT,
    MERCHANT_AGENT_OR_SYSTEM,
    MERCHANT_OR_AGENT,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
)


def _too_often(_: Case, facts: CaseFacts | None) -> Refusal | None:
    times = None if facts is None else facts.full.rejected_times
    return None if times is None or times <= MOST_REAPPLICATIONS else ReappliedTooOften(times=times)


REAPPLIED_TOO_OFTEN = Guard(ReappliedTooOften.code, _too_often)


class ReviewExit(Exit):
    """The ways out of a review: the request is granted, or an agent orders the refund at once."""

    APPROVED = "approved"
    REFUND_ORDERED = "refund_ordered"


def _once(action: CaseAction) -> tuple[Guard, ...]:
    """What was decided is carried out or given up; the request is not judged again."""
    return (*unless_refund_decided(action), *unless_replacement_decided(action))


def _agreeable(action: CaseAction) -> tuple[Guard, ...]:
    """What was decided may be replaced by what both sides agree to, as long as nothing was sent for it."""
    return (*unless_refund_decided(action), *unless_replacement_binds(action))


_S, _A = CaseState, CaseAction
# The buyer answers an offer, or is silent: those who made it review the request again.
_REVIEW_AGAIN = History("offered_in", _S.PENDING_REVIEW)

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
        # Goods that the merchant has go back to the buyer where the case is closed.
        (_S.MANUAL_REVIEW, _A.CANCEL): Transition(
            _S.CANCELLED, BUYER_OR_AGENT, (*_once(_A.CANCEL), GOODS_RECEIVED, SENT_BY_BUYER)
        ),
        (_S.MANUAL_REVIEW, _A.APPROVE): Transition(ReviewExit.APPROVED, AGENT, _once(_A.APPROVE)),
        (_S.MANUAL_REVIEW, _A.REJECT): Transition(_S.REJECTED, AGENT, _once(_A.REJECT)),
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(ReviewExit.REFUND_ORDERED, AGENT, (REFUND_COVERED,)),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(
            _S.CLOSED, AGENT, (GUARANTEE_PAYING, VERDICT_UNPAID, REFUND_OWED_AGAIN), cause=CloseCause.CLOSED_BY_AGENT
        ),
        (_S.MANUAL_REVIEW, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.AGENT_LATE),
        (_S.PENDING_REVIEW, _A.OFFER): Transition(
            _S.OFFER_PENDING, MERCHANT, (TOO_MANY_OFFERS,), remember="offered_in"
        ),
        (_S.MANUAL_REVIEW, _A.OFFER): Transition(
            _S.OFFER_PENDING,
            AGENT,
            (*_agreeable(_A.OFFER), GOODS_SENT, TOO_MANY_OFFERS),
            remember="offered_in",
        ),
        (_S.PENDING_REVIEW, _A.ACCEPT_OFFER): Transition(
            ReviewExit.APPROVED, COUNTER_OFFER_TO_MERCHANT, (NO_OFFER_OPEN,)
        ),
        (_S.MANUAL_REVIEW, _A.ACCEPT_OFFER): Transition(
            ReviewExit.APPROVED, COUNTER_OFFER_TO_AGENT, (*_agreeable(_A.ACCEPT_OFFER), NO_OFFER_OPEN)
        ),
        (_S.OFFER_PENDING, _A.ACCEPT_OFFER): Transition(ReviewExit.APPROVED, BUYER),
        (_S.OFFER_PENDING, _A.DECLINE_OFFER): Transition(_REVIEW_AGAIN, BUYER),
        (_S.OFFER_PENDING, _A.COUNTER_OFFER): Transition(_REVIEW_AGAIN, BUYER, (TOO_MANY_OFFERS,)),
        (_S.OFFER_PENDING, _A.LAPSE_OFFER): Transition(_REVIEW_AGAIN, SYSTEM_ONLY),
        (_S.OFFER_PENDING, _A.WITHDRAW_OFFER): Transition(_REVIEW_AGAIN, MERCHANT_OR_AGENT, (OF_ANOTHER,)),
        (_S.OFFER_PENDING, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        **supplement_rows(*_once(_A.REQUEST_SUPPLEMENT)),
        (_S.REJECTED, _A.ACCEPT): Transition(_S.CLOSED, BUYER, cause=CloseCause.REJECTION_ACCEPTED),
        # Goods that were sent are with the merchant, so that nothing is asked for again but what a dispute decides.
        (_S.REJECTED, _A.REAPPLY): Transition(
            _S.CLOSED, BUYER, (GOODS_SENT, REAPPLIED_TOO_OFTEN), cause=CloseCause.REAPPLIED
        ),
        (_S.REJECTED, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.REJECTED),
    },
    {
        _S.PENDING_REVIEW: Timeout("merchant", "review_hours", _A.APPROVE, "approved_by_timeout"),
        _S.MANUAL_REVIEW: Timeout("agent", "manual_review_hours", _A.ESCALATE, "escalated_agent_late"),
        _S.OFFER_PENDING: Timeout("buyer", "offer_hours", _A.LAPSE_OFFER, "offer_lapses"),
        _S.AWAIT_SUPPLEMENT: SUPPLEMENT_TIMEOUT,
        _S.REJECTED: Timeout("buyer", "rejected_hours", _A.CLOSE, "closed_rejected"),
    },
)
REFUND_REVIEW = Leg(
    REVIEW.name,
    REVIEW.entry,
    REVIEW.rows,
    {
        **REVIEW.timeouts,
        _S.PENDING_REVIEW: replace(
            REVIEW.timeouts[_S.PENDING_REVIEW],
            instead=(
                PAID_BY_NO_SILENCE,
                Timeout("merchant", "review_hours", _A.ESCALATE, "escalated_review_late"),
            ),
        ),
    },
)
"""A review that grants money: after the after-sale window not by silence."""
