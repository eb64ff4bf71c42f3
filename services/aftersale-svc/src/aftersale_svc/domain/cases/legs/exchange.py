"""What an exchange adds to the reshipment: its price, and what the silence of the buyer leads to. It has no states of its own."""

from aftercare_chassis.lifecycle import Transition
from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.charges.guards import (
    CHARGE_AGREED,
    CHARGE_NOT_AGREED,
    CHARGE_PAID,
    NOTHING_OWED,
    PAYMENT_STATED,
)
from aftersale_svc.domain.cases.exchanges.guards import NOTHING_ELSE_WANTED
from aftersale_svc.domain.cases.guards import either, unless_refund_decided
from aftersale_svc.domain.cases.legs.leg import Exit, Leg, LegRows
from aftersale_svc.domain.cases.legs.reship import (
    NO_REFUND_BY_SILENCE,
    NOT_PAID,
    NOT_TAKEN,
    RECEIVED,
    under_way,
    unsent,
)
from aftersale_svc.domain.cases.legs.stated_payments import CONFIRMED, stated_payments
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.replacements.guards import CREDIT_DUE, REPLACEMENT_NOT_DECIDED
from aftersale_svc.domain.permissions import BUYER, BUYER_OR_SYSTEM, MERCHANT


class ExchangeExit(Exit):
    """The way out of an exchange besides those of a reshipment: the buyer has the goods, and gets money back."""

    CREDIT_DUE = "credit_due"


_S, _A = CaseState, CaseAction
_COMING_BACK = (_S.AWAIT_BUYER_SHIPMENT, _S.RETURN_IN_TRANSIT, _S.AWAIT_INSPECTION)
_PRICE: LegRows = {
    **{(state, _A.PRICE_REPLACEMENT): Transition(state, MERCHANT, (NOTHING_ELSE_WANTED,)) for state in _COMING_BACK},
    # Whose turn it is then follows from the price; the command begins the time of the buyer again.
    (_S.AWAIT_RESHIP, _A.PRICE_REPLACEMENT): Transition(
        _S.AWAIT_RESHIP, MERCHANT, (NOTHING_ELSE_WANTED, CHARGE_AGREED)
    ),
    (_S.AWAIT_RESHIP, _A.AGREE_CHARGE): Transition(
        _S.AWAIT_RESHIP, BUYER, (NOTHING_OWED, CHARGE_AGREED), restarts=True
    ),
    (_S.AWAIT_RESHIP, _A.RECORD_PAYMENT): Transition(
        _S.AWAIT_RESHIP, MERCHANT, (NOTHING_OWED, CHARGE_NOT_AGREED, CHARGE_PAID), restarts=True
    ),
    **stated_payments(
        _S.AWAIT_RESHIP, _S.AWAIT_RESHIP, REPLACEMENT_NOT_DECIDED, *unless_refund_decided(_A.CONFIRM_PAYMENT)
    ),
    (_S.RESHIP_IN_TRANSIT, _A.REFUND_CREDIT): Transition(
        ExchangeExit.CREDIT_DUE, BUYER_OR_SYSTEM, outcome_of=_A.CONFIRM_REPLACEMENT
    ),
}
_UNPAID = replace(
    NOT_PAID,
    instead=(
        either(PAYMENT_STATED, NO_REFUND_BY_SILENCE),
        replace(NOT_TAKEN, instead=(PAYMENT_STATED, CONFIRMED)),
    ),
)
EXCHANGE = Leg(
    "exchange",
    _S.AWAIT_RESHIP,
    _PRICE,
    {
        _S.AWAIT_RESHIP: unsent(_UNPAID),
        _S.RESHIP_IN_TRANSIT: under_way(
            replace(RECEIVED, instead=(CREDIT_DUE, replace(RECEIVED, effect="credit_refunded_by_timeout")))
        ),
    },
)
