"""A fast exchange: the replacement first, then the goods; what was paid for them is held meanwhile."""

from aftercare_chassis.lifecycle import Guard, Timeout, Transition
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause
from aftersale_svc.domain.cases.guards import ADDRESS_MISSING, PAID_BY_NO_SILENCE, either, unless_refund_decided
from aftersale_svc.domain.cases.legs.goods_return import RETURN, ReturnExit
from aftersale_svc.domain.cases.legs.inspection import INSPECTION
from aftersale_svc.domain.cases.legs.leg import Exit, Leg, Row
from aftersale_svc.domain.cases.legs.reship import NOT_SENT, NOT_TAKEN, RECEIVED, RESHIP, ReshipExit, under_way
from aftersale_svc.domain.cases.legs.review import REVIEW, ReviewExit
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.money_holds.guards import (
    GOODS_JUDGED,
    GOODS_RECEIVED,
    HOLD_AGREED,
    HOLD_DECIDES,
    HOLD_NOT_AGREED,
    HOLD_OPEN,
    NOT_CLAIMABLE,
    NOT_REPORTED,
    REPLACEMENT_NOT_SENT,
    REPLACEMENT_SENT,
    REPORTED,
    WAITS_FOR_BUYER,
)
from aftersale_svc.domain.cases.replacements.guards import REFUND_OFFERED
from aftersale_svc.domain.permissions import (
    AGENT,
    BUYER,
    BUYER_OR_AGENT,
    MERCHANT,
    MERCHANT_AGENT_OR_SYSTEM,
    MERCHANT_OR_SYSTEM,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
)


class HoldExit(Exit):
    """The way out of an inspection, or of what an agent decides after one: the hold is released, or claimed."""

    SETTLED = "settled"


_S, _A = CaseState, CaseAction


def _by_agent(action: CaseAction) -> tuple[Guard, ...]:
    return (REPLACEMENT_NOT_SENT, *unless_refund_decided(action))


_ANOMALY: Row = Transition(_S.MANUAL_REVIEW, BUYER, (REPLACEMENT_NOT_SENT,), cause=EscalationCause.REPLACEMENT_ANOMALY)
FAST_REVIEW = Leg(
    REVIEW.name,
    REVIEW.entry,
    {
        **REVIEW.rows,
        (_S.MANUAL_REVIEW, _A.REFUND): Transition(
            ReviewExit.REFUND_ORDERED, AGENT, (*REVIEW.rows[_S.MANUAL_REVIEW, _A.REFUND].guards, HOLD_DECIDES)
        ),
        (_S.MANUAL_REVIEW, _A.CLOSE): Transition(
            _S.CLOSED,
            AGENT,
            (*REVIEW.rows[_S.MANUAL_REVIEW, _A.CLOSE].guards, HOLD_OPEN),
            cause=CloseCause.CLOSED_BY_AGENT,
        ),
    },
    REVIEW.timeouts,
)
"""A review in which an agent refunds nothing for goods that the buyer has a replacement for, and closes no case whose hold is open."""
FAST_RESHIP = Leg(
    RESHIP.name,
    RESHIP.entry,
    {
        **RESHIP.rows,
        (_S.PENDING_REVIEW, _A.AGREE_HOLD): Transition(_S.PENDING_REVIEW, BUYER, (HOLD_AGREED,)),
        (_S.AWAIT_RESHIP, _A.AGREE_HOLD): Transition(_S.AWAIT_RESHIP, BUYER, (HOLD_AGREED,), restarts=True),
        (_S.AWAIT_RESHIP, _A.SHIP_REPLACEMENT): Transition(_S.RESHIP_IN_TRANSIT, MERCHANT, (HOLD_NOT_AGREED,)),
        # What follows from goods that the merchant has received is decided by the agent.
        (_S.MANUAL_REVIEW, _A.DELIVER_REPLACEMENT): Transition(
            _S.RESHIP_IN_TRANSIT,
            SYSTEM_UNSEEN,
            (*RESHIP.rows[_S.MANUAL_REVIEW, _A.DELIVER_REPLACEMENT].guards, GOODS_RECEIVED),
        ),
        (_S.MANUAL_REVIEW, _A.RESHIP): Transition(
            _S.AWAIT_RESHIP, AGENT, (*RESHIP.rows[_S.MANUAL_REVIEW, _A.RESHIP].guards, GOODS_JUDGED)
        ),
        # The goods are with the buyer, and nothing was sent for them.
        (_S.AWAIT_RESHIP, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT),
        (_S.AWAIT_RESHIP, _A.CLOSE): Transition(_S.CLOSED, SYSTEM_ONLY, cause=CloseCause.HOLD_NOT_AGREED),
    },
    {
        **RESHIP.timeouts,
        _S.RESHIP_IN_TRANSIT: under_way(replace(RECEIVED, effect="goods_due_by_timeout")),
        _S.AWAIT_RESHIP: Timeout(
            "merchant",
            "reship_hours",
            _A.OFFER_REFUND,
            "refund_offered",
            instead=(
                either(PAID_BY_NO_SILENCE, WAITS_FOR_BUYER),
                replace(
                    NOT_SENT,
                    instead=(
                        WAITS_FOR_BUYER,
                        Timeout(
                            "buyer",
                            "hold_hours",
                            _A.CLOSE,
                            "closed_hold_not_agreed",
                            instead=(REFUND_OFFERED, NOT_TAKEN),
                        ),
                    ),
                ),
            ),
        ),
    },
)
FAST_RETURN = Leg(
    RETURN.name,
    RETURN.entry,
    {
        **RETURN.rows,
        (_S.MANUAL_REVIEW, _A.RECEIVE): Transition(
            ReturnExit.ARRIVED, MERCHANT_OR_SYSTEM, (REPORTED, *RETURN.rows[_S.MANUAL_REVIEW, _A.RECEIVE].guards)
        ),
        # What the buyer has of the merchant is not what was owed, so the goods that come back decide nothing: the agent does.
        (_S.MANUAL_REVIEW, _A.RECORD_ARRIVAL): Transition(
            _S.MANUAL_REVIEW,
            MERCHANT_AGENT_OR_SYSTEM,
            (NOT_REPORTED, GOODS_RECEIVED, *unless_refund_decided(_A.RECORD_ARRIVAL)),
        ),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT, (REPLACEMENT_SENT,)),
        (_S.AWAIT_PICKUP, _A.CANCEL): Transition(_S.CANCELLED, BUYER_OR_AGENT, (REPLACEMENT_SENT,)),
        (_S.AWAIT_BUYER_SHIPMENT, _A.CLOSE): Transition(
            _S.CLOSED, SYSTEM_ONLY, (REPLACEMENT_SENT,), cause=CloseCause.BUYER_LATE
        ),
        # The replacement that the courier has reported is not there, or not what was owed.
        (_S.AWAIT_BUYER_SHIPMENT, _A.REPORT_ANOMALY): _ANOMALY,
        (_S.AWAIT_PICKUP, _A.REPORT_ANOMALY): _ANOMALY,
        # Nobody keeps the money of the goods by silence alone.
        (_S.AWAIT_BUYER_SHIPMENT, _A.MISS_RETURN): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, (REPLACEMENT_NOT_SENT,), cause=EscalationCause.GOODS_NOT_RETURNED
        ),
    },
    {
        **RETURN.timeouts,
        _S.AWAIT_BUYER_SHIPMENT: Timeout(
            "buyer",
            "buyer_ship_hours",
            _A.MISS_RETURN,
            "escalated_goods_not_returned",
            instead=(
                NOT_CLAIMABLE,
                Timeout(
                    "buyer",
                    "buyer_ship_hours",
                    _A.CLOSE,
                    "closed_buyer_late",
                    instead=(
                        ADDRESS_MISSING,
                        Timeout("merchant", "return_address_hours", _A.ESCALATE, "escalated_address_missing"),
                    ),
                ),
            ),
        ),
    },
    resumes=RETURN.resumes,
)
"""A return after the replacement; where none is sent, the money goes back for the goods as in any return."""
FAST_INSPECTION = Leg(
    INSPECTION.name,
    INSPECTION.entry,
    {
        **INSPECTION.rows,
        (_S.AWAIT_INSPECTION, _A.RELEASE_HOLD): Transition(
            HoldExit.SETTLED, MERCHANT_OR_SYSTEM, (REPLACEMENT_NOT_SENT,), outcome_of=_A.INSPECT
        ),
        (_S.AWAIT_INSPECTION, _A.REFUSE_RETURN): Transition(
            _S.MANUAL_REVIEW,
            MERCHANT,
            (REPLACEMENT_NOT_SENT,),
            cause=EscalationCause.RETURN_REFUSED,
            outcome_of=_A.INSPECT,
        ),
        (_S.MANUAL_REVIEW, _A.RELEASE_HOLD): Transition(HoldExit.SETTLED, AGENT, _by_agent(_A.RELEASE_HOLD)),
        (_S.MANUAL_REVIEW, _A.CLAIM_HOLD): Transition(HoldExit.SETTLED, AGENT, _by_agent(_A.CLAIM_HOLD)),
    },
    INSPECTION.timeouts,
)
"""An inspection that releases the hold; what it refuses is for an agent, since the buyer has the replacement."""
LEGS = (FAST_REVIEW, FAST_RESHIP, FAST_RETURN, FAST_INSPECTION)
EXITS: dict[Exit, Leg | CaseState] = {
    ReviewExit.APPROVED: FAST_RESHIP,
    ReshipExit.RECEIVED: FAST_RETURN,
    ReshipExit.NO_REPLACEMENT: FAST_RETURN,
    ReturnExit.ARRIVED: FAST_INSPECTION,
    HoldExit.SETTLED: CaseState.COMPLETED,
}
"""Where these legs lead, but for refunds."""
