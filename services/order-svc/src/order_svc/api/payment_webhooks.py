"""Where payment providers call back. They read status codes: 2xx is accepted, everything else is sent again."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

import structlog
from aftercare_chassis.http.problems import Problem, response_to
from aftercare_chassis.http.responses import Responses
from aftercare_chassis.http.routing import ServiceRuntime, Tx
from aftercare_chassis.http.schemas import Out
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.refusals import NotFound, Refusal
from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from order_svc.commands import partner_inbox, payment_callbacks
from order_svc.domain import errors
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.integrations.pushes import examine
from order_svc.settings import Settings

_REFUSALS: dict[str, type[Refusal]] = {
    "unknown_subject": errors.CallbackUnknownSubject,
    "amount_mismatch": errors.CallbackAmountMismatch,
    "unreadable": errors.CallbackUnreadable,
}
log = structlog.get_logger(__name__)


class ReceivedOut(Out):
    """What is done with a callback: `applied` right after this response; `ignored` where it is about something else."""

    received: Literal["applied", "already_taken", "ignored"]


class NotReceivedOut(Out):
    """Why a callback is not accepted. `verdict` is the code of what is wrong with it, where it was examined."""

    received: str
    code: str
    detail: str
    verdict: str | None = None


_NOT_RECEIVED: Responses = {
    "default": {
        "model": NotReceivedOut,
        "content": {"text/plain": {"schema": {"type": "string"}}},
        "description": "Not accepted; the provider sends it again. In plain text where the path names no provider.",
    }
}


def router(providers: Mapping[str, PaymentProvider]) -> WebhookRouter:
    """The addresses of these providers."""
    made = WebhookRouter("/v1/payment-webhooks", partial(_refusal, providers), tags=["payment-webhooks"])

    @made.post(
        "/{provider}", operation_id="receivePaymentCallback", response_model=ReceivedOut, responses=_NOT_RECEIVED
    )
    async def receive(provider: str, request: Request, tx: Tx[Settings], service: ServiceRuntime) -> Response:
        """Store a provider's signed callback once, however often it is sent; it is applied right afterwards."""
        adapter = providers.get(provider)
        if adapter is None:
            raise NotFound(what="payment_provider")
        push = examine(adapter, await request.body(), request.headers, adapter.secrets, tx.now)
        if push.content is not None:
            push = replace(push, rejection=await payment_callbacks.rejection(tx, provider, push.content))
        is_new = await partner_inbox.store(tx, push, source=PushSource.PAYMENT, partner=provider)
        if push.rejection is not None:
            tx.after_commit(partial(_report, service, provider, push.rejection.code))
            return response_to(request, _as_refusal(push.rejection.code))
        if push.content is None:
            return _received("ignored")
        return _received("applied" if is_new else "already_taken")

    @made.probe("/{provider}")
    async def probe(provider: str) -> Response:
        """Say whether a payment provider may call back to this address."""
        if provider not in providers:
            raise NotFound(what="payment_provider")
        return probe_response()

    return made


def _received(what: Literal["applied", "already_taken", "ignored"]) -> Response:
    return Response(ReceivedOut(received=what).model_dump_json(), media_type="application/json")


def _as_refusal(code: str) -> Refusal:
    return _REFUSALS.get(code, errors.CallbackUnproved)(verdict=code)


def _refusal(providers: Mapping[str, PaymentProvider], provider: str, problem: Problem) -> Response:
    if provider not in providers:
        return PlainTextResponse("No payment provider calls back to this address.\n", 404)
    members = {name: problem.get(name) for name in ("code", "detail", "verdict")}
    body = NotReceivedOut.model_validate({"received": "refused", **members})
    return Response(body.model_dump_json(exclude_none=True), problem["status"], media_type="application/json")


def _report(service: ServiceRuntime, provider: str, verdict: str) -> None:
    """Count and log a callback that was not accepted."""
    service.metrics.signal(f"payment_callback_{verdict}", provider)
    log.warning("payment_callback_refused", provider=provider, verdict=verdict)
