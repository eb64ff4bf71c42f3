"""Payments and refunds in requests and responses."""

from enum import StrEnum
from typing import Annotated, Self

from aftercare_chassis.http.schemas import (
    AllowedActions,
    AllowedOut,
    Code,
    CreatedAt,
    In,
    Money,
    Name,
    Out,
    Time,
    Version,
    example,
)
from aftercare_chassis.lifecycle import Actor, Allowed
from pydantic import StringConstraints

from order_svc.api.schemas.order_imports import FileHash
from order_svc.commands.payments.recorded_refunds import GivenBack
from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import OutsideMethod
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction
from order_svc.domain.payments.model import CheckoutKind, Payment, PaymentState, Refund, RefundState
from order_svc.queries.payments import PaymentView


class CaptureMode(StrEnum):
    """When a payment is taken: at once, or by the merchant, while the provider holds it."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class PaymentIn(In):
    """How to pay. The simulator has test methods, which work like test card numbers."""

    model_config = example(
        provider="simulator", payment_method="sim_success", amount={"amount": 10000, "currency": "CNY"}
    )

    provider: Code | None = None
    """The name of a payment provider that this service is connected to; where it is left out, the one that takes the method."""
    payment_method: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")] = "sim_success"
    """A method of the provider: `pm_…` or `card` of `stripe`, `native` and `jsapi` of `wechat_pay`, `qr` of `alipay`. Those of the simulator
    decide how the payment ends, such as `sim_success` and `sim_declined`."""
    amount: Money | None = None
    """How much of the order to pay, up to what is left to pay and is not in progress already. Where it is left out: all of that, or, by a
    payment plan, what is left of the part that is due next. The parts after a deposit can be paid once that is."""
    capture: CaptureMode = CaptureMode.AUTOMATIC
    """`manual`: the provider authorises the amount (预授权), and the merchant captures it, or a part of it, before the order's time to pay is
    over; the order is paid by what is captured. Providers that take payments at once only refuse it."""

    payer_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")] | None = None
    """The buyer's id at the provider, for a method that needs it, and for no other: for `jsapi` the buyer's `openid` in the merchant's app.
    It is shown nowhere, and deleted once the payment has ended."""

    def asked(self) -> Amount | None:
        """The amount as the command takes it."""
        return None if self.amount is None else Amount(self.amount.amount, self.amount.currency)


class CaptureIn(In):
    """How much to capture of an authorised payment."""

    model_config = example(amount={"amount": 8000, "currency": "CNY"})

    amount: Money | None = None
    """Up to what is authorised and left to pay of the order; where it is left out, all of that."""

    def asked(self) -> Amount | None:
        """The amount as the command takes it."""
        return None if self.amount is None else Amount(self.amount.amount, self.amount.currency)


class RecordRefundIn(In):
    """How money that a failed refund was to give back was given back outside the provider."""

    model_config = example(
        amount={"amount": 29500, "currency": "CNY"},
        method="bank_transfer",
        reference="转账 20260312-07",
        evidence="sha256:" + "0123456789abcdef" * 4,
    )

    amount: Money | None = None
    """What was given back, up to what is owed; all of that where it is left out."""
    method: OutsideMethod
    """How it was given back."""
    reference: Name
    """By which both sides find the payment; both sides can read it. What is recorded again under it is the same refund."""
    evidence: FileHash | None = None
    """The proof of the payment, such as a receipt of the bank, by its hash. A merchant has to give it; an operator may leave it out."""

    def given_back(self) -> GivenBack:
        """What the command takes."""
        amount = None if self.amount is None else Amount(self.amount.amount, self.amount.currency)
        return GivenBack(method=self.method, reference=self.reference, amount=amount, evidence=self.evidence)


class CheckoutOut(Out):
    """What the buyer needs to make a payment that is pending."""

    kind: CheckoutKind
    """`qr_code`: show `value` as a QR code; `client_secret`: give `value` to the provider's library in the browser; `jsapi`: give `parameters` to
    the WeChat client (`getBrandWCPayRequest` of a page, `wx.requestPayment` of a mini program)."""
    value: str
    """For the buyer alone, and of no use once the payment has ended. Of `jsapi` it is `package`."""
    parameters: dict[str, str] | None = None
    """Of `jsapi`: `appId`, `timeStamp`, `nonceStr`, `package`, `signType` and `paySign`, as the WeChat client takes them; null otherwise."""


class RefundOut(Out):
    """A refund of a payment, in flight or ended."""

    id: str
    """Identifies the refund: `ref_…`, or the share that is made from this payment of one that is made from several; also the provider's
    idempotency key."""
    share_of: str | None = None
    """The refund that it is a share of; null where it is all of it."""
    whole: Money | None = None
    """What all shares of the refund give back; null where it has no others."""
    state: RefundState
    """How far it is. `unknown`: the provider gave no usable answer; a query or a callback ends it."""
    amount: Money
    """What the buyer gets back."""
    case_id: str | None
    """The case that requested it; null where none did."""
    cause: str
    """The decision of the case (`approval`, `inspection`, `verdict`, `timeout`), or without a case `order_cancelled`,
    `lines_cancelled`, `order_not_awaiting_payment`, `imported` where it was made before the order came here, or `operator` where a person has
    decided or recorded it."""
    failure_code: str | None
    """Why it failed, in the provider's code or ours; null where it did not."""
    outside: str | None = None
    """How it was made without the provider, such as `bank_transfer`; null where the provider makes it."""
    reference: str | None = None
    """By which both sides find a payment outside the provider that was recorded without a case; null otherwise."""
    evidence: str | None = None
    """The hash of its proof; null where none was given."""
    created_at: CreatedAt
    settled_at: Time | None
    """When it succeeded or failed; null before."""
    reversed_at: Time | None = None
    """When it came back to the merchant after it had succeeded: it has failed, and its amount is owed to the buyer; null otherwise."""

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """The refund in its present state."""
        return cls(
            id=refund.id,
            share_of=refund.share_of,
            whole=None if refund.whole_minor is None else Money.of(refund.whole_minor, refund.currency),
            state=refund.state,
            amount=Money.of(refund.amount_minor, refund.currency),
            case_id=refund.case_id,
            cause=refund.cause,
            failure_code=refund.failure_code,
            outside=refund.outside,
            reference=refund.outside_reference,
            evidence=refund.outside_evidence,
            created_at=refund.created_at,
            settled_at=refund.settled_at,
            reversed_at=refund.reversed_at,
        )


class PaymentOut(Out):
    """A payment with its refunds, oldest first; `refunded` counts those that succeeded."""

    id: str
    """Identifies the payment: `pay_…`; also the provider's idempotency key."""
    version: Version
    order_id: str
    """The order that is paid."""
    state: PaymentState
    """Whether the provider has reported the result, and which."""
    provider: str
    """The name of the payment provider."""
    payment_method: str
    """The provider's method, as the request named it."""
    amount: Money
    """What it pays: the total of the order, or a part of it. Of an authorised payment, what is captured of it, once that is asked for."""
    authorised: Money | None = None
    """What was authorised; null where the payment is taken at once."""
    authorised_until: Time | None = None
    """When the provider releases what is not captured; null before it is authorised."""
    released: Money | None = None
    """What of the authorised amount was not captured, once the payment has ended; null where it is taken at once."""
    refunded: Money
    """The sum of the refunds that succeeded."""
    charged_back: Money | None = None
    """What the payment provider has taken back for the buyer, who disputes it at the bank: it cannot be refunded as well."""
    refunds: list[RefundOut]
    """All refunds from it, oldest first."""
    failure_code: str | None
    """Why it failed, in the provider's code or ours; null where it did not."""
    surplus: bool = False
    """Whether the order did not take it, since it was cancelled or paid by other payments meanwhile: its money goes back."""
    checkout: CheckoutOut | None = None
    """What the buyer needs to pay; null for everyone else, where the provider needs nothing, and once the payment has ended."""
    created_at: CreatedAt
    expires_at: Time | None = None
    """Until when the buyer can make it: as long as the order waits for it and the provider permits. It fails with `expired` after that, and
    a new payment has a `checkout` of its own; null where it is not known."""
    settled_at: Time | None
    """When it succeeded or failed; null before."""
    allowed_actions: AllowedActions

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
            authorised=_authorised(payment, payment.asked_minor),
            authorised_until=payment.authorised_until,
            expires_at=payment.expires_at,
            released=_authorised(payment, payment.released_minor),
            refunded=Money.of(payment.refunded_minor, payment.currency),
            charged_back=Money.of(payment.charged_back_minor, payment.currency),
            refunds=[RefundOut.of(refund) for refund in view.refunds],
            failure_code=payment.failure_code,
            surplus=payment.surplus,
            checkout=_checkout(payment, actor),
            created_at=payment.created_at,
            settled_at=payment.settled_at,
            allowed_actions=AllowedOut.of(_actions(view, actor)),
        )


def _authorised(payment: Payment, minor: int) -> Money | None:
    return None if payment.authorised_minor is None else Money.of(minor, payment.currency)


def _checkout(payment: Payment, actor: Actor) -> CheckoutOut | None:
    if payment.checkout is None or actor.role != "buyer":
        return None
    shown = payment.checkout
    return CheckoutOut(kind=CheckoutKind(shown["kind"]), value=shown["value"], parameters=shown.get("parameters"))


_BY_PEOPLE = (PaymentAction.CAPTURE, PaymentAction.VOID, PaymentAction.REFUND_REMAINDER, PaymentAction.RECORD_REFUND)


def _actions(view: PaymentView, actor: Actor) -> list[Allowed]:
    """The actions that people can take on a payment, with why this reader cannot."""
    actions = PAYMENT.allowed(view.payment, actor, view.facts)
    return [each for each in actions if each.action in _BY_PEOPLE]
