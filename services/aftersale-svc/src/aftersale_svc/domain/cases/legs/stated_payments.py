"""A payment outside the suite that the buyer states: the merchant confirms or denies it, and an agent where both disagree."""

from aftercare_chassis.lifecycle import Guard, Timeout, Transition

from aftersale_svc.domain.cases.charges.guards import (
    CHARGE_NOT_AGREED,
    CHARGE_PAID,
    NEVER_STATED,
    NO_PAYMENT_STATED,
    NOTHING_OWED,
    PAYMENT_JUDGED,
    PAYMENT_NOT_DENIED,
    PAYMENT_STATED,
    STATED_TOO_OFTEN,
)
from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.legs.leg import LegRows
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import AGENT, BUYER, MERCHANT_AGENT_OR_SYSTEM, MERCHANT_OR_AGENT

_A = CaseAction
CONFIRMED = Timeout("merchant", "payment_confirm_hours", _A.CONFIRM_PAYMENT, "payment_confirmed_by_timeout")
"""The buyer has stated a payment, and the merchant is silent."""


def stated_payments(state: CaseState, paid: CaseState, *in_review: Guard) -> LegRows:
    """The rows of a type whose buyer pays in `state`, which a payment leads to `paid`. What agents decide, `in_review` bars."""
    review = CaseState.MANUAL_REVIEW
    return {
        (state, _A.STATE_PAYMENT): Transition(
            state,
            BUYER,
            (NOTHING_OWED, CHARGE_NOT_AGREED, CHARGE_PAID, PAYMENT_STATED, STATED_TOO_OFTEN),
            restarts=True,
        ),
        (state, _A.CONFIRM_PAYMENT): Transition(paid, MERCHANT_AGENT_OR_SYSTEM, (NO_PAYMENT_STATED,), restarts=True),
        (state, _A.DENY_PAYMENT): Transition(state, MERCHANT_OR_AGENT, (NO_PAYMENT_STATED,), restarts=True),
        (state, _A.ESCALATE_PAYMENT): Transition(
            review, BUYER, (PAYMENT_NOT_DENIED, PAYMENT_JUDGED), cause=EscalationCause.PAYMENT_DENIED
        ),
        (review, _A.CONFIRM_PAYMENT): Transition(paid, AGENT, (NEVER_STATED, *in_review)),
        (review, _A.DENY_PAYMENT): Transition(state, AGENT, (NEVER_STATED, PAYMENT_JUDGED, *in_review)),
    }
