"""The return: the buyer sends the goods back."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.guards import (
    ADDRESS_MISSING,
    NOTHING_IN_TRANSIT,
    NOTHING_TO_ARRIVE,
    OPENED_BY_ARRIVAL,
    SCANNED,
    SHIPPED,
    unless_refund_decided,
)
from aftersale_svc.domain.cases.legs.leg import Exit, Leg, Row
from aftersale_svc.domain.cases.legs.pickup import PICKUP, PICKUP_TIMEOUT
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import (
    BUYER,
    BUYER_OR_AGENT,
    MERCHANT_OR_AGENT,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
)

COURIER = "courier"


class ReturnExit(Exit):
    """The way out of a return: the merchant has the goods."""

    ARRIVED = "arrived"


_S, _A = CaseState, CaseAction
ARRIVED_AFTER_CLOSING: Row = Transition(
    _S.MANUAL_REVIEW,
    MERCHANT_OR_AGENT,
    OPENED_BY_ARRIVAL,
    cause=EscalationCause.RETURN_ARRIVED_LATE,
)
"""An agent decides about goods that the merchant has now; what a courier reports late opens no case."""

RETURN = Leg(
    "return",
    _S.AWAIT_BUYER_SHIPMENT,
    {
        **PICKUP,
        (_S.AWAIT_BUYER_SHIPMENT, _A.SHIP): Transition(_S.RETURN_IN_TRANSIT, BUYER),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.BUYER_LATE),
        (_S.AWAIT_BUYER_SHIPMENT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.RETURN_ADDRESS_MISSING
        ),
        # However late the address is given or corrected, the buyer has the whole time to ship.
        (_S.AWAIT_BUYER_SHIPMENT, _A.SET_RETURN_ADDRESS): Transition(
            _S.AWAIT_BUYER_SHIPMENT, MERCHANT_OR_AGENT, restarts=True
        ),
        (_S.RETURN_IN_TRANSIT, _A.SET_RETURN_ADDRESS): Transition(_S.RETURN_IN_TRANSIT, MERCHANT_OR_AGENT, (SHIPPED,)),
        (_S.AWAIT_INSPECTION, _A.SET_RETURN_ADDRESS): Transition(_S.AWAIT_INSPECTION, MERCHANT_OR_AGENT, (SHIPPED,)),
        (_S.RETURN_IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(_S.RETURN_IN_TRANSIT, BUYER, (SCANNED,)),
        (_S.RETURN_IN_TRANSIT, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM),
        (_S.RETURN_IN_TRANSIT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.RETURN_NOT_DELIVERED
        ),
        # The goods arrive, or are found, while an agent looks for them; not where the merchant has had them.
        (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(
            ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM, (NOTHING_TO_ARRIVE, *unless_refund_decided(_A.RECEIVE))
        ),
        # They are handed over, or sent under a waybill that the buyer does not name; or they arrive after an agent has given them up and
        # asked the buyer to send them again.
        (_S.AWAIT_BUYER_SHIPMENT, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM),
        # They are there before the courier that was to collect them: the pickup is cancelled.
        (_S.AWAIT_PICKUP, _A.RECEIVE): Transition(ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM),
        # They arrive after the case was closed without them.
        (_S.CLOSED, _A.RECEIVE): ARRIVED_AFTER_CLOSING,
        # They arrive while a dispute stops the case: what follows waits for its end.
        (_S.DISPUTED, _A.RECEIVE): Transition(
            _S.DISPUTED, SYSTEM_UNSEEN, (NOTHING_IN_TRANSIT,), "frozen_state", ReturnExit.ARRIVED
        ),
    },
    {
        _S.AWAIT_BUYER_SHIPMENT: Timeout(
            "buyer",
            "buyer_ship_hours",
            _A.CLOSE,
            "closed_buyer_late",
            instead=(
                ADDRESS_MISSING,
                Timeout("merchant", "return_address_hours", _A.ESCALATE, "escalated_address_missing"),
            ),
        ),
        _S.AWAIT_PICKUP: PICKUP_TIMEOUT,
        _S.RETURN_IN_TRANSIT: Timeout(COURIER, "return_transit_hours", _A.ESCALATE, "escalated_not_delivered"),
    },
    # A dispute cancels the pickup.
    resumes={_S.AWAIT_PICKUP: _S.AWAIT_BUYER_SHIPMENT},
)
