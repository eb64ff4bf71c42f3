"""The provider: it carries out what a shop requests, as the script of the payment method requires."""

import asyncio
from collections.abc import Callable

import httpx
from fastapi.responses import JSONResponse, Response
from pydantic import JsonValue
from starlette.types import Receive, Scope, Send

from aftercare_simulators.payment import schemas
from aftercare_simulators.payment.callbacks import Callbacks, Delivery, callback_about
from aftercare_simulators.payment.charge_backs import (
    ChargeBack,
    ChargeBacks,
    ChargeBackStatus,
    callback_about_charge_back,
)
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, OperationRefused
from aftercare_simulators.payment.methods import Method, payment_script

_LONGEST_CALLBACK = 2  # seconds that a response waits for its callback


class LostResponse(httpx.RemoteProtocolError):
    """The connection broke before the response was complete. A client in the same process gets this very exception."""


class _Dropped(Response):
    """Announces a body and never sends it, so that a real server cuts the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        raise LostResponse("the connection was dropped on request")


Answer = Callable[[Operation, bool], Response]
"""The response about an operation as it is now; true where an earlier request under its key has made it."""


class Provider:
    """The ledger, the switch and the callbacks of one provider, whatever its protocol.

    `delay` and `slow` are the seconds until an ordinary and a slow operation end. `override` is the method of the switch.
    `report` makes the callback about an operation that has ended; None where the provider sends none. `charge_backs` is None where it
    has none.
    """

    def __init__(
        self,
        ledger: Ledger,
        callbacks: Callbacks,
        delay: float,
        slow: float,
        report: Callable[[Operation], Delivery | None] = callback_about,
        *,
        charge_backs: ChargeBacks | None = None,
        report_charge_back: Callable[[ChargeBack], Delivery] = callback_about_charge_back,
    ) -> None:
        self.charge_backs, self._report_charge_back = charge_backs, report_charge_back
        self.ledger, self.callbacks, self._delay, self._slow, self._report = ledger, callbacks, delay, slow, report
        self.override: Method | None = None
        self._queried: set[tuple[Kind, str]] = set()

    async def request(self, key: str | None, request: schemas.PaymentIn | schemas.RefundIn) -> Response:
        """Carry out a request of the simulator's own protocol once per key. Raises: OperationRefused."""
        if not key:
            raise OperationRefused(400, "idempotency_key_missing", "send an Idempotency-Key")
        return await self.submit(key, request.model_dump(mode="json"), self._operation(request), created)

    async def submit(
        self, key: str, content: JsonValue, operation: Operation, answer: Answer, *, at_once: bool = False
    ) -> Response:
        """Carry out a new operation once per key; `at_once`: it has ended before the response, as a charge of a card has.

        Raises:
            OperationRefused: the key belongs to another request, the id is taken, or a refund exceeds its payment.
        """
        known = self.ledger.replayed(operation.kind, key, content)
        if known is not None:
            return _Dropped() if known.script.lost_response else answer(known, True)
        self.ledger.insert(key, content, operation)
        return await self._run(operation, answer, at_once)

    def find(self, kind: Kind, id_: str) -> Operation:
        """The operation, as a query returns it.

        Raises: OperationRefused with 404.
        """
        return self.queried(self.ledger.find(kind, id_))

    def queried(self, operation: Operation) -> Operation:
        """The operation. After its first query, the callback of one with a lost response is sent like any other."""
        known = (operation.kind, operation.id)
        if operation.script.lost_response and known not in self._queried:
            self._send(operation)
        self._queried.add(known)
        return operation

    def void(self, operation: Operation) -> Operation:
        """Give up a payment that the buyer has not made, or that is authorised and not captured, and report it."""
        voided = self.ledger.void(operation)
        if operation.status is not voided.status:
            self._send(voided)
        return voided

    async def capture(self, operation: Operation, amount: int, answer: Answer) -> Response:
        """Take this much of an authorised payment, as the method of the switch or its own requires, and report it.

        Raises: OperationRefused.
        """
        script = payment_script(self.override or operation.method)
        if script.declined:
            raise OperationRefused(422, "capture_declined", "the capture is declined")
        captured = self.ledger.capture(operation, amount)
        if script.lost_response:
            return _Dropped()
        if captured.status is not operation.status:
            self._send(captured)
        return answer(captured, False)

    async def complete(self, operation: Operation) -> None:
        """Let the buyer make a payment that waits, and report it."""
        await self._deliver(self.ledger.settle(operation))

    def reverse(self, refund_id: str) -> Operation:
        """Let the money of a refund that has succeeded come back, as from an account that is closed, and report it. Raises: OperationRefused."""
        refund = self.ledger.find(Kind.REFUND, refund_id)
        back = self.ledger.reverse(refund)
        if back.status is not refund.status:
            self._send(back)
        return back

    def charge_back(self, payment_id: str, amount: int | None, reason: str) -> ChargeBack:
        """Take a payment back for its buyer, and report it. Raises: OperationRefused."""
        return self._reported(self._charge_backs().open(self.ledger.find(Kind.PAYMENT, payment_id), amount, reason))

    def decide(self, charge_back_id: str, status: ChargeBackStatus) -> ChargeBack:
        """Decide a charge-back, and report it. Raises: OperationRefused."""
        return self._reported(self._charge_backs().end(charge_back_id, status))

    def _charge_backs(self) -> ChargeBacks:
        if self.charge_backs is None:
            raise OperationRefused(404, "no_charge_backs", "this provider has no charge-backs")
        return self.charge_backs

    def _reported(self, charge_back: ChargeBack) -> ChargeBack:
        self.callbacks.start(self.callbacks.send(self._report_charge_back(charge_back)))
        return charge_back

    def resume(self) -> None:
        """End the operations that an earlier process left pending."""
        for operation in self.ledger.pending():
            self._start(operation)

    def _operation(self, request: schemas.PaymentIn | schemas.RefundIn) -> Operation:
        """The operation that is requested, not yet in the ledger; a refund has the method of its payment."""
        if isinstance(request, schemas.PaymentIn):
            kind, id_, method = Kind.PAYMENT, request.payment_id, request.method
            authorised = request.amount if request.capture == "manual" else None
        else:
            kind, id_, authorised = Kind.REFUND, request.refund_id, None
            method = self.ledger.find(Kind.PAYMENT, request.payment_id).method
        return Operation(
            kind=kind,
            id=id_,
            payment_id=request.payment_id,
            amount=request.amount,
            currency=request.currency,
            method=self.override or method,
            callback_url=request.callback_url,
            reference=self.ledger.next_reference(kind),
            authorised=authorised,
        )

    async def _run(self, operation: Operation, answer: Answer, at_once: bool) -> Response:
        script = operation.script
        if script.lost_response:
            self.ledger.settle(operation)
            return _Dropped()
        if script.callback_first:
            operation = self.ledger.settle(operation)
            if (callback := self._report(operation)) is not None:
                await self._send_first(callback)
        elif at_once and not (script.slow or script.unpaid):
            operation = self.ledger.settle(operation)
            self.callbacks.start(self._deliver(operation))
        else:
            self._start(operation)
        return answer(operation, False)

    def _start(self, operation: Operation) -> None:
        if not operation.script.unpaid:
            self.callbacks.start(self._finish(operation))

    async def _finish(self, operation: Operation) -> None:
        await asyncio.sleep(self._slow if operation.script.slow else self._delay)
        await self._deliver(self.ledger.settle(operation))

    async def _deliver(self, operation: Operation) -> None:
        """Send the callback about an operation that has ended, as often as its script requires."""
        callback = self._report(operation)
        if callback is None:
            return
        await self.callbacks.send(callback)
        if operation.script.duplicate:
            await self.callbacks.send(callback)
            self._send(operation)

    def _send(self, operation: Operation) -> None:
        if (callback := self._report(operation)) is not None:
            self.callbacks.start(self.callbacks.send(callback))

    async def _send_first(self, callback: Delivery) -> None:
        # Bounded: a shop that waits for our response before it accepts callbacks must not wait without an end.
        await asyncio.wait({self.callbacks.start(self.callbacks.send(callback))}, timeout=_LONGEST_CALLBACK)


def created(operation: Operation, replayed: bool) -> Response:
    """201 with the operation as it is now."""
    body = schemas.OperationOut.of(operation).model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, 201, headers={"Idempotent-Replayed": "true"} if replayed else None)
