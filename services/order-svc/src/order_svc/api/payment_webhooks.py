"""Where payment providers call back. They read status codes: 2xx is taken, anything else is sent again."""

import structlog
from aftercare_chassis.routing import Live, WebhookRoute
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from order_svc.commands import payment_webhooks
from order_svc.providers.port import PaymentProvider, Untrusted
from order_svc.providers.registry import connect

router = APIRouter(prefix="/v1/payment-webhooks", tags=["payment-webhooks"], route_class=WebhookRoute)
log = structlog.get_logger(__name__)
_STATUS = {"unknown_subject": 404, "amount_mismatch": 422, "unreadable": 400}


@router.post("/{provider}", operation_id="receivePaymentCallback", response_class=Response)
async def receive(provider: str, request: Request, service: Live) -> Response:
    """Take a provider's signed callback once, however often it comes."""
    adapter = connect(service).get(provider)
    if adapter is None:
        return JSONResponse({"error": "unknown_provider"}, 404)
    body = await request.body()
    try:
        return JSONResponse({"received": await _taken(service, provider, adapter, request, body)})
    except Untrusted as doubt:
        return await _refused(service, provider, request, body, doubt)


async def _taken(service: Live, provider: str, adapter: PaymentProvider, request: Request, body: bytes) -> str:
    notice = adapter.read(request.headers, body)
    async with service.transaction() as tx:
        if notice is None:
            await payment_webhooks.record(tx, provider, _message_id(request), body, payment_webhooks.IGNORED)
            return "ignored"
        return "applied" if await payment_webhooks.take(tx, provider, notice, body) else "already_taken"


async def _refused(service: Live, provider: str, request: Request, body: bytes, doubt: Untrusted) -> Response:
    """Nothing changed; that somebody tried is kept."""
    async with service.transaction() as tx:
        await payment_webhooks.record(tx, provider, _message_id(request), body, doubt.verdict)
    service.metrics.signal(f"payment_callback_{doubt.verdict}", provider)
    log.warning("payment_callback_refused", provider=provider, verdict=doubt.verdict)
    return JSONResponse({"error": doubt.verdict}, _STATUS[doubt.verdict] if doubt.believed else 401)


def _message_id(request: Request) -> str:
    return request.headers.get("webhook-id", "")[:200].encode("ascii", "replace").decode()
