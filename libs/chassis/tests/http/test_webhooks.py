"""Addresses that partners call: whatever refuses a request there, the answer is in the partner's format."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from aftercare_chassis.http import middleware, problems
from aftercare_chassis.http.webhooks import WebhookRouter, probe_response
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.refusals import NotFound
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import ServiceSettings
from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse, PlainTextResponse

from .conftest import SettableClock

ORIGIN = "http://localhost:5173"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


def refusal(partner: str, problem: Mapping[str, Any]) -> Response:
    if partner != "known":
        return PlainTextResponse("nobody\n", 404)
    return JSONResponse({"code": problem["code"]}, problem["status"], media_type="application/partner+json")


def build(settings: ServiceSettings, clock: SettableClock) -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    runtime = app.state.runtime = Runtime("test-svc", settings, clock, Uuid7Ids(), Metrics("test-svc"), roles={})
    hooks = WebhookRouter("/v1/hooks", refusal)

    @hooks.post("/{partner}/{what}")
    async def receive(partner: str, what: str, request: Request) -> Response:
        match what:
            case "broken":
                raise RuntimeError
            case "slow":
                await asyncio.sleep(30)
            case "missing":
                raise NotFound
        return Response(await request.body())

    @hooks.probe("/{partner}/{what}")
    async def probe(partner: str, what: str) -> Response:
        if what == "missing":
            raise NotFound
        return probe_response()

    problems.install(app)
    app.router.routes.extend(hooks.routes)
    middleware.install(app, runtime, [hooks])
    return app


@pytest.fixture
async def client(settings: ServiceSettings, clock: SettableClock) -> AsyncIterator[httpx.AsyncClient]:
    app = build(settings.model_copy(update={"cors_origins": (ORIGIN,)}), clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def trickle() -> AsyncIterator[bytes]:
    yield b"x"
    await asyncio.Event().wait()


@pytest.mark.parametrize("partner", ["known", "unknown"])
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/missing", 404, "not_found"),
        ("GET", "/missing", 404, "not_found"),
        ("POST", "/broken", 500, "internal_error"),
        ("POST", "/slow", 503, "time_limit_exceeded"),
        ("POST", "/a/", 404, "not_found"),
        ("GET", "/a/", 404, "not_found"),
        ("POST", "/a/b", 404, "not_found"),
        ("POST", "", 404, "not_found"),
        ("POST", "//a", 404, "not_found"),
        ("POST", "/", 404, "not_found"),
        ("POST", "/%00", 400, "address_malformed"),
        ("GET", "/%ff", 400, "address_malformed"),
        ("OPTIONS", "/a?x=%ed%a0%80", 400, "address_malformed"),
        ("POST", "/a?x=%00", 400, "address_malformed"),
        ("PUT", "/a", 405, "method_not_allowed"),
        ("PATCH", "/a", 405, "method_not_allowed"),
        ("DELETE", "/a", 405, "method_not_allowed"),
        ("BREW", "/a", 405, "method_not_allowed"),
    ],
)
async def test_a_refusal_is_in_the_partners_format(
    client: httpx.AsyncClient, partner: str, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, f"/v1/hooks/{partner}{path}", headers={"accept": "application/json"})
    if partner == "unknown":
        assert (response.status_code, response.text) == (404, "nobody\n")
        assert response.headers["content-type"].startswith("text/plain")
    else:
        assert (response.status_code, response.json()) == (status, {"code": code})
        assert response.headers["content-type"] == "application/partner+json"
    assert len(response.headers["trace-id"]) == 32


async def test_a_refusal_before_the_endpoint_keeps_its_headers(client: httpx.AsyncClient) -> None:
    large = await client.post("/v1/hooks/known/a", content=b"x" * 20_001)
    assert (large.status_code, large.json()) == (413, {"code": "body_too_large"})
    late = await client.post("/v1/hooks/known/a", content=trickle())
    assert (late.status_code, late.json(), late.headers["connection"]) == (408, {"code": "body_too_slow"}, "close")
    slow = await client.post("/v1/hooks/known/slow")
    assert slow.headers["retry-after"] == "1"


async def test_a_refused_rate_is_in_the_partners_format(settings: ServiceSettings, clock: SettableClock) -> None:
    app = build(settings.model_copy(update={"rate_limit": "1/hour"}), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        await client.post("/v1/hooks/known/a")
        response = await client.post("/v1/hooks/known/a")
    assert (response.status_code, response.json()) == (429, {"code": "rate_limited"})
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_probe_gets_a_plain_response(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/v1/hooks/known/a")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_a_probe_of_an_unknown_endpoint_is_refused_in_the_partners_format(client: httpx.AsyncClient) -> None:
    response = await client.head("/v1/hooks/known/missing")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/partner+json")


@pytest.mark.parametrize("origin", [ORIGIN, "http://elsewhere.example"])
@pytest.mark.parametrize("path", ["/v1/hooks/known/a", "/v1/hooks/known/a/", "/v1/hooks/unknown", "/v1/hooks"])
async def test_a_preflight_gets_a_plain_response(client: httpx.AsyncClient, origin: str, path: str) -> None:
    response = await client.options(path, headers={"origin": origin, **PREFLIGHT})
    assert response.headers["content-type"].startswith("text/plain")


async def test_partners_may_send_any_query(client: httpx.AsyncClient) -> None:
    pushed = await client.post("/v1/hooks/known/a", params={"sign": "x"}, content=b"push")
    assert (pushed.status_code, pushed.content) == (200, b"push")


@pytest.mark.parametrize("path", ["/v1/hooks", "/v1/hooks/", "/v1/hooks//a", "/v1/hooks?x=%00"])
async def test_an_address_without_a_partner_gets_plain_text(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path)
    assert (response.status_code, response.text) == (404, "nobody\n")


@pytest.mark.parametrize("path", ["//v1/hooks/known/a", "/v1//hooks/known/a"])
async def test_a_path_with_doubled_slashes_is_refused_in_the_partners_format(
    client: httpx.AsyncClient, path: str
) -> None:
    response = await client.post(f"http://test{path}")
    assert (response.status_code, response.json()) == (404, {"code": "not_found"})


@pytest.mark.parametrize("path", ["/v1/hookshop/known", "/v1/hook", "/"])
async def test_a_refusal_at_any_other_path_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path)
    assert response.headers["content-type"] == problems.MEDIA_TYPE


async def test_a_body_that_cannot_be_stored_reaches_the_endpoint(client: httpx.AsyncClient) -> None:
    body = b'{"a": "\\u0000"}'
    assert (await client.post("/v1/hooks/known/a", content=body)).content == body
