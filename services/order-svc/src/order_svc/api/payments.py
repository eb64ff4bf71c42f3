"""Payments 支付单: one attempt to pay an order in full, with the refunds made from it."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, allow
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from order_svc import queries
from order_svc.api.schemas.payments import PaymentIn, PaymentOut
from order_svc.commands import payments, refund_requests
from order_svc.domain.errors import NothingToRefund, NotRefundable, PaymentInProgress, UnknownProvider
from order_svc.domain.payments.model import PaymentState

router = APIRouter(prefix="/v1", tags=["payments"], route_class=ApiRoute)


@router.post(
    "/orders/{order_id}/payments",
    operation_id="startPayment",
    status_code=201,
    responses=refusals(IllegalTransition, UnknownProvider, PaymentInProgress),
    dependencies=[allow("buyer")],
)
async def start_payment(order_id: Id, body: PaymentIn, tx: Tx) -> PaymentOut:
    """Pay the whole order. The provider is asked right after this answer; its own answer comes later."""
    payment = await payments.start(tx, order_id, provider=body.provider, method=body.payment_method)
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)


@router.get("/payments", operation_id="listPayments")
async def list_payments(
    reader: Read,
    order_id: Id | None = None,
    state: PaymentState | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[PaymentOut]:
    """Payments with their refunds, newest first."""
    page = await queries.payments(reader, limit, cursor, order_id=order_id, state=state)
    return PageOut[PaymentOut].of(page, lambda view: PaymentOut.of(view, reader.actor))


@router.get("/payments/{payment_id}", operation_id="getPayment")
async def get_payment(payment_id: Id, reader: Read) -> PaymentOut:
    """A payment and its refunds."""
    return PaymentOut.of(await queries.payment(reader, payment_id), reader.actor)


@router.post(
    "/payments/{payment_id}/refund-remainder",
    operation_id="refundRemainder",
    responses=refusals(IllegalTransition, NotRefundable, NothingToRefund),
    dependencies=[allow("agent", "admin")],
)
async def refund_remainder(payment_id: Id, tx: Tx) -> PaymentOut:
    """Try once more, as a new refund, to give back what is left of the payment of an order that is not fulfilled."""
    payment = await refund_requests.refund_remainder(tx, payment_id)
    return PaymentOut.of(await queries.payment_view(tx, payment), tx.actor)
