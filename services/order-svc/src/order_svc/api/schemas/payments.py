"""Payments and refunds in requests and responses."""

from typing import Self

from aftercare_chassis.http.schemas import AllowedOut, Code, In, Money, Out, Time, example
from aftercare_chassis.lifecycle import Actor, Allowed

from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction, PaymentFacts
from order_svc.domain.payments.model import PaymentState, Refund, RefundState
from order_svc.queries import PaymentView


class PaymentIn(In):
    """How to pay. The simulator has test methods, which work like test card numbers."""

    model_config = example(provider="simulator", payment_method="sim_success")

    provider: Code = "simulator"
    payment_method: Code = "sim_success"


class RefundOut(Out):
    """A refund of a payment, in flight or ended."""

    id: str
    state: RefundState
    amount: Money
    case_id: str | None
    cause: str
    failure_code: str | None
    created_at: Time
    settled_at: Time | None

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """The refund in its present state."""
        return cls(
            id=refund.id,
            state=refund.state,
            amount=Money.of(refund.amount_minor, refund.currency),
            case_id=refund.case_id,
            cause=refund.cause,
            failure_code=refund.failure_code,
            created_at=refund.created_at,
            settled_at=refund.settled_at,
        )


class PaymentOut(Out):
    """A payment with its refunds, oldest first; `refunded` counts those that succeeded."""

    id: str
    version: int
    order_id: str
    state: PaymentState
    provider: str
    payment_method: str
    amount: Money
    refunded: Money
    refunds: list[RefundOut]
    failure_code: str | None
    created_at: Time
    settled_at: Time | None
    allowed_actions: list[AllowedOut]

    @classmethod
    def of(cls, view: PaymentView, actor: Actor) -> Self:
        """The payment as this reader may act on it."""
        payment = view.payment
        return cls(
            id=payment.id,
            version=payment.version,
            order_id=payment.order_id,
            state=payment.state,
            provider=payment.provider,
            payment_method=payment.method,
            amount=Money.of(payment.amount_minor, payment.currency),
            refunded=Money.of(payment.refunded_minor, payment.currency),
            refunds=[RefundOut.of(refund) for refund in view.refunds],
            failure_code=payment.failure_code,
            created_at=payment.created_at,
            settled_at=payment.settled_at,
            allowed_actions=AllowedOut.of(_remainder(view, actor)),
        )


def _remainder(view: PaymentView, actor: Actor) -> list[Allowed]:
    """The one action that people can take on a payment, with why this reader cannot."""
    actions = PAYMENT.allowed(view.payment, actor, PaymentFacts(view.order, view.refunds))
    return [each for each in actions if each.action == PaymentAction.REFUND_REMAINDER]
