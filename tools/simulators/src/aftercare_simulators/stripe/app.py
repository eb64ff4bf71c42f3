"""Stripe as an ASGI application: `create(api_key, webhook_url=…, secrets=…)`. Sources: docs.stripe.com/api, docs.stripe.com/webhooks."""

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response

from aftercare_simulators.payment.app import add_controls, lifespan
from aftercare_simulators.payment.callbacks import RETRY_PAUSES, Callbacks, Delivery, Sign
from aftercare_simulators.payment.charge_backs import ChargeBack, ChargeBacks
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused, Status
from aftercare_simulators.payment.methods import Method
from aftercare_simulators.payment.provider import Provider
from aftercare_simulators.stripe import objects

# Any: JSON, and callables as their libraries declare them.
_METHODS = {
    "pm_card_visa": Method.SUCCESS,
    "pm_card_chargeDeclined": Method.DECLINED,
    "pm_card_refundFail": Method.REFUND_DECLINED,
}
_STEPS = {**dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10), "ISK": 100, "UGX": 100}
"""What the amounts of these currencies are multiples of."""
_SEARCHED = re.compile(r"metadata\['payment_id'\]:'([^']*)'")
Key = Annotated[str, Header(alias="Idempotency-Key")]


def create(
    api_key: str,
    *,
    webhook_url: str,
    secrets: Sequence[str],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: httpx.AsyncClient | None = None,
    delay: float = 0.05,
    slow: float = 3.0,
    retry_pauses: Sequence[float] = RETRY_PAUSES,
) -> FastAPI:
    """A Stripe account with this key. Events are posted to `webhook_url`, signed with each of `app.state.secrets`.

    The other parameters are those of the payment simulator. A PaymentIntent without a payment method is confirmed by its buyer
    after `delay` seconds.
    """
    app = FastAPI(title="Stripe simulator", version="1", lifespan=lifespan)
    app.state.secrets = list(secrets)
    ledger = Ledger(clock=clock)
    callbacks = Callbacks(_signing(app), clock, client, retry_pauses)

    def report(operation: Operation) -> Delivery:
        return objects.event_about(ledger, operation, clock(), webhook_url)

    def report_dispute(charge_back: ChargeBack) -> Delivery:
        return objects.event_about_dispute(charge_back, clock(), webhook_url)

    charge_backs = ChargeBacks(clock, "dp")
    provider = Provider(
        ledger, callbacks, delay, slow, report, charge_backs=charge_backs, report_charge_back=report_dispute
    )
    app.state.provider = provider
    app.add_exception_handler(OperationRefused, _refused)
    _add_authentication(app, api_key)
    _add_payments(app, provider)
    _add_refunds(app, provider)
    _add_statements(app, ledger, charge_backs)
    add_controls(app, provider)
    return app


def _signing(app: FastAPI) -> Sign:
    """`stripe-signature` with a signature per secret, as while one secret replaces another."""

    def headers(delivery: Delivery, at: datetime) -> dict[str, str]:
        signed = f"{int(at.timestamp())}.{delivery.body}".encode()
        proofs = [f"v1={hmac.digest(secret.encode(), signed, 'sha256').hex()}" for secret in app.state.secrets]
        return {"stripe-signature": ",".join([f"t={int(at.timestamp())}", *proofs])}

    return headers


def _add_authentication(app: FastAPI, api_key: str) -> None:
    @app.middleware("http")
    async def authenticate(
        request: Request, follow: Any
    ) -> Response:  # Any: Starlette's callable of the next application
        is_api = request.url.path.startswith(("/v1/payment_intents", "/v1/refunds", "/v1/balance_transactions"))
        if is_api and request.headers.get("authorization") != f"Bearer {api_key}":
            return _error(401, "invalid_request_error", "", "Invalid API Key provided")
        response: Response = await follow(request)
        return response


def _add_payments(app: FastAPI, provider: Provider) -> None:
    ledger = provider.ledger

    @app.post("/v1/payment_intents")
    async def create_intent(request: Request, key: Key) -> Response:
        form = await _form(request)
        method = _METHODS.get(form.get("payment_method", ""), Method.SUCCESS)
        id_ = objects.new_id("pi", key)
        operation = _operation(form, Kind.PAYMENT, id_, id_, provider.override or method)
        if form.get("capture_method") == "manual":
            operation = replace(operation, authorised=operation.amount)
        is_charged = form.get("confirm") == "true"

        def answer(made: Operation, _: bool) -> Response:
            intent = objects.intent(ledger, made)
            if is_charged and made.status is Status.DECLINED:
                return _error(402, "card_error", "card_declined", "Your card was declined.", payment_intent=intent)
            return JSONResponse(intent)

        return await provider.submit(key, dict(form), operation, answer, at_once=is_charged)

    @app.get("/v1/payment_intents/search")
    async def search(query: str) -> dict[str, Any]:  # Any: JSON
        wanted = _SEARCHED.search(query)
        found = [each for each in ledger.payments() if wanted and _metadata(ledger, each)["payment_id"] == wanted[1]]
        data = [objects.intent(ledger, provider.queried(each)) for each in found]
        return {"object": "search_result", "url": "/v1/payment_intents/search", "has_more": False, "data": data}

    @app.get("/v1/payment_intents/{id_}")
    async def retrieve(id_: str) -> dict[str, Any]:  # Any: JSON
        return objects.intent(ledger, provider.find(Kind.PAYMENT, id_))

    @app.post("/v1/payment_intents/{id_}/capture")
    async def capture(id_: str, request: Request) -> Response:
        payment, form = ledger.find(Kind.PAYMENT, id_), await _form(request)
        amount = int(form.get("amount_to_capture", payment.amount))
        return await provider.capture(payment, amount, lambda made, _: JSONResponse(objects.intent(ledger, made)))

    @app.post("/v1/payment_intents/{id_}/cancel")
    async def cancel(id_: str) -> Response:
        payment = provider.void(ledger.find(Kind.PAYMENT, id_))
        if payment.status is Status.SUCCEEDED:
            detail = "You cannot cancel this PaymentIntent because it has a status of succeeded."
            return _error(400, "invalid_request_error", "payment_intent_unexpected_state", detail)
        return JSONResponse(objects.intent(ledger, payment))


def _add_refunds(app: FastAPI, provider: Provider) -> None:
    ledger = provider.ledger

    @app.post("/v1/refunds")
    async def create_refund(request: Request, key: Key) -> Response:
        form = await _form(request)
        payment = ledger.find(Kind.PAYMENT, form["payment_intent"])
        form = {"currency": payment.currency, **form}
        method = provider.override or payment.method
        operation = _operation(form, Kind.REFUND, objects.new_id("re", key), payment.id, method)

        def answer(made: Operation, _: bool) -> Response:
            return JSONResponse(objects.refund(ledger, made))

        return await provider.submit(key, dict(form), operation, answer, at_once=True)

    @app.get("/v1/refunds")
    async def list_refunds(payment_intent: str) -> dict[str, Any]:  # Any: JSON
        ledger.find(Kind.PAYMENT, payment_intent)
        data = [objects.refund(ledger, provider.queried(each)) for each in ledger.refunds(payment_intent)]
        return {"object": "list", "url": "/v1/refunds", "has_more": False, "data": data}


def _add_statements(app: FastAPI, ledger: Ledger, charge_backs: ChargeBacks) -> None:
    @app.get("/v1/balance_transactions")
    async def balance_transactions(request: Request) -> dict[str, Any]:
        given = request.query_params
        since, until = (datetime.fromtimestamp(int(given[name]), UTC) for name in ("created[gte]", "created[lt]"))
        data = [objects.balance_transaction(ledger, at, each) for at, each in ledger.settled(since, until)]
        data += [objects.dispute_transaction(at, each) for at, each in charge_backs.moved(since, until)]
        return {"object": "list", "url": "/v1/balance_transactions", "has_more": False, "data": data}


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _operation(form: dict[str, str], kind: Kind, id_: str, payment_id: str, method: Method) -> Operation:
    step = _STEPS.get(form["currency"].upper(), 1)
    if int(form["amount"]) % step:
        raise OperationRefused(400, "amount_invalid", f"amounts of {form['currency']} are multiples of {step}")
    return Operation(
        kind=kind,
        id=id_,
        payment_id=payment_id,
        amount=int(form["amount"]),
        currency=form["currency"].upper(),
        method=method,
        callback_url="",
        reference=id_,
    )


def _metadata(ledger: Ledger, operation: Operation) -> dict[str, str]:
    return {"payment_id": "", **objects.metadata(ledger, operation)}


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationRefused)
    if error.status == 404:
        return _error(404, "invalid_request_error", "resource_missing", error.detail)
    if error.code == "idempotency_key_reused":
        return _error(400, "idempotency_error", "", error.detail)
    if error.code == "capture_declined":
        return _error(402, "card_error", "card_declined", "Your card was declined.")
    codes = {"payment_not_authorised": "payment_intent_unexpected_state"}
    code = "charge_already_refunded" if error.detail.startswith("0 ") else codes.get(error.code, "")
    return _error(400, "invalid_request_error", code, error.detail)


def _error(status: int, type_: str, code: str, message: str, **more: object) -> JSONResponse:
    known = {"code": code} if code else {}
    return JSONResponse({"error": {"type": type_, "message": message, **known, **more}}, status)
