"""Callbacks to the shop: signed, sent in the background, repeated a bounded number of times."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import httpx
from standardwebhooks import Webhook

from aftercare_simulators.payment.ledger import Operation

RETRY_PAUSES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0)
_TIMEOUT = 15


@dataclass(slots=True)
class Delivery:
    """One message to one address, and its delivery: `last` is the status or the error of the last try."""

    id: str
    type: str
    url: str
    body: str
    media_type: str = "application/json"
    tries: int = 0
    delivered: bool = False
    last: str | None = None


Sign = Callable[[Delivery, datetime], Mapping[str, str]]
"""The headers that prove a callback, as they are at this time, which has no fraction of a second."""


def standard_signing(secret: str) -> Sign:
    """Sign by Standard Webhooks with this secret (whsec_…)."""
    webhook = Webhook(secret)

    def headers(delivery: Delivery, at: datetime) -> Mapping[str, str]:
        return {
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": webhook.sign(delivery.id, at, delivery.body),
        }

    return headers


def is_success(response: httpx.Response) -> bool:
    """Whether the status is 2xx."""
    return response.is_success


def callback_about(operation: Operation) -> Delivery:
    """A new message that reports how this operation ended."""
    data: dict[str, str | int] = {
        f"{operation.kind}_id": operation.id,
        "payment_id": operation.payment_id,
        "reference": operation.reference,
        "amount": operation.amount,
        "currency": operation.currency,
    }
    if operation.failure_code is not None:
        data["failure_code"] = operation.failure_code
    type_ = f"{operation.kind}.{operation.status}"
    body = json.dumps({"type": type_, "data": data})
    return Delivery(f"msg_{uuid4().hex}", type_, operation.callback_url, body)


class Callbacks:
    """Sends callbacks. It keeps its tasks, so that a test can wait for them and a stop can end them.

    `retry_pauses` are the seconds between the tries of one message. Without a `client` it makes one for itself. `accepted`
    decides whether the shop has taken a message: each provider has an acknowledgement of its own.
    """

    def __init__(
        self,
        sign: Sign,
        clock: Callable[[], datetime],
        client: httpx.AsyncClient | None,
        retry_pauses: Sequence[float],
        accepted: Callable[[httpx.Response], bool] = is_success,
    ) -> None:
        self._sign, self._clock, self._retry_pauses, self._accepted = sign, clock, tuple(retry_pauses), accepted
        self.client, self._own_client = client, client is None
        self._tasks: set[asyncio.Task[None]] = set()
        self.deliveries: list[Delivery] = []

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run this in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settled(self) -> None:
        """Wait until nothing is being sent."""
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
        """Post the message until the shop takes it or the tries are used up, always under the same message id."""
        if not any(kept is delivery for kept in self.deliveries):
            self.deliveries.append(delivery)
        for pause in (*self._retry_pauses, None):
            delivery.tries += 1
            delivery.delivered, delivery.last = await self._post(delivery)
            if delivery.delivered:
                return
            if pause is not None:
                await asyncio.sleep(pause)

    async def _post(self, delivery: Delivery) -> tuple[bool, str]:
        if self.client is None:
            self.client = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)
        signature = self._sign(delivery, self._clock().replace(microsecond=0))
        headers = {"content-type": delivery.media_type, **signature}
        try:
            response = await self.client.post(delivery.url, content=delivery.body.encode(), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return False, type(error).__name__
        return self._accepted(response), str(response.status_code)
