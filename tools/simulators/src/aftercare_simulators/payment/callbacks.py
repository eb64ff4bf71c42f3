"""Callbacks to the shop: Standard Webhooks, sent in the background, tried again a bounded number of times."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

from aftercare_simulators.payment.book import Operation

PATIENCE = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0)


@dataclass(slots=True)
class Delivery:
    """One message to one address, and how it went."""

    id: str
    type: str
    url: str
    body: str
    tries: int = 0
    delivered: bool = False
    last: str | None = None


def message(operation: Operation) -> Delivery:
    """The callback that tells how this operation ended."""
    data = {
        f"{operation.kind}_id": operation.id,
        "payment_id": operation.payment_id,
        "reference": operation.reference,
        "amount": operation.amount,
        "currency": operation.currency,
    }
    if operation.failure_code is not None:
        data["failure_code"] = operation.failure_code
    kind = f"{operation.kind}.{operation.status}"
    return Delivery(f"msg_{uuid4().hex}", kind, operation.callback_url, json.dumps({"type": kind, "data": data}))


class Callbacks:
    """Sends callbacks; keeps its tasks so that a test can wait for them and a stop can end them."""

    def __init__(
        self,
        secret: str,
        clock: Callable[[], datetime],
        client: httpx.AsyncClient | None,
        patience: Sequence[float],
    ) -> None:
        self._webhook = Webhook(secret)
        self._clock = clock
        self.client = client
        self._own_client = client is None
        self._patience = tuple(patience)
        self._tasks: set[asyncio.Task[None]] = set()
        self.deliveries: list[Delivery] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop sending; what was not delivered stays undelivered."""
        for task in tuple(self._tasks):
            task.cancel()
        await self.settled()
        if self._own_client and self.client is not None:
            await self.client.aclose()

    async def send(self, delivery: Delivery) -> None:
        """Post it until the shop says 2xx or patience ends; the message id stays the same."""
        if not any(kept is delivery for kept in self.deliveries):
            self.deliveries.append(delivery)
        for pause in (*self._patience, None):
            delivery.tries += 1
            delivery.last = await self._post(delivery)
            if delivery.last.startswith("2"):
                delivery.delivered = True
                return
            if pause is not None:
                await asyncio.sleep(pause)

    async def _post(self, delivery: Delivery) -> str:
        if self.client is None:
            self.client = httpx.AsyncClient(timeout=15)
        now = self._clock().replace(microsecond=0)
        headers = {
            "content-type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(delivery.id, now, delivery.body),
        }
        try:
            response = await self.client.post(delivery.url, content=delivery.body.encode(), headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        return str(response.status_code)
