"""Where payment providers call back. They read status codes: 2xx is taken, anything else is sent again."""

from typing import Any, Literal

import structlog
from aftercare_chassis.http.problems import Problem
from aftercare_chassis.http.routing import Live, WebhookRouter, listening
from aftercare_chassis.http.schemas import Out
from aftercare_chassis.refusals import NotFound, Refusal
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from order_svc.commands import payment_webhooks
from order_svc.domain import errors
from order_svc.integrations.payments.port import PaymentProvider, Untrusted
from order_svc.integrations.payments.registry import NAMES, connect

log = structlog.get_logger(__name__)
_REFUSALS: dict[str, type[Refusal]] = {
    "unknown_subject": errors.CallbackUnknownSubject,
    "amount_mismatch": errors.CallbackAmountMismatch,
    "unreadable": errors.CallbackUnreadable,
}


class ReceivedOut(Out):
    """What was made of a callback; `ignored` is news that we do not need."""

    received: Literal["applied", "already_taken", "ignored"]


class NotReceivedOut(Out):
    """Why a callback was not taken. `verdict` says what did not hold, where the callback itself was judged."""

    received: str
    code: str
    detail: str
    verdict: str | None = None


def _refusal(provider: str, problem: Problem) -> Response:
    if provider not in NAMES:
        return PlainTextResponse("No payment provider calls back to this address.\n", 404)
    said = {name: problem.get(name) for name in ("code", "detail", "verdict")}
    told = NotReceivedOut(received="refused", **said)
    return Response(told.model_dump_json(exclude_none=True), problem["status"], media_type="application/json")


router = WebhookRouter("/v1/payment-webhooks", _refusal, tags=["payment-webhooks"])
_NOT_TAKEN: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": NotReceivedOut,
        "content": {"text/plain": {"schema": {"type": "string"}}},
        "description": "Not taken; the provider sends it again. In plain text where the path names no provider.",
    }
}


@router.post("/{provider}", operation_id="receivePaymentCallback", responses=_NOT_TAKEN)
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


@router.probe("/{provider}")
async def probe(provider: str) -> Response:
    """Say whether a payment provider may call back to this address."""
    if provider not in NAMES:
        raise NotFound(what="payment_provider")
    return listening()


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
