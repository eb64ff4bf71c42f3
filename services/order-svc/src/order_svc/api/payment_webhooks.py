"""Where payment providers call back. They read status codes: 2xx is taken, anything else is sent again."""

from typing import Literal

import structlog
from aftercare_chassis.problems import problems
from aftercare_chassis.refusals import NotFound, Refusal
from aftercare_chassis.routing import Live, WebhookRoute
from aftercare_chassis.wire import Out
from fastapi import APIRouter, Request

from order_svc.commands import payment_webhooks
from order_svc.domain import errors
from order_svc.providers.port import PaymentProvider, Untrusted
from order_svc.providers.registry import connect

router = APIRouter(prefix="/v1/payment-webhooks", tags=["payment-webhooks"], route_class=WebhookRoute)
log = structlog.get_logger(__name__)
_REFUSALS: dict[str, type[Refusal]] = {
    "unknown_subject": errors.CallbackUnknownSubject,
    "amount_mismatch": errors.CallbackAmountMismatch,
    "unreadable": errors.CallbackUnreadable,
}


class ReceivedOut(Out):
    """What was made of a callback; `ignored` is news that we do not need."""

    received: Literal["applied", "already_taken", "ignored"]


@router.post("/{provider}", operation_id="receivePaymentCallback", responses=problems(400, 401, 404, 422))
async def receive(provider: str, request: Request, service: Live) -> ReceivedOut:
    """Take a provider's signed callback once, however often it comes."""
    adapter = connect(service).get(provider)
    if adapter is None:
        raise NotFound(what="payment_provider")
    body = await request.body()
    try:
        return await _taken(service, provider, adapter, request, body)
    except Untrusted as doubt:
        await _record(service, provider, request, body, doubt.verdict)
        raise _REFUSALS.get(doubt.verdict, errors.CallbackUnproved)(verdict=doubt.verdict) from None


async def _taken(service: Live, provider: str, adapter: PaymentProvider, request: Request, body: bytes) -> ReceivedOut:
    notice = adapter.read(request.headers, body)
    async with service.transaction() as tx:
        if notice is None:
            await payment_webhooks.record(tx, provider, _message_id(request), body, payment_webhooks.IGNORED)
            return ReceivedOut(received="ignored")
        taken = await payment_webhooks.take(tx, provider, notice, body)
    return ReceivedOut(received="applied" if taken else "already_taken")


async def _record(service: Live, provider: str, request: Request, body: bytes, verdict: str) -> None:
    """Nothing changed; that somebody tried is kept."""
    async with service.transaction() as tx:
        await payment_webhooks.record(tx, provider, _message_id(request), body, verdict)
    service.metrics.signal(f"payment_callback_{verdict}", provider)
    log.warning("payment_callback_refused", provider=provider, verdict=verdict)


def _message_id(request: Request) -> str:
    return request.headers.get("webhook-id", "")[:200].encode("ascii", "replace").decode()
