"""The refund: order-svc pays the money back."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.guards import REFUND_IN_FLIGHT
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import SYSTEM_ONLY, SYSTEM_UNSEEN


class RefundExit(Exit):
    """The way out of a refund: it was paid."""

    PAID = "paid"


_S, _A = CaseState, CaseAction

REFUND = Leg(
    "refund",
    _S.REFUNDING,
    {
        (_S.REFUNDING, _A.ESCALATE): Transition(_S.REFUNDING, SYSTEM_ONLY, cause=EscalationCause.REFUND_LATE),
        (_S.REFUNDING, _A.COMPLETE): Transition(RefundExit.PAID, SYSTEM_ONLY),
        (_S.REFUNDING, _A.FAIL): Transition(_S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.REFUND_FAILED),
        # What earlier attempts have paid came back while this one was on its way, and it has succeeded since.
        (_S.REFUNDING, _A.REVERSE_REFUND): Transition(
            _S.MANUAL_REVIEW, SYSTEM_UNSEEN, (REFUND_IN_FLIGHT,), cause=EscalationCause.REFUND_REVERSED
        ),
        # The money is the buyer's, and units and money stay with the case until they have it.
        (_S.COMPLETED, _A.REVERSE_REFUND): Transition(
            _S.MANUAL_REVIEW, SYSTEM_UNSEEN, cause=EscalationCause.REFUND_REVERSED
        ),
    },
    {_S.REFUNDING: Timeout("system", "refund_hours", _A.ESCALATE, "escalated_refund_late")},
    can_be_disputed=False,  # a refund in flight cannot be recalled
)
