"""The states of payments and refunds as tables: who may do what, and where it leads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aftercare_chassis.lifecycle import Actor, Guard, Lifecycle, Timeout, Transition
from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
from order_svc.domain.model import Order
from order_svc.domain.payments.errors import NothingOwed, PartyCannotDecide
from order_svc.domain.payments.limits import period_over, too_many
from order_svc.domain.payments.model import Payment, PaymentState, RefundState
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.payments.owed import owed_of_lines, owed_of_payment, remainder_of
from order_svc.domain.payments.plans import kept_minor
from order_svc.domain.payments.policy import is_fulfilled
from order_svc.domain.permissions import (
    BUYER,
    MERCHANT_OR_OPERATOR,
    OPERATOR,
    OPERATOR_OR_FINANCE,
    PARTIES,
    SYSTEM_ONLY,
    is_party_as_staff,
)


class PaymentAction(StrEnum):
    """What the result of a provider does to a payment, and what the parties or an operator can do about it."""

    VOID = "void"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    RELEASE = "release"
    SUCCEED = "succeed"
    FAIL = "fail"
    REFUND_REMAINDER = "refund_remainder"
    RECORD_REFUND = "record_refund"


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What the guards of a payment need besides its row: the order that it is for, all money of that order, the time, and who acts."""

    order: Order
    money: OrderMoney
    at: datetime
    actor: Actor


def _is_party(_: Payment, facts: PaymentFacts) -> Refusal | None:
    """The buyer and the merchant's people decide nothing for the platform about their own money."""
    is_party = is_party_as_staff(facts.actor, facts.order.buyer_id, facts.order.merchant_id)
    return PartyCannotDecide() if is_party else None


def _order_needs_it(payment: Payment, facts: PaymentFacts) -> Refusal | None:
    """The money of an order that is being fulfilled goes back through a case only, but for that of cancelled units."""
    needed = is_fulfilled(payment, facts.order) and not owed_of_lines(payment, facts.money)
    return errors.NotRefundable(state=facts.order.state) if needed else None


def _nothing_left(payment: Payment, facts: PaymentFacts) -> Refusal | None:
    return None if remainder_of(payment, facts.order, facts.money, facts.at) else errors.NothingToRefund()


def _too_many(payment: Payment, facts: PaymentFacts) -> Refusal | None:
    return too_many(payment, facts.money.refunds_of([payment]))


_NO_PARTY = Guard(PartyCannotDecide.code, _is_party)
_REMAINDER = (
    _NO_PARTY,
    Guard(errors.NotRefundable.code, _order_needs_it),
    Guard(errors.NothingToRefund.code, _nothing_left),
    Guard(errors.RefundPeriodOver.code, lambda payment, facts: period_over(payment, facts.at)),
    Guard(errors.TooManyRefunds.code, _too_many),
)


def _nothing_owed(payment: Payment, facts: PaymentFacts) -> Refusal | None:
    """Only what failed refunds were to give back is recorded; it may be back from another payment, or paid by a guarantee."""
    owed = owed_of_payment(payment, facts.money, facts.at, kept_minor(facts.order))
    return None if owed else NothingOwed()


_OWED = (_NO_PARTY, Guard(NothingOwed.code, _nothing_owed))
_P, _A = PaymentState, PaymentAction

# A voided payment is pending until the provider reports what has become of it. A provider may decline and later report that it
# took the money, or holds it: the rows of `failed` keep that money from being lost. The last but one is for an operator, where the
# provider has declined the refund of an order that is not fulfilled; the last is for what no provider gives back.
PAYMENT: Lifecycle[PaymentState, PaymentAction] = Lifecycle(
    "payment",
    initial=_P.PENDING,
    transitions={
        (_P.PENDING, _A.VOID): Transition(_P.PENDING, BUYER),
        (_P.PENDING, _A.AUTHORISE): Transition(_P.AUTHORISED, SYSTEM_ONLY),
        (_P.PENDING, _A.SUCCEED): Transition(_P.SUCCEEDED, SYSTEM_ONLY),
        (_P.PENDING, _A.FAIL): Transition(_P.FAILED, SYSTEM_ONLY),
        (_P.AUTHORISED, _A.CAPTURE): Transition(_P.CAPTURING, MERCHANT_OR_OPERATOR),
        (_P.AUTHORISED, _A.VOID): Transition(_P.RELEASING, PARTIES),
        (_P.AUTHORISED, _A.RELEASE): Transition(_P.RELEASING, SYSTEM_ONLY),
        **{
            (state, action): Transition(target, SYSTEM_ONLY)
            for state in (_P.AUTHORISED, _P.CAPTURING, _P.RELEASING)
            for action, target in ((_A.SUCCEED, _P.SUCCEEDED), (_A.FAIL, _P.FAILED))
        },
        (_P.FAILED, _A.AUTHORISE): Transition(_P.RELEASING, SYSTEM_ONLY),
        (_P.FAILED, _A.SUCCEED): Transition(_P.SUCCEEDED, SYSTEM_ONLY),
        (_P.SUCCEEDED, _A.REFUND_REMAINDER): Transition(_P.SUCCEEDED, OPERATOR, _REMAINDER),
        (_P.SUCCEEDED, _A.RECORD_REFUND): Transition(_P.SUCCEEDED, MERCHANT_OR_OPERATOR, _OWED),
    },
    timeouts={
        _P.PENDING: Timeout("provider"),
        _P.AUTHORISED: Timeout("merchant"),
        _P.CAPTURING: Timeout("provider"),
        _P.RELEASING: Timeout("provider"),
    },
    ends={_P.SUCCEEDED, _P.FAILED},
)


class RefundAction(StrEnum):
    """What happens to a refund. REFUSE: order-svc does not submit it. RECORD: it was made without the provider. REVERSE: the provider has
    paid it out, and it came back. QUERY: people have the provider asked about it now; what it responds decides."""

    REFUSE = "refuse"
    RECORD = "record"
    SUBMIT = "submit"
    MARK_UNKNOWN = "mark_unknown"
    SUCCEED = "succeed"
    FAIL = "fail"
    REVERSE = "reverse"
    QUERY = "query"


_R = RefundState

# A refund that is unknown and that the provider, when asked, does not have is submitted again under the same key.
REFUND: Lifecycle[RefundState, RefundAction] = Lifecycle(
    "refund",
    initial=_R.CREATED,
    transitions={
        (_R.CREATED, RefundAction.REFUSE): Transition(_R.FAILED, SYSTEM_ONLY),
        (_R.CREATED, RefundAction.RECORD): Transition(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.CREATED, RefundAction.SUBMIT): Transition(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.SUCCEED): Transition(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.FAIL): Transition(_R.FAILED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.MARK_UNKNOWN): Transition(_R.UNKNOWN, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUBMIT): Transition(_R.SUBMITTED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.SUCCEED): Transition(_R.SUCCEEDED, SYSTEM_ONLY),
        (_R.UNKNOWN, RefundAction.FAIL): Transition(_R.FAILED, SYSTEM_ONLY),
        (_R.SUCCEEDED, RefundAction.REVERSE): Transition(_R.FAILED, SYSTEM_ONLY),
        (_R.SUBMITTED, RefundAction.QUERY): Transition(_R.SUBMITTED, OPERATOR_OR_FINANCE),
        (_R.UNKNOWN, RefundAction.QUERY): Transition(_R.UNKNOWN, OPERATOR_OR_FINANCE),
    },
    timeouts={_R.CREATED: Timeout("system"), _R.SUBMITTED: Timeout("provider"), _R.UNKNOWN: Timeout("provider")},
    ends={_R.SUCCEEDED, _R.FAILED},
)
