"""The inspection: the merchant judges the goods that came back."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import MERCHANT, MERCHANT_OR_SYSTEM


class InspectionExit(Exit):
    """The way out of an inspection: some of the goods are accepted."""

    ACCEPTED = "accepted"


_S, _A = CaseState, CaseAction

INSPECTION = Leg(
    "inspection",
    _S.AWAIT_INSPECTION,
    {
        (_S.AWAIT_INSPECTION, _A.INSPECT): Transition(InspectionExit.ACCEPTED, MERCHANT_OR_SYSTEM),
        (_S.AWAIT_INSPECTION, _A.REFUSE): Transition(_S.REJECTED, MERCHANT, outcome_of=_A.INSPECT),
    },
    {_S.AWAIT_INSPECTION: Timeout("merchant", "inspection_hours", _A.INSPECT, "accepted_by_timeout")},
)
