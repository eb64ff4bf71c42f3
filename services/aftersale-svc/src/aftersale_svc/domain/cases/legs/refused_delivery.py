"""The way back of a parcel that was refused at the door: by the courier that brought it, without a label of the buyer."""

from aftercare_chassis.lifecycle import Timeout, Transition

from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.guards import NOTHING_IN_TRANSIT, NOTHING_TO_ARRIVE, unless_refund_decided
from aftersale_svc.domain.cases.legs.goods_return import ARRIVED_AFTER_CLOSING, COURIER
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.legs.review import REVIEW
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.permissions import (
    BUYER_OR_AGENT,
    MERCHANT_OR_AGENT,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
)


class RefusedDeliveryExit(Exit):
    """The way out: the merchant has the goods again."""

    BACK = "back"


_S, _A = CaseState, CaseAction

REFUSED_DELIVERY = Leg(
    "refused delivery",
    _S.RETURN_IN_TRANSIT,
    {
        # The buyer takes the parcel after all.
        (_S.RETURN_IN_TRANSIT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        # It goes back under another waybill.
        (_S.RETURN_IN_TRANSIT, _A.CORRECT_WAYBILL): Transition(_S.RETURN_IN_TRANSIT, MERCHANT_OR_AGENT),
        (_S.RETURN_IN_TRANSIT, _A.RECEIVE): Transition(RefusedDeliveryExit.BACK, MERCHANT_OR_SYSTEM),
        (_S.RETURN_IN_TRANSIT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.RETURN_NOT_DELIVERED
        ),
        # It comes back, or is found, while an agent looks for it.
        (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(
            RefusedDeliveryExit.BACK, MERCHANT_OR_SYSTEM, (NOTHING_TO_ARRIVE, *unless_refund_decided(_A.RECEIVE))
        ),
        # It comes back after an agent has closed the case without it.
        (_S.CLOSED, _A.RECEIVE): ARRIVED_AFTER_CLOSING,
        # It comes back while a dispute stops the case: what follows waits for its end.
        (_S.DISPUTED, _A.RECEIVE): Transition(
            _S.DISPUTED, SYSTEM_UNSEEN, (NOTHING_IN_TRANSIT,), "frozen_state", RefusedDeliveryExit.BACK
        ),
    },
    {_S.RETURN_IN_TRANSIT: Timeout(COURIER, "return_transit_hours", _A.ESCALATE, "escalated_not_delivered")},
)
_NOT_REVIEWED = (_S.PENDING_REVIEW, _S.OFFER_PENDING, _S.AWAIT_SUPPLEMENT)
_OFFERS = (_A.OFFER, _A.ACCEPT_OFFER, _A.REQUEST_SUPPLEMENT)
AGENT_REVIEW = Leg(
    REVIEW.name,
    _S.MANUAL_REVIEW,
    {key: row for key, row in REVIEW.rows.items() if key[0] not in _NOT_REVIEWED and key[1] not in _OFFERS},
    {state: timeout for state, timeout in REVIEW.timeouts.items() if state not in _NOT_REVIEWED},
)
"""What an agent, and the buyer after a rejection, may do; nothing is reviewed before, and the goods are under way."""
