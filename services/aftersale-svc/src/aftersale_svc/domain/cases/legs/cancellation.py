"""The review of a cancellation: as any review, but short, and over as soon as the units have left."""

from aftercare_chassis.lifecycle import Permission, Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause
from aftersale_svc.domain.cases.guards import UNITS_HERE, unless_refund_decided
from aftersale_svc.domain.cases.legs.interruptions import DISPUTE
from aftersale_svc.domain.cases.legs.leg import Leg, Row
from aftersale_svc.domain.cases.legs.review import REVIEW
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import END_OF_DISPUTE, SYSTEM_UNSEEN

_S, _A = CaseState, CaseAction


def _shipped(permission: Permission = SYSTEM_UNSEEN, outcome_of: str | None = None) -> Row:
    barred = (UNITS_HERE, *unless_refund_decided(_A.END_WITH_SHIPMENT))
    return Transition(_S.CLOSED, permission, barred, cause=CloseCause.UNITS_SHIPPED, outcome_of=outcome_of)


CANCELLATION = Leg(
    REVIEW.name,
    REVIEW.entry,
    {
        **REVIEW.rows,
        (_S.PENDING_REVIEW, _A.END_WITH_SHIPMENT): _shipped(),
        (_S.MANUAL_REVIEW, _A.END_WITH_SHIPMENT): _shipped(),
        (_S.OFFER_PENDING, _A.END_WITH_SHIPMENT): _shipped(),
        (_S.AWAIT_SUPPLEMENT, _A.END_WITH_SHIPMENT): _shipped(),
        (_S.REJECTED, _A.END_WITH_SHIPMENT): _shipped(),
        # They left while a dispute stopped the case.
        (_S.DISPUTED, _A.END_WITH_SHIPMENT): _shipped(END_OF_DISPUTE, outcome_of=DISPUTE),
    },
    {
        **REVIEW.timeouts,
        _S.PENDING_REVIEW: Timeout("merchant", "cancellation_review_hours", _A.APPROVE, "approved_by_timeout"),
    },
)
