"""A shop in the process of the test: it records callbacks, and answers with the statuses that the test gives."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aftercare_simulators.payment import create
from fastapi import FastAPI
from standardwebhooks import Webhook

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="
SHOP = "http://shop/v1/payment-webhooks/simulator"


@dataclass
class Shop:
    """The receiver of callbacks: they are verified, and kept in the order of their arrival."""

    answers: list[int] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        content = request.content
        self.callbacks.append(Webhook(SECRET).verify(content, dict(request.headers)))
        self.ids.append(request.headers["webhook-id"])
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@dataclass
class Provider:
    """The simulator under test and a client of it."""

    app: FastAPI
    http: httpx.AsyncClient

    async def pay(self, id_: str = "pay_1", **changes: Any) -> httpx.Response:
        key = changes.pop("key", id_)
        body = {"payment_id": id_, "amount": 29500, "currency": "CNY", "method": "sim_success", "callback_url": SHOP}
        return await self.http.post("/v1/payments", json=body | changes, headers={"Idempotency-Key": key})

    async def refund(self, id_: str = "ref_1", **changes: Any) -> httpx.Response:
        key = changes.pop("key", id_)
        body = {"refund_id": id_, "payment_id": "pay_1", "amount": 19133, "currency": "CNY", "callback_url": SHOP}
        return await self.http.post("/v1/refunds", json=body | changes, headers={"Idempotency-Key": key})

    async def settled(self) -> None:
        await self.app.state.provider.callbacks.settled()


@pytest.fixture
async def make(shop: Shop) -> AsyncIterator[Callable[..., Provider]]:
    clients: list[httpx.AsyncClient] = []

    def build(**settings: Any) -> Provider:
        settings = {"delay": 0, "slow": 0.05, "retry_pauses": (0, 0)} | settings
        to_shop = httpx.AsyncClient(transport=httpx.MockTransport(shop.handle))
        app = create(SECRET, client=to_shop, **settings)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://provider")
        clients.extend((to_shop, client))
        return Provider(app, client)

    yield build
    for client in clients:
        await client.aclose()


@pytest.fixture
def provider(make: Callable[..., Provider]) -> Provider:
    return make()
