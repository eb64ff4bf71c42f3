"""The review of a price adjustment: the merchant may grant less than was asked for; silence grants nothing."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.guards import unless_refund_decided
from aftersale_svc.domain.cases.legs.leg import Leg
from aftersale_svc.domain.cases.legs.review import REVIEW, ReviewExit
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import AGENT, MERCHANT

_S, _A = CaseState, CaseAction

PRICE_REVIEW = Leg(
    REVIEW.name,
    REVIEW.entry,
    {
        **REVIEW.rows,
        (_S.PENDING_REVIEW, _A.GRANT): Transition(ReviewExit.APPROVED, MERCHANT),
        (_S.MANUAL_REVIEW, _A.GRANT): Transition(ReviewExit.APPROVED, AGENT, unless_refund_decided(_A.GRANT)),
    },
    {
        **REVIEW.timeouts,
        # An amount that the applicant names is not granted by silence.
        _S.PENDING_REVIEW: Timeout("merchant", "review_hours", _A.ESCALATE, "escalated_review_late"),
    },
)
