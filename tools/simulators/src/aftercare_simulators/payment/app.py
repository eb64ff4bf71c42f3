"""The provider as an ASGI application: `create(secret)`, for tests and for the server."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response

from aftercare_simulators.payment import schemas
from aftercare_simulators.payment.callbacks import RETRY_PAUSES, Callbacks, standard_signing
from aftercare_simulators.payment.charge_backs import ChargeBacks, ChargeBackStatus
from aftercare_simulators.payment.ledger import Kind, Ledger, OperationRefused
from aftercare_simulators.payment.provider import Provider, created

Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255)]


def create(
    secret: str,
    *,
    books: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    client: httpx.AsyncClient | None = None,
    delay: float = 0.05,
    slow: float = 3.0,
    retry_pauses: Sequence[float] = RETRY_PAUSES,
) -> FastAPI:
    """A provider that signs its callbacks with `secret` (whsec_…). Its ledger is in the file `books`, or in memory.

    `client` carries the callbacks; a test gives one that leads into its own application. `delay` and `slow` are the seconds
    until an ordinary and a slow operation end, `retry_pauses` those between the tries of a callback.
    `app.state.provider.callbacks.settled()` waits until nothing is being sent.
    """
    callbacks = Callbacks(standard_signing(secret), clock, client, retry_pauses)
    provider = Provider(Ledger(books, clock), callbacks, delay, slow, charge_backs=ChargeBacks(clock, "sim-cb"))
    app = FastAPI(title="Aftercare payment simulator", version="1", lifespan=lifespan)
    app.state.provider = provider
    app.add_exception_handler(OperationRefused, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    _add_operations(app, provider)
    add_controls(app, provider)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Resume what an earlier process left, and stop sending at the end."""
    provider: Provider = app.state.provider
    provider.resume()
    yield
    await provider.callbacks.close()
    provider.ledger.close()


def _add_operations(app: FastAPI, provider: Provider) -> None:
    @app.post("/v1/payments", status_code=201, response_model=schemas.OperationOut)
    async def pay(request: schemas.PaymentIn, key: Key = None) -> Response:
        return await provider.request(key, request)

    @app.post("/v1/refunds", status_code=201, response_model=schemas.OperationOut)
    async def refund(request: schemas.RefundIn, key: Key = None) -> Response:
        return await provider.request(key, request)

    @app.post("/v1/payments/{id_}/capture", status_code=201, response_model=schemas.OperationOut)
    async def capture(id_: str, request: schemas.CaptureIn) -> Response:
        return await provider.capture(provider.ledger.find(Kind.PAYMENT, id_), request.amount, created)

    @app.post("/v1/payments/{id_}/void", response_model_exclude_none=True)
    async def void(id_: str) -> schemas.OperationOut:
        return schemas.OperationOut.of(provider.void(provider.ledger.find(Kind.PAYMENT, id_)))

    @app.get("/v1/payments/{id_}", response_model_exclude_none=True)
    async def get_payment(id_: str) -> schemas.OperationOut:
        return schemas.OperationOut.of(provider.find(Kind.PAYMENT, id_))

    @app.get("/v1/refunds/{id_}", response_model_exclude_none=True)
    async def get_refund(id_: str) -> schemas.OperationOut:
        return schemas.OperationOut.of(provider.find(Kind.REFUND, id_))

    @app.get("/v1/statements/{day}")
    async def statement(day: date) -> schemas.StatementOut:
        since = datetime.combine(day, time(), UTC)
        return schemas.StatementOut.of(provider.ledger.settled(since, since + timedelta(days=1)))


def add_controls(app: FastAPI, provider: Provider) -> None:
    """What every simulator has beside its protocol: the ledger, the callbacks, and the switch of the method."""

    @app.get("/v1/ledger")
    async def ledger() -> schemas.LedgerOut:
        return schemas.LedgerOut.of(provider.ledger)

    @app.get("/v1/callbacks")
    async def callbacks() -> list[schemas.CallbackOut]:
        return [schemas.CallbackOut.of(delivery) for delivery in provider.callbacks.deliveries]

    @app.get("/v1/behaviour")
    async def behaviour() -> schemas.BehaviourOut:
        return schemas.BehaviourOut(method=provider.override)

    @app.put("/v1/behaviour")
    async def set_behaviour(request: schemas.BehaviourIn) -> schemas.BehaviourOut:
        provider.override = request.method
        return schemas.BehaviourOut(method=provider.override)

    @app.delete("/v1/behaviour", status_code=204)
    async def clear_behaviour() -> None:
        provider.override = None

    @app.post("/v1/reversals", status_code=201)
    async def reverse(request: schemas.ReversalIn) -> schemas.OperationOut:
        return schemas.OperationOut.of(provider.reverse(request.refund_id))

    @app.post("/v1/charge-backs", status_code=201)
    async def charge_back(request: schemas.ChargeBackIn) -> schemas.ChargeBackOut:
        return schemas.ChargeBackOut.of(provider.charge_back(request.payment_id, request.amount, request.reason))

    @app.post("/v1/charge-backs/{id_}/win")
    async def win(id_: str) -> schemas.ChargeBackOut:
        return schemas.ChargeBackOut.of(provider.decide(id_, ChargeBackStatus.WON))

    @app.post("/v1/charge-backs/{id_}/lose")
    async def lose(id_: str) -> schemas.ChargeBackOut:
        return schemas.ChargeBackOut.of(provider.decide(id_, ChargeBackStatus.LOST))

    @app.get("/livez")
    @app.get("/readyz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OperationRefused)
    return JSONResponse({"code": error.code, "detail": error.detail}, error.status)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    # The offending value is left out: it may be something that cannot be encoded.
    assert isinstance(error, RequestValidationError)
    errors = [
        {"where": [str(part).encode("ascii", "backslashreplace").decode() for part in e["loc"]], "what": e["msg"]}
        for e in error.errors()
    ]
    return JSONResponse({"code": "malformed", "errors": errors}, 422)
