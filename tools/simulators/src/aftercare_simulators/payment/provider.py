"""The provider: it carries out what a shop requests, as the script of the payment method requires."""

import asyncio

import httpx
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from aftercare_simulators.payment import schemas
from aftercare_simulators.payment.callbacks import Callbacks, Delivery, callback_about
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused
from aftercare_simulators.payment.methods import Method

_LONGEST_CALLBACK = 2  # seconds that a response waits for its callback


class LostResponse(httpx.RemoteProtocolError):
    """The connection broke before the response was complete. A client in the same process gets this very exception."""


class _Dropped(Response):
    """Announces a body and never sends it, so that a real server cuts the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        raise LostResponse("the connection was dropped on request")


class Provider:
    """The ledger, the switch and the callbacks of one provider.

    `delay` and `slow` are the seconds until an ordinary and a slow operation end. `override` is the method of the switch.
    """

    def __init__(self, ledger: Ledger, callbacks: Callbacks, delay: float, slow: float) -> None:
        self.ledger, self.callbacks, self._delay, self._slow = ledger, callbacks, delay, slow
        self.override: Method | None = None
        self._queried: set[tuple[Kind, str]] = set()

    async def request(self, key: str | None, request: schemas.PaymentIn | schemas.RefundIn) -> Response:
        """Carry out a request once per key. Raises: OperationRefused."""
        if not key:
            raise OperationRefused(400, "idempotency_key_missing", "send an Idempotency-Key")
        kind = Kind.PAYMENT if isinstance(request, schemas.PaymentIn) else Kind.REFUND
        content = request.model_dump(mode="json")
        known = self.ledger.replayed(kind, key, content)
        if known is not None:
            return _Dropped() if known.script.lost_response else _created(known, replayed=True)
        operation = self._operation(kind, request)
        self.ledger.insert(key, content, operation)
        return await self._run(operation)

    def find(self, kind: Kind, id_: str) -> Operation:
        """The operation. After its first query, the callback of one with a lost response is sent like any other.

        Raises: OperationRefused with 404.
        """
        operation = self.ledger.find(kind, id_)
        if operation.script.lost_response and (kind, id_) not in self._queried:
            self.callbacks.start(self.callbacks.send(callback_about(operation)))
        self._queried.add((kind, id_))
        return operation

    def resume(self) -> None:
        """End the operations that an earlier process left pending."""
        for operation in self.ledger.pending():
            self.callbacks.start(self._finish(operation))

    def _operation(self, kind: Kind, request: schemas.PaymentIn | schemas.RefundIn) -> Operation:
        """The operation that is requested, not yet in the ledger; a refund has the method of its payment."""
        if isinstance(request, schemas.PaymentIn):
            id_, method = request.payment_id, request.method
        else:
            id_, method = request.refund_id, self.ledger.find(Kind.PAYMENT, request.payment_id).method
        return Operation(
            kind=kind,
            id=id_,
            payment_id=request.payment_id,
            amount=request.amount,
            currency=request.currency,
            method=self.override or method,
            callback_url=request.callback_url,
            reference=self.ledger.next_reference(kind),
        )

    async def _run(self, operation: Operation) -> Response:
        script = operation.script
        if script.lost_response:
            self.ledger.settle(operation)
            return _Dropped()
        if script.callback_first:
            operation = self.ledger.settle(operation)
            await self._send_first(callback_about(operation))
        else:
            self.callbacks.start(self._finish(operation))
        return _created(operation)

    async def _finish(self, operation: Operation) -> None:
        await asyncio.sleep(self._slow if operation.script.slow else self._delay)
        operation = self.ledger.settle(operation)
        callback = callback_about(operation)
        await self.callbacks.send(callback)
        if operation.script.duplicate:
            await self.callbacks.send(callback)
            await self.callbacks.send(callback_about(operation))

    async def _send_first(self, callback: Delivery) -> None:
        # Bounded: a shop that waits for our response before it accepts callbacks must not wait without an end.
        await asyncio.wait({self.callbacks.start(self.callbacks.send(callback))}, timeout=_LONGEST_CALLBACK)


def _created(operation: Operation, *, replayed: bool = False) -> Response:
    """201 with the operation as it is now."""
    body = schemas.OperationOut.of(operation).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, 201, headers={"Idempotent-Replayed": "true"} if replayed else None)
