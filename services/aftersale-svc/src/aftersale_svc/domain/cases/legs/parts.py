"""What the reshipment of parts adds: there are none to send for goods that the buyer keeps. It has no states of its own."""

from aftercare_chassis.lifecycle import Transition

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.legs.leg import Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.replacements.guards import PRICE_IS_DUE
from aftersale_svc.domain.permissions import MERCHANT

PARTS = Leg(
    "parts",
    CaseState.AWAIT_RESHIP,
    {
        # What the parts are worth is agreed by an offer, or decided by an agent.
        (CaseState.AWAIT_RESHIP, CaseAction.NO_PARTS): Transition(
            CaseState.MANUAL_REVIEW,
            MERCHANT,
            (PRICE_IS_DUE,),
            cause=EscalationCause.REVIEW_HANDED_OVER,
            outcome_of=CaseAction.NO_STOCK,
        )
    },
    {},
)
