"""Payments 支付单: one attempt to pay an order, or a part of it, with the refunds made from it."""

from collections.abc import Mapping
from typing import Annotated, Any

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.ledgers import LedgerOut
from order_svc.api.schemas.payments import CaptureIn, CaptureMode, PaymentIn, PaymentOut, RecordRefundIn
from order_svc.commands.payments import authorisations, payments, recorded_refunds, refund_requests
from order_svc.domain.errors import (
    AmountNotTaken,
    CurrencyMismatch,
    CurrencyNotTaken,
    NothingToRefund,
    NotRefundable,
    PaymentInProgress,
    RefundPeriodOver,
    TooManyRefunds,
    UnknownMethod,
    UnknownProvider,
)
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.payments.errors import (
    AmountExceedsAuthorised,
    AmountExceedsLeft,
    AmountExceedsOwed,
    AmountNotDivisible,
    AmountTooSmall,
    AuthorisationNotOffered,
    EvidenceRequired,
    NothingOwed,
    PartyCannotDecide,
    PayerNotTaken,
    PayerRequired,
    RefundReferenceTaken,
    TooManyPayments,
)
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction
from order_svc.domain.payments.model import PaymentState
from order_svc.domain.sales.errors import OrderInReview
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.queries import payments as queries
from order_svc.settings import Settings

OrderId = Annotated[Id, Path(description="The id of the order.")]
PaymentId = Annotated[Id, Path(description="The id of the payment.")]
# Any: options of a route, each of its own type.
_START: Mapping[str, Any] = {
    "status_code": 201,
    "responses": refusals(
        IllegalTransition,
        OrderInReview,
        UnknownProvider,
        UnknownMethod,
        CurrencyMismatch,
        AmountExceedsLeft,
        CurrencyNotTaken,
        AmountNotDivisible,
        AmountNotTaken,
        AmountTooSmall,
        AuthorisationNotOffered,
        PayerRequired,
        PayerNotTaken,
        PaymentInProgress,
        TooManyPayments,
    ),
    "dependencies": [require_action(ORDER, OrderAction.PAY)],
}
_REFUND: Mapping[str, Any] = {
    "responses": refusals(
        IllegalTransition, PartyCannotDecide, NotRefundable, NothingToRefund, RefundPeriodOver, TooManyRefunds
    ),
    "dependencies": [require_action(PAYMENT, PaymentAction.REFUND_REMAINDER)],
}
_RECORD: Mapping[str, Any] = {
    "responses": refusals(
        IllegalTransition,
        PartyCannotDecide,
        NothingOwed,
        RefundReferenceTaken,
        EvidenceRequired,
        AmountExceedsOwed,
        CurrencyMismatch,
    ),
    "dependencies": [require_action(PAYMENT, PaymentAction.RECORD_REFUND)],
}
_CAPTURE: Mapping[str, Any] = {
    "responses": refusals(IllegalTransition, CurrencyMismatch, AmountExceedsAuthorised),
    "dependencies": [require_action(PAYMENT, PaymentAction.CAPTURE)],
}
_VOID: Mapping[str, Any] = {
    "responses": refusals(IllegalTransition),
    "dependencies": [require_action(PAYMENT, PaymentAction.VOID)],
}


def starts(providers: Mapping[str, PaymentProvider]) -> APIRouter:
    """The route that starts a payment through one of these providers."""
    made = APIRouter(prefix="/v1", tags=["payments"], route_class=ApiRoute)
    start = "/orders/{order_id}/payments"
    made.post(start, operation_id="startPayment", **_START)(PaymentStarts(providers).start_payment)
    return made


class PaymentStarts:
    """The route that starts a payment."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers = providers

    async def start_payment(self, order_id: OrderId, body: PaymentIn, tx: Tx[Settings]) -> PaymentOut:
        """Pay an order, or a part of it: payments add up to its total, and it is paid with the last one. The provider is called right
        after this response; it reports the result later."""
        payment = await payments.start(
            tx,
            order_id,
            provider=body.provider,
            method=body.payment_method,
            amount=body.asked(),
            manual_capture=body.capture is CaptureMode.MANUAL,
            payer_id=body.payer_id,
            providers=self._providers,
        )
        return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)


router = APIRouter(prefix="/v1", tags=["payments"], route_class=ApiRoute)


@router.get("/orders/{order_id}/ledger", operation_id="getOrderLedger")
async def get_ledger(order_id: OrderId, reader: Read) -> LedgerOut:
    """All payments and refunds of an order: what was paid is what is kept, refunded and in flight."""
    return LedgerOut.of(await queries.ledger(reader, order_id))


@router.get("/payments", operation_id="listPayments")
async def list_payments(
    reader: Read,
    order_id: Annotated[Id | None, Query(description="Only payments of this order.")] = None,
    state: Annotated[PaymentState | None, Query(description="Only payments in this state.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[PaymentOut]:
    """Payments with their refunds, newest first."""
    page = await queries.payments(reader, limit, cursor, order_id=order_id, state=state)
    return PageOut[PaymentOut].of(page, lambda view: PaymentOut.of(view, reader.actor))


@router.get("/payments/{payment_id}", operation_id="getPayment")
async def get_payment(payment_id: PaymentId, reader: Read) -> PaymentOut:
    """A payment and its refunds."""
    return PaymentOut.of(await queries.payment(reader, payment_id), reader.actor)


@router.post("/payments/{payment_id}/void", operation_id="voidPayment", **_VOID)
async def void_payment(payment_id: PaymentId, tx: Tx[Settings]) -> PaymentOut:
    """Give up a payment that was not made yet, or that is authorised, so that the order can be paid in another way. It stays pending, or is
    releasing, until its provider reports what has become of it."""
    payment = await payments.void(tx, payment_id)
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)


@router.post("/payments/{payment_id}/capture", operation_id="capturePayment", **_CAPTURE)
async def capture_payment(payment_id: PaymentId, body: CaptureIn, tx: Tx[Settings]) -> PaymentOut:
    """Take an authorised payment, or a part of it; the rest is released. The provider is called right after this response, and the order is
    paid by what it reports as captured."""
    payment = await authorisations.capture(tx, payment_id, amount=body.asked())
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)


@router.post("/payments/{payment_id}/refund-remainder", operation_id="refundRemainder", **_REFUND)
async def refund_remainder(payment_id: PaymentId, tx: Tx[Settings]) -> PaymentOut:
    """Refund what is left of the payment of an order that is not fulfilled, as a new refund: for operators, where
    the provider has declined the refund."""
    payment = await refund_requests.refund_remainder(tx, payment_id)
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)


@router.post("/payments/{payment_id}/record-refund", operation_id="recordRefund", **_RECORD)
async def record_refund(payment_id: PaymentId, body: RecordRefundIn, tx: Tx[Settings]) -> PaymentOut:
    """Record that the merchant has given money back outside the provider which a refund that no case has decided was to give back, and
    which has failed: such as that of an imported order that was cancelled. It counts as refunded at once."""
    payment = await recorded_refunds.record(tx, payment_id, back=body.given_back())
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)
