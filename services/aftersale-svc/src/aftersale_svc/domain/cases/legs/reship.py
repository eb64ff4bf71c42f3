"""The reshipment: the merchant sends goods to the buyer, who confirms that they have arrived."""

from aftercare_chassis.lifecycle import Timeout, Transition
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.charges.guards import CHARGE_AGREED, CHARGE_UNPAID, PAYMENT_STATED
from aftersale_svc.domain.cases.codes import EscalationCause
from aftersale_svc.domain.cases.guards import PAID_BY_NO_SILENCE, either, unless_refund_decided
from aftersale_svc.domain.cases.legs.goods_return import COURIER
from aftersale_svc.domain.cases.legs.leg import Exit, Leg
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.replacements.guards import (
    PRICE_NOT_DUE,
    REFUND_NOT_OFFERED,
    REFUND_OFFERED,
    REPLACEMENT_DELIVERED,
    REPLACEMENT_JUDGED,
    REPLACEMENT_NOT_DECIDED,
    REPLACEMENT_SCANNED,
    WAITS_FOR_BUYER,
)
from aftersale_svc.domain.permissions import (
    AGENT,
    BUYER,
    BUYER_OR_SYSTEM,
    MERCHANT,
    SYSTEM_ONLY,
    SYSTEM_UNSEEN,
)


class ReshipExit(Exit):
    """The ways out of a reshipment: the buyer has the goods, or there are none to send."""

    RECEIVED = "received"
    NO_REPLACEMENT = "no_replacement"


_S, _A = CaseState, CaseAction

NOT_SENT = Timeout("merchant", "reship_hours", _A.ESCALATE, "escalated_replacement_late")
"""Where silence pays nothing, an agent decides at once."""
NOT_TAKEN = Timeout("buyer", "refund_offer_hours", _A.ESCALATE, "escalated_replacement_late")
NOT_AGREED = Timeout("buyer", "charge_hours", _A.TAKE_REFUND, "refunded_unless_agreed")
NOT_PAID = Timeout("buyer", "charge_hours", _A.TAKE_REFUND, "refunded_unless_paid")
RECEIVED = Timeout("buyer", "reship_receipt_hours", _A.CONFIRM_REPLACEMENT, "completed_by_timeout")
"""The buyer has the goods, and is silent."""


def under_way(received: Timeout[CaseAction]) -> Timeout[CaseAction]:
    """The time in which goods have to arrive, and `received` once they have."""
    return Timeout(
        COURIER,
        "reship_transit_hours",
        _A.ESCALATE,
        "escalated_replacement_not_delivered",
        instead=(REPLACEMENT_DELIVERED, received),
    )


NO_REFUND_BY_SILENCE = either(PAID_BY_NO_SILENCE, REFUND_OFFERED)
_NO_REFUND_FOR_DELAY = either(PAID_BY_NO_SILENCE, PRICE_NOT_DUE)


def unsent(unpaid: Timeout[CaseAction]) -> Timeout[CaseAction]:
    """The time in which goods have to be sent, and `unpaid` where the buyer has agreed to pay for that."""
    charged = replace(NOT_AGREED, instead=(either(CHARGE_AGREED, NO_REFUND_BY_SILENCE), unpaid))
    return Timeout(
        "merchant",
        "reship_hours",
        _A.OFFER_REFUND,
        "refund_offered",
        instead=(
            either(_NO_REFUND_FOR_DELAY, WAITS_FOR_BUYER),
            replace(NOT_SENT, instead=(WAITS_FOR_BUYER, charged)),
        ),
    )


RESHIP = Leg(
    "reship",
    _S.AWAIT_RESHIP,
    {
        (_S.AWAIT_RESHIP, _A.SHIP_REPLACEMENT): Transition(_S.RESHIP_IN_TRANSIT, MERCHANT, (CHARGE_UNPAID,)),
        (_S.AWAIT_RESHIP, _A.NO_STOCK): Transition(ReshipExit.NO_REPLACEMENT, MERCHANT, (PAYMENT_STATED,)),
        # The merchant is late: from now on the buyer may choose, until the replacement is sent.
        (_S.AWAIT_RESHIP, _A.OFFER_REFUND): Transition(_S.AWAIT_RESHIP, SYSTEM_ONLY, restarts=True),
        (_S.AWAIT_RESHIP, _A.TAKE_REFUND): Transition(
            ReshipExit.NO_REPLACEMENT, BUYER_OR_SYSTEM, (REFUND_NOT_OFFERED, PAYMENT_STATED)
        ),
        (_S.AWAIT_RESHIP, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.REPLACEMENT_LATE
        ),
        (_S.RESHIP_IN_TRANSIT, _A.CORRECT_REPLACEMENT_WAYBILL): Transition(
            _S.RESHIP_IN_TRANSIT, MERCHANT, (REPLACEMENT_SCANNED,)
        ),
        # Delivered, the buyer has time to look at the goods.
        (_S.RESHIP_IN_TRANSIT, _A.DELIVER_REPLACEMENT): Transition(_S.RESHIP_IN_TRANSIT, SYSTEM_UNSEEN, restarts=True),
        (_S.RESHIP_IN_TRANSIT, _A.CONFIRM_REPLACEMENT): Transition(ReshipExit.RECEIVED, BUYER_OR_SYSTEM),
        (_S.RESHIP_IN_TRANSIT, _A.REPORT_ANOMALY): Transition(
            _S.MANUAL_REVIEW, BUYER, cause=EscalationCause.REPLACEMENT_ANOMALY
        ),
        (_S.RESHIP_IN_TRANSIT, _A.ESCALATE): Transition(
            _S.MANUAL_REVIEW, SYSTEM_ONLY, cause=EscalationCause.REPLACEMENT_NOT_DELIVERED
        ),
        # The goods arrive while an agent looks for them; not where the buyer has them, and has said what is wrong.
        (_S.MANUAL_REVIEW, _A.DELIVER_REPLACEMENT): Transition(
            _S.RESHIP_IN_TRANSIT, SYSTEM_UNSEEN, (REPLACEMENT_JUDGED, *unless_refund_decided(_A.DELIVER_REPLACEMENT))
        ),
        (_S.MANUAL_REVIEW, _A.RESHIP): Transition(
            _S.AWAIT_RESHIP, AGENT, (REPLACEMENT_NOT_DECIDED, *unless_refund_decided(_A.RESHIP))
        ),
    },
    {
        _S.AWAIT_RESHIP: unsent(replace(NOT_PAID, instead=(NO_REFUND_BY_SILENCE, NOT_TAKEN))),
        _S.RESHIP_IN_TRANSIT: under_way(RECEIVED),
    },
)
