"""Provider and shop over loopback sockets: signatures, repetitions, timeouts and addresses that nobody answers at."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aftercare_chassis.testing.servers import serve_app
from aftercare_simulators.payment import callbacks, create
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET = "whsec_" + "c2ltdWxhdG9yLXNlY3JldC1vZi10aGUtdGVzdHM="
Reaction = Callable[[], Awaitable[int]]


@dataclass
class Peers:
    """The provider and the shop. `reactions` are what the shop does with the next callbacks; then it accepts them."""

    http: httpx.AsyncClient
    shop_url: str
    provider: Any
    received: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)

    async def pay(self, id_: str = "pay_1", **more: Any) -> httpx.Response:
        body = {"payment_id": id_, "amount": 29500, "currency": "CNY", "callback_url": self.shop_url, **more}
        return await self.http.post("/v1/payments", json=body, headers={"Idempotency-Key": id_})

    async def deliveries(self) -> list[tuple[int, bool, str]]:
        """Tries, success and last result of each callback, once nothing is being sent."""
        await asyncio.wait_for(self.provider.callbacks.settled(), 60)
        listed = (await self.http.get("/v1/callbacks")).json()
        return [(each["tries"], each["delivered"], each["last"]) for each in listed]


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    async def receive(request: Request) -> Response:
        made.received.append((await request.body(), dict(request.headers)))
        return Response(status_code=await made.reactions.pop(0)() if made.reactions else 204)

    shop = Starlette(routes=[Route("/callbacks", receive, methods=["POST"])])
    app = create(SECRET, delay=0, retry_pauses=(0, 0))
    async with (
        serve_app(shop) as shop_url,
        serve_app(app) as url,
        httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as http,
    ):
        made = Peers(http, f"{shop_url}/callbacks", app.state.provider)
        yield made
        await made.provider.callbacks.close()


async def test_a_callback_verifies_with_the_secret_alone(peers: Peers) -> None:
    await peers.pay()
    assert await peers.deliveries() == [(1, True, "204")]
    [(body, headers)] = peers.received
    assert Webhook(SECRET).verify(body, headers)["data"]["payment_id"] == "pay_1"
    other = Webhook("whsec_" + "b3RoZXItc2VjcmV0LW9mLXRoZS10ZXN0cw==")
    for verify in (lambda: other.verify(body, headers), lambda: Webhook(SECRET).verify(body + b" ", headers)):
        with pytest.raises(WebhookVerificationError):
            verify()


async def test_a_shop_that_does_not_respond_in_time_gets_the_same_callback_again(
    peers: Peers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "_TIMEOUT", 0.2)
    released = asyncio.Event()

    async def too_late() -> int:
        await released.wait()
        return 200

    peers.reactions = [too_late]
    await peers.pay()
    assert await peers.deliveries() == [(2, True, "204")]
    released.set()
    (first, first_headers), (second, second_headers) = peers.received
    assert first == second
    assert first_headers["webhook-id"] == second_headers["webhook-id"]


async def test_a_payment_is_reported_twice_where_the_method_asks_for_it(peers: Peers) -> None:
    await peers.pay(method="sim_duplicate_callback")
    assert await peers.deliveries() == [(2, True, "204"), (1, True, "204")]
    ids = [headers["webhook-id"] for _, headers in peers.received]
    assert ids[0] == ids[1] != ids[2]
    assert len({body for body, _ in peers.received}) == 1


async def test_a_callback_may_arrive_before_the_response(peers: Peers) -> None:
    responded = asyncio.Event()
    early: list[bool] = []

    async def before_the_response() -> int:
        early.append(not responded.is_set())
        return 200

    peers.reactions = [before_the_response]
    response = await peers.pay(method="sim_callback_first")
    responded.set()
    assert (response.json()["status"], early) == ("succeeded", [True])


async def test_a_lost_response_leaves_one_payment_that_a_query_finds(peers: Peers) -> None:
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            await peers.pay(method="sim_lost_answer")
    assert await peers.deliveries() == []
    assert (await peers.http.get("/v1/payments/pay_1")).json()["status"] == "succeeded"
    assert await peers.deliveries() == [(1, True, "204")]
    assert (await peers.http.get("/v1/ledger")).json()["paid"] == {"CNY": 29500}


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:9/x", "ConnectError"),
        ("http://shop:port/x", "InvalidURL"),
        ("http://:80/", "UnsupportedProtocol"),
    ],
)
async def test_an_address_that_nobody_answers_at_is_tried_and_listed(peers: Peers, url: str, error: str) -> None:
    assert (await peers.pay(callback_url=url)).status_code == 201
    assert await peers.deliveries() == [(3, False, error)]
    assert (await peers.http.get("/v1/payments/pay_1")).json()["status"] == "succeeded"


async def test_callbacks_use_no_proxy_of_the_environment(peers: Peers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    await peers.pay()
    assert await peers.deliveries() == [(1, True, "204")]
