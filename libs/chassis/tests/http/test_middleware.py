"""The request middleware: limits, headers, CORS, metrics, and what it refuses before a route runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aftercare_chassis.http import request_body
from aftercare_chassis.settings import ServiceSettings
from fastapi import APIRouter, FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st

from .conftest import SettableClock, build

GOOD = {"lines": [{"sku": "KETTLE-1", "quantity": 1}]}
HEAD = {"access-control-request-method": "HEAD"}
JSON = {"content-type": "application/json", "accept-language": "en"}


def code(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/problem+json", response.text
    return str(response.json()["code"])


async def test_every_response_has_trace_and_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/orders/1", "/nowhere", "/broken", "/refused"):
        headers = (await client.get(path)).headers
        assert len(headers["trace-id"]) == 32
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


async def test_the_callers_trace_is_continued(client: httpx.AsyncClient) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    response = await client.get("/refused", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert response.headers["trace-id"] == trace
    assert response.json()["trace_id"] == trace
    forged = await client.get("/refused", headers={"traceparent": "00-zz-zz-01"})
    assert forged.headers["trace-id"] != trace


@pytest.mark.parametrize("path", ["/orders/1", "/refused", "/nowhere", "/broken", "/stream", "/echo", "/openapi.json"])
async def test_head_is_get_without_content(client: httpx.AsyncClient, path: str) -> None:
    get, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    headers = [{name: value for name, value in each.headers.items() if name != "trace-id"} for each in (get, head)]
    assert headers[0] == headers[1]


async def test_metrics_distinguish_head_from_get(client: httpx.AsyncClient, app: Any) -> None:
    await client.head("/orders/1")
    assert 'method="HEAD",route="/orders/{order_id}",status="404"' in app.state.runtime.metrics.exposition().decode()


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/orders", "POST"),
        ("/orders/1", "GET, HEAD"),
        ("/orders/1/", "GET, HEAD"),
        ("/orders/export", "GET, HEAD, POST, DELETE"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
async def test_allow_names_the_methods_of_all_routes_at_an_address(
    app: FastAPI, client: httpx.AsyncClient, path: str, allow: str
) -> None:
    @app.post("/orders/export")
    async def export() -> None: ...

    more = APIRouter()

    @more.delete("/export")
    async def delete() -> None: ...

    app.include_router(more, prefix="/orders")
    app.add_route("/orders/{order_id}/", lambda request: Response())
    for method in ("PUT", "BREW"):
        response = await client.request(method, path)
        assert (response.status_code, code(response)) == (405, "method_not_allowed")
        assert response.headers["allow"] == allow


async def test_a_body_within_the_limit_arrives_whole(client: httpx.AsyncClient) -> None:
    assert (await client.post("/echo", content=b"x" * 20_000)).json() == 20_000
    assert (await client.post("/echo", content=_pieces(b"x" * 5_000, 4))).json() == 20_000


async def test_a_body_beyond_the_limit_is_refused_declared_or_streamed(client: httpx.AsyncClient) -> None:
    declared = await client.post("/echo", content=b"x" * 20_001)
    assert (declared.status_code, code(declared)) == (413, "body_too_large")
    assert declared.json()["limit_bytes"] == 20_000
    streamed = await client.post("/echo", content=_pieces(b"x" * 5_000, 5))
    assert (streamed.status_code, code(streamed)) == (413, "body_too_large")


async def test_a_slow_body_is_refused(client: httpx.AsyncClient) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    response = await client.post("/echo", content=trickle())
    assert (response.status_code, code(response)) == (408, "body_too_slow")


async def test_a_request_that_takes_too_long_is_cancelled(client: httpx.AsyncClient) -> None:
    response = await client.get("/slow")
    assert (response.status_code, code(response)) == (503, "time_limit_exceeded")
    assert response.headers["retry-after"] == "1"


async def test_a_started_stream_has_no_time_limit(client: httpx.AsyncClient) -> None:
    assert (await client.get("/stream")).text == "one\ntwo\n"


@pytest.mark.parametrize("path", ["/orders/%00", "/orders/a?x=%00", "/orders/%ff", "/orders/a?x=%ed%a0%80", "/%c0%80"])
async def test_an_address_with_nul_or_invalid_utf8_is_refused(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, code(response)) == (400, "address_malformed")


async def test_an_address_may_contain_chinese(client: httpx.AsyncClient) -> None:
    assert code(await client.get("/orders/退货?q=运费")) == "not_found"


@pytest.mark.parametrize(
    ("body", "pointer", "error"),
    [
        ('{"extra": {"a": ["x", "\\u0000"]}}', "/extra/a/1", "control_character"),
        ('{"extra": {"a": "\\ud800"}}', "/extra/a", "invalid_unicode"),
        ('{"extra": {"\\uDfff": 1}}', "/extra/?", "invalid_unicode"),
        ('{"extra": {"a\\u0000": 1}}', "/extra/a\x00", "control_character"),
        ('{"extra": {"a": NaN}}', "/extra/a", "out_of_range"),
        ('{"extra": {"a": -Infinity}}', "/extra/a", "out_of_range"),
    ],
)
async def test_text_that_cannot_be_stored_is_refused_with_its_place(
    client: httpx.AsyncClient, body: str, pointer: str, error: str
) -> None:
    response = await client.post("/orders", content=body, headers=JSON)
    assert (response.status_code, code(response)) == (422, "validation_failed")
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, error)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"lines": [], "lines": [{"sku": "K", "quantity": 1}]}', "/lines"),
        ('{"lines": [{"sku": "K", "quantity": 1, "\\u0071uantity": 2}]}', "/lines/0/quantity"),
    ],
)
async def test_a_key_that_is_repeated_is_refused_with_its_place(
    client: httpx.AsyncClient, body: str, pointer: str
) -> None:
    response = await client.post("/orders", content=body, headers=JSON)
    assert (response.status_code, code(response)) == (422, "validation_failed")
    assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, "key_repeated")]


async def test_text_that_only_looks_like_it_is_accepted(client: httpx.AsyncClient) -> None:
    body = '{"lines": [{"sku": "\\\\u0000 \\ud83d\\ude00 NaN", "quantity": 1}]}'
    assert (await client.post("/orders", content=body, headers=JSON)).status_code == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
)


@given(json_values, st.booleans())
def test_unstorable_text_is_what_utf8_and_postgres_refuse(value: Any, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=True)
    text = json.dumps(value, ensure_ascii=False)
    storable = "\\u0000" not in text.replace("\\\\", "") and not any("\ud800" <= char <= "\udfff" for char in text)
    assert (request_body.unstorable(body.encode(), "en") == []) == storable


async def test_browsers_get_cors_headers_for_listed_origins_only(
    settings: ServiceSettings, clock: SettableClock
) -> None:
    app = build(settings.model_copy(update={"cors_origins": ("http://localhost:5173",)}), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "idempotency-key"}
        listed = await client.options("/orders", headers={"origin": "http://localhost:5173", **asked})
        assert listed.headers["access-control-allow-origin"] == "http://localhost:5173"
        headed = await client.options("/orders", headers={"origin": "http://localhost:5173", **asked, **HEAD})
        assert headed.status_code == 200
        other = await client.options("/orders", headers={"origin": "http://evil.example", **asked})
        assert "access-control-allow-origin" not in other.headers
        problem = await client.get("/refused", headers={"origin": "http://localhost:5173"})
        assert "Trace-Id" in problem.headers["access-control-expose-headers"]


async def test_requests_above_the_rate_limit_are_refused(
    settings: ServiceSettings, clock: SettableClock, token: str
) -> None:
    app = build(settings.model_copy(update={"rate_limit": "2/hour"}), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        mine = {"authorization": f"Bearer {token}"}
        first = await client.get("/orders/1", headers=mine)
        assert first.headers["ratelimit"].startswith('"default";r=1;t=')
        assert first.headers["ratelimit-policy"] == '"default";q=2;w=3600'
        await client.get("/orders/1", headers=mine)
        third = await client.get("/orders/1", headers=mine)
        assert (third.status_code, code(third)) == (429, "rate_limited")
        assert 0 < int(third.headers["retry-after"]) <= 3600
        assert third.headers["ratelimit"].startswith('"default";r=0;')
        assert (await client.get("/orders/1")).status_code == 404


async def test_metrics_are_labelled_by_route_and_never_by_path(client: httpx.AsyncClient, app: Any) -> None:
    await client.get("/orders/secret-1")
    await client.get("/nowhere/secret-2")
    await client.post("/echo", content=b"x" * 30_000)
    await client.request("SECRET-3", "/echo")
    metrics = app.state.runtime.metrics.exposition().decode()
    assert 'method="GET",route="/orders/{order_id}",status="404"' in metrics
    assert 'route="unmatched"' in metrics
    assert 'status="413"' in metrics
    assert "secret" not in metrics.lower()


async def test_a_stream_that_lasts_is_no_slow_response(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/stream")).text == "one\ntwo\n"  # half a second apart
    metrics = app.state.runtime.metrics.exposition().decode()
    assert 'aftercare_http_request_seconds_bucket{le="0.25",method="GET",route="/stream",status="200"} 1.0' in metrics


async def _pieces(piece: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield piece
