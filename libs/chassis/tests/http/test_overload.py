"""The admission of requests behind a real server: who is refused, how, and what is not held up."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from aftercare_chassis.auth.dev_keys import mint
from aftercare_chassis.http import middleware, problems, request_body
from aftercare_chassis.http.admission import Priority
from aftercare_chassis.http.gate import Gate
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import ServiceSettings
from aftercare_chassis.testing.servers import serve_app
from aftercare_chassis.testing.waiting import until as until_async
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

LIMIT = 2


async def until(condition: Callable[[], bool], what: str) -> None:
    async def holds() -> bool:
        return condition()

    await until_async(holds, what)


class Shop:
    """An app whose requests last until the test lets them end."""

    def __init__(self, settings: ServiceSettings, clock: Any, key: Any) -> None:
        self.settings = settings.model_copy(update={"pool_size": LIMIT, "queue_seconds": 20.0, "request_seconds": 60.0})
        self._key, self._clock, self._tokens = key, clock, dict[str, str]()
        self.app, self.end, self.begun = FastAPI(), asyncio.Event(), list[str]()
        roles = {"buyer": None, "seller": "merchant_id"}
        runtime = Runtime("test-svc", self.settings, clock, Uuid7Ids(), Metrics("test-svc"), roles=roles)
        self.runtime = self.app.state.runtime = runtime
        partners = WebhookRouter("/pushes", lambda partner, problem: Response(f"{partner}: {problem['code']}", 503))

        @self.app.api_route("/jobs/{name}", methods=["GET", "POST"])
        async def work(name: str, request: Request) -> int:
            runtime.verifier.actor(request.headers)
            self.begun.append(name)
            await self.end.wait()
            return len(await request.body())

        @partners.post("/{partner}")
        async def push(partner: str) -> str:
            return partner

        @self.app.get("/stream")
        async def stream() -> StreamingResponse:
            async def lines() -> AsyncIterator[bytes]:
                yield b"one\n"
                await self.end.wait()

            return StreamingResponse(lines())

        @self.app.get("/livez")
        async def livez() -> str:
            return "ok"

        problems.install(self.app)
        self.app.include_router(partners)
        middleware.install(self.app, runtime, [partners])

    def headers(self, merchant: str = "m-1") -> dict[str, str]:
        if merchant not in self._tokens:  # each token that is made for the same person differs
            seller, now = {"role": "seller", "sub": f"seller-of-{merchant}", "merchant_id": merchant}, self._clock.now()
            self._tokens[merchant] = mint(self._key, **seller, issuer=self.settings.jwt_issuer, now=now)
        return {"authorization": f"Bearer {self._tokens[merchant]}"}

    def value(self, name: str, **labels: str) -> float:
        return self.runtime.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def shop(settings: ServiceSettings, clock: Any, key: Any) -> AsyncIterator[Shop]:
    made = Shop(settings, clock, key)
    yield made
    made.end.set()


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    async with serve_app(shop.app) as address, httpx.AsyncClient(base_url=address, timeout=60) as made:
        made.headers["accept-language"] = "en"
        yield made
        shop.end.set()


@pytest.fixture
async def send(shop: Shop, client: httpx.AsyncClient) -> AsyncIterator[Callable[..., "asyncio.Task[httpx.Response]"]]:
    """Sends a request that lasts until the test lets it end."""
    tasks = []

    def sent(name: str, merchant: str = "m-1", method: str = "GET", **more: Any) -> "asyncio.Task[httpx.Response]":
        tasks.append(
            asyncio.create_task(client.request(method, f"/jobs/{name}", headers=shop.headers(merchant), **more))
        )
        return tasks[-1]

    yield sent
    shop.end.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def busy(shop: Shop, send: Any) -> list["asyncio.Task[httpx.Response]"]:
    """As many requests as may run, of merchant m-1."""
    tasks = [send(f"running-{number}") for number in range(LIMIT)]
    await until(lambda: len(shop.begun) == LIMIT, "they run")
    return tasks


async def waiting(shop: Shop, number: int) -> None:
    await until(lambda: shop.value("aftercare_http_waiting") == number, f"{number} wait")


def room(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let so many requests wait for each that runs."""
    monkeypatch.setattr("aftercare_chassis.http.admission.LONGEST_QUEUE", number)


async def test_requests_above_the_limit_wait_and_are_served(shop: Shop, send: Any) -> None:
    tasks = await busy(shop, send)
    tasks += [send("get"), send("post", method="POST", content=b"abc")]
    await waiting(shop, 2)
    assert len(shop.begun) == LIMIT
    shop.end.set()
    assert [(await task).json() for task in tasks] == [0, 0, 0, 3]
    assert shop.value("aftercare_http_running") == 0


async def test_what_finds_no_room_is_refused_with_a_problem(
    shop: Shop, client: httpx.AsyncClient, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, 1)
    await busy(shop, send)
    waits = [send("a"), send("b")]
    await waiting(shop, LIMIT)
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    traced = {**shop.headers(), "traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    refused = await client.get("/jobs/late", headers=traced)
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert (refused.json()["trace_id"], refused.headers["trace-id"]) == (trace_id, trace_id)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] in "123"
    assert {"cache-control", "x-frame-options", "vary", "content-language"} <= set(refused.headers)
    in_chinese = await client.get("/jobs/late", headers={**shop.headers(), "accept-language": "zh"})
    assert "负载" in in_chinese.json()["detail"]
    assert (await client.head("/jobs/late", headers=shop.headers())).status_code == 503
    shop.end.set()
    assert {(await task).status_code for task in waits} == {200}
    assert (await client.post("/jobs/late", headers=shop.headers(), content=b"1")).status_code == 200


async def test_a_flood_of_one_merchant_is_refused_as_such_and_others_are_served(
    shop: Shop, client: httpx.AsyncClient, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, 3)
    for merchant in ("m-1", "m-2"):
        shop.runtime.verifier.actor(shop.headers(merchant))  # their tokens are known
    await busy(shop, send)
    flood = [send(f"flood-{number}") for number in range(6)]
    await waiting(shop, 6)
    other = send("other", "m-2")
    await until(lambda: any(task.done() for task in flood), "one of the flood gives way")
    [refused] = [task.result() for task in flood if task.done()]
    assert (refused.status_code, refused.json()["code"]) == (429, "share_used_up")
    assert (await client.get("/jobs/late", headers=shop.headers())).json()["code"] == "share_used_up"
    shop.end.set()
    assert (await other).status_code == 200


async def test_a_partner_is_refused_in_its_own_words(
    shop: Shop, client: httpx.AsyncClient, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, 0)
    await busy(shop, send)
    response = await client.post("/pushes/sf", content=b"{}")
    assert (response.status_code, response.text) == (503, "sf: overloaded")
    assert shop.value("aftercare_http_shed_total", priority="push", code="overloaded") == 1


async def test_probes_are_answered_however_busy_the_process_is(
    shop: Shop, client: httpx.AsyncClient, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(monkeypatch, 0)
    await busy(shop, send)
    assert (await client.get("/livez")).status_code == 200


async def test_a_stream_that_has_begun_takes_no_place(shop: Shop, client: httpx.AsyncClient, send: Any) -> None:
    async with client.stream("GET", "/stream") as first, client.stream("GET", "/stream") as second:
        assert (first.status_code, second.status_code) == (200, 200)
        assert shop.value("aftercare_http_running") == 0
        await busy(shop, send)
        shop.end.set()


async def test_a_body_that_arrives_slowly_takes_no_place(shop: Shop, client: httpx.AsyncClient, send: Any) -> None:
    address = client.base_url
    writers = []
    for _ in range(2 * LIMIT):
        _, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(b"POST /jobs/slow HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345")
        writers.append(writer)
    tasks = await busy(shop, send)
    shop.end.set()
    assert {(await task).status_code for task in tasks} == {200}
    for writer in writers:
        writer.close()


async def test_a_request_whose_client_left_while_it_waited_is_not_begun(
    shop: Shop, client: httpx.AsyncClient, send: Any
) -> None:
    tasks = await busy(shop, send)
    left, stays = send("left", method="POST", content=b"abc"), send("stays")
    await waiting(shop, 2)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    shop.end.set()
    assert {(await task).status_code for task in (*tasks, stays)} == {200}
    assert "left" not in shop.begun
    await until(lambda: shop.value("aftercare_http_running") == 0, "none runs")


async def test_commands_have_more_turns_than_reads_and_money_more_than_both(shop: Shop) -> None:
    urgent = WebhookRouter("/urgent", lambda *_: Response(), priority=Priority.URGENT, partners={"pay"})
    gate = Gate(shop.runtime, [urgent])
    scopes = [("GET", "/jobs/1"), ("POST", "/jobs/1"), ("POST", "/urgent/pay"), ("GET", "/urgent/pay")]
    found = [gate._priority({"method": method, "path": path}) for method, path in scopes]
    assert found == [Priority.READ, Priority.COMMAND, Priority.URGENT, Priority.READ]


async def test_invented_partners_share_the_turns_of_one_and_have_no_priority(shop: Shop) -> None:
    gate = Gate(shop.runtime, [WebhookRouter("/pay", lambda *_: Response(), priority=Priority.URGENT, partners={"a"})])
    scopes = [{"method": "POST", "path": f"/pay/{partner}"} for partner in ("a", "b", "c", "")]
    callers = [gate._caller(scope, {}) for scope in scopes]
    assert callers == ["partner:a", *["unknown partners"] * 3]
    assert [gate._priority(scope) for scope in scopes] == [Priority.URGENT, *[Priority.READ] * 3]


async def test_bodies_take_a_bounded_memory_together(shop: Shop) -> None:
    memory = request_body.BodyMemory(100_000)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 40_000, "more_body": True}

    with pytest.raises(Exception, match="overloaded"):
        await request_body.read(receive, {}, 1_000_000, memory)
    assert memory.held == 0
    body = await request_body.read(_once(b"x" * 60_000), {}, 1_000_000, memory)
    with pytest.raises(Exception, match="overloaded"):
        await request_body.read(_once(b"x" * 80_000), {}, 1_000_000, memory)
    assert await request_body.read(_once(b"small"), {}, 1_000_000, memory) == b"small"
    memory.free(len(body))
    assert memory.held == 0


def _once(body: bytes) -> Callable[[], Any]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def test_a_compressed_body_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/jobs/x", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert (response.status_code, json.loads(response.content)["code"]) == (415, "unsupported_media_type")
    assert response.headers["accept-encoding"] == "identity"
