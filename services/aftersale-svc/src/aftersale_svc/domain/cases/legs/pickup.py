"""The pickup: the buyer books a time, and a courier collects the goods then. It is a part of every return."""

from aftercare_chassis.lifecycle import History, Timeout, Transition

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.legs.leg import LegRows
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.pickups.guards import (
    BEGUN,
    DAY_NOT_BEGUN,
    DESTINATION_UNKNOWN,
    NO_WAYBILL,
    NOT_BEGUN,
    USED_UP,
)
from aftersale_svc.domain.permissions import (
    ANYBODY_OF_CASE,
    BUYER,
    BUYER_OR_AGENT,
    MERCHANT_AGENT_OR_SYSTEM,
    MERCHANT_OR_AGENT,
    SYSTEM_UNSEEN,
)

_S, _A = CaseState, CaseAction
# The buyer's time stops while a pickup is booked, and goes on with what was left of it.
_TIME_GOES_ON = History("booked_in", _S.AWAIT_BUYER_SHIPMENT)

PICKUP: LegRows = {
    (_S.AWAIT_BUYER_SHIPMENT, _A.BOOK_PICKUP): Transition(
        _S.AWAIT_PICKUP, BUYER, (DESTINATION_UNKNOWN, USED_UP), remember="booked_in"
    ),
    (_S.AWAIT_PICKUP, _A.MOVE_PICKUP): Transition(_S.AWAIT_PICKUP, BUYER, (USED_UP, BEGUN)),
    (_S.AWAIT_PICKUP, _A.CANCEL_PICKUP): Transition(_TIME_GOES_ON, BUYER, (BEGUN,)),
    (_S.AWAIT_PICKUP, _A.GIVE_PICKUP_WAYBILL): Transition(_S.AWAIT_PICKUP, MERCHANT_OR_AGENT),
    (_S.AWAIT_PICKUP, _A.COLLECT_PICKUP): Transition(_S.RETURN_IN_TRANSIT, MERCHANT_AGENT_OR_SYSTEM, (DAY_NOT_BEGUN,)),
    # The courier came, and nobody was there.
    (_S.AWAIT_PICKUP, _A.REPORT_ABSENCE): Transition(_TIME_GOES_ON, MERCHANT_OR_AGENT, (NOT_BEGUN,)),
    # The courier did not come, or nobody has said so: the buyer has the whole time again.
    (_S.AWAIT_PICKUP, _A.MISS_PICKUP): Transition(_S.AWAIT_BUYER_SHIPMENT, ANYBODY_OF_CASE, (NOT_BEGUN,)),
    # The courier refuses to come; the second time an agent decides how the goods come back.
    (_S.AWAIT_PICKUP, _A.REFUSE_PICKUP): Transition(_S.AWAIT_BUYER_SHIPMENT, SYSTEM_UNSEEN),
    (_S.AWAIT_PICKUP, _A.ESCALATE): Transition(_S.MANUAL_REVIEW, SYSTEM_UNSEEN, cause=EscalationCause.PICKUP_REFUSED),
    (_S.AWAIT_PICKUP, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
    (_S.AWAIT_PICKUP, _A.SET_RETURN_ADDRESS): Transition(_S.AWAIT_PICKUP, MERCHANT_OR_AGENT),
    # The goods are scanned after a pickup that was given up.
    (_S.AWAIT_BUYER_SHIPMENT, _A.COLLECT_PICKUP): Transition(_S.RETURN_IN_TRANSIT, SYSTEM_UNSEEN, (NO_WAYBILL,)),
}
PICKUP_TIMEOUT: Timeout[CaseAction] = Timeout(
    "courier", "pickup_margin_hours", _A.MISS_PICKUP, "pickup_missed", since="pickup_ends_at"
)
