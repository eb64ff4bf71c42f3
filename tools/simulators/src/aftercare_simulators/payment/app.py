"""The provider as an ASGI application: `create(secret)` for tests and for the server alike."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from aftercare_simulators.payment import schemas
from aftercare_simulators.payment.book import Book, Kind, Operation, Refused
from aftercare_simulators.payment.callbacks import PATIENCE, Callbacks, Delivery, message
from aftercare_simulators.payment.methods import Method

Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=255)]


class LostAnswer(httpx.RemoteProtocolError):
    """The connection broke before the answer was through. In process the client meets this very exception."""


class _Dropped(Response):
    """Promises a body and never sends it, so that a real server cuts the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        raise LostAnswer("the connection was dropped to order")


class Provider:
    """The books, the switch and the callbacks of one provider."""

    def __init__(self, book: Book, callbacks: Callbacks, delay: float, slow: float) -> None:
        self.book = book
        self.callbacks = callbacks
        self.override: Method | None = None
        self._delay = delay
        self._slow = slow
        self._asked: set[tuple[Kind, str]] = set()

    def payment(self, request: schemas.PaymentIn) -> Operation:
        """A payment as ordered, not yet in the books."""
        method = self.override or request.method
        return Operation(
            kind=Kind.PAYMENT,
            id=request.payment_id,
            payment_id=request.payment_id,
            amount=request.amount,
            currency=request.currency,
            method=method,
            callback_url=request.callback_url,
            reference=self.book.next_reference(Kind.PAYMENT),
        )

    def refund(self, request: schemas.RefundIn) -> Operation:
        """A refund as ordered, not yet in the books; it obeys the method of its payment."""
        method = self.override or self.book.find(Kind.PAYMENT, request.payment_id).method
        return Operation(
            kind=Kind.REFUND,
            id=request.refund_id,
            payment_id=request.payment_id,
            amount=request.amount,
            currency=request.currency,
            method=method,
            callback_url=request.callback_url,
            reference=self.book.next_reference(Kind.REFUND),
        )

    async def run(self, operation: Operation) -> Response:
        """Let the operation take its course and answer the shop."""
        script = operation.script
        if script.lost_answer:
            self.book.settle(operation)
            return _Dropped()
        if script.callback_first:
            operation = self.book.settle(operation)
            await self._tell_first(message(operation))
        else:
            self.callbacks.start(self._finish(operation))
        return answer(operation)

    def asked(self, operation: Operation) -> None:
        """The shop came to ask: from now on a lost operation is told of like any other."""
        if operation.script.lost_answer and (operation.kind, operation.id) not in self._asked:
            self.callbacks.start(self.callbacks.send(message(operation)))
        self._asked.add((operation.kind, operation.id))

    def resume(self) -> None:
        """What an earlier process began comes to its end."""
        for operation in self.book.pending():
            self.callbacks.start(self._finish(operation))

    async def _finish(self, operation: Operation) -> None:
        await asyncio.sleep(self._slow if operation.script.slow else self._delay)
        operation = self.book.settle(operation)
        told = message(operation)
        await self.callbacks.send(told)
        if operation.script.duplicate:
            await self.callbacks.send(told)
            await self.callbacks.send(message(operation))

    async def _tell_first(self, told: Delivery) -> None:
        # A shop that waits for our answer before it takes callbacks must not hang us: the answer goes out after 2 s at the latest.
        await asyncio.wait({self.callbacks.start(self.callbacks.send(told))}, timeout=2)


def answer(operation: Operation, *, replayed: bool = False) -> Response:
    """201 with the operation as it stands."""
    body = schemas.OperationOut.of(operation).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, 201, headers={"Idempotent-Replayed": "true"} if replayed else None)


def create(
    secret: str,
    *,
    books: Path | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    http: httpx.AsyncClient | None = None,
    delay: float = 0.05,
    slow: float = 3.0,
    patience: Sequence[float] = PATIENCE,
) -> FastAPI:
    """A provider that signs its callbacks with `secret` (whsec_…). Its books lie in the file `books`, or in memory.

    `http` is the client that carries the callbacks (a test gives one that leads into its own application); `delay`
    and `slow` are seconds until an ordinary and a slow operation end; `patience` are the pauses between the tries of
    a callback. `app.state.provider.callbacks.settled()` waits until nothing is on its way.
    """
    provider = Provider(Book(books), Callbacks(secret, clock, http, patience), delay, slow)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        provider.resume()
        yield
        await provider.callbacks.close()
        provider.book.close()

    app = FastAPI(title="Aftercare payment simulator", version="1", lifespan=life)
    app.state.provider = provider
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    _add_operations(app, provider)
    _add_controls(app, provider)
    return app


def _add_operations(app: FastAPI, provider: Provider) -> None:
    async def order(key: str | None, request: schemas.PaymentIn | schemas.RefundIn) -> Response:
        if not key:
            raise Refused(400, "idempotency_key_missing", "send an Idempotency-Key")
        kind = Kind.PAYMENT if isinstance(request, schemas.PaymentIn) else Kind.REFUND
        asked = request.model_dump(mode="json")
        known = provider.book.replayed(kind, key, asked)
        if known is not None:
            return _Dropped() if known.script.lost_answer else answer(known, replayed=True)
        made = provider.payment(request) if isinstance(request, schemas.PaymentIn) else provider.refund(request)
        provider.book.enter(key, asked, made)
        return await provider.run(made)

    @app.post("/v1/payments", status_code=201, response_model=schemas.OperationOut)
    async def pay(request: schemas.PaymentIn, key: Key = None) -> Response:
        return await order(key, request)

    @app.post("/v1/refunds", status_code=201, response_model=schemas.OperationOut)
    async def refund(request: schemas.RefundIn, key: Key = None) -> Response:
        return await order(key, request)

    @app.get("/v1/payments/{id_}", response_model_exclude_none=True)
    async def get_payment(id_: str) -> schemas.OperationOut:
        operation = provider.book.find(Kind.PAYMENT, id_)
        provider.asked(operation)
        return schemas.OperationOut.of(operation)

    @app.get("/v1/refunds/{id_}", response_model_exclude_none=True)
    async def get_refund(id_: str) -> schemas.OperationOut:
        operation = provider.book.find(Kind.REFUND, id_)
        provider.asked(operation)
        return schemas.OperationOut.of(operation)


def _add_controls(app: FastAPI, provider: Provider) -> None:
    @app.get("/v1/ledger")
    async def ledger() -> schemas.LedgerOut:
        return schemas.LedgerOut.of(provider.book)

    @app.get("/v1/callbacks")
    async def callbacks() -> list[schemas.CallbackOut]:
        return [schemas.CallbackOut.of(delivery) for delivery in provider.callbacks.deliveries]

    @app.get("/v1/behaviour")
    async def behaviour() -> schemas.BehaviourOut:
        return schemas.BehaviourOut(method=provider.override)

    @app.put("/v1/behaviour")
    async def behave(request: schemas.BehaviourIn) -> schemas.BehaviourOut:
        provider.override = request.method
        return schemas.BehaviourOut(method=provider.override)

    @app.delete("/v1/behaviour", status_code=204)
    async def behave_as_asked() -> None:
        provider.override = None

    @app.get("/livez")
    @app.get("/readyz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return JSONResponse({"code": error.code, "detail": error.detail}, error.status)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    # The offending value is left out: it may be something that cannot be encoded.
    assert isinstance(error, RequestValidationError)
    errors = [
        {"where": [str(part).encode("ascii", "backslashreplace").decode() for part in e["loc"]], "what": e["msg"]}
        for e in error.errors()
    ]
    return JSONResponse({"code": "malformed", "errors": errors}, 422)
