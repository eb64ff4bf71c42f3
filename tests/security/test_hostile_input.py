"""Whatever is sent, to any route of any service: a problem with a stable code, and nothing changed."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from test_access_matrix import OWN, Route, may, routes
from worlds import World

NASTY: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "a" * 30_000,
    "\u202e'; DROP TABLE outbox; --",
    [],
    [None],
    {},
    {"amount": 1.0, "currency": "CNY"},
    {"amount": -1, "currency": "CNY"},
    {"amount": 1, "currency": "XYZ"},
    "2026-05-01T08:00:00",
]
PROSE = {"text", "note", "description", "grounds", "body"}
RAW = {
    "no JSON": (b"{", "malformed_json"),
    "not UTF-8": (b"\xff\xfe", "malformed_json"),
    "too deep": (b"[" * 100_000, "malformed_json"),
    "a list": (b"[]", "validation_failed"),
    "a text": (b'"x"', "validation_failed"),
    "a null": (b"null", "validation_failed"),
    "an escaped NUL": (b'{"x": "\\u0000"}', "validation_failed"),
    "half a surrogate pair": (b'{"x": "\\ud800"}', "validation_failed"),
    "a number that is none": (b'{"x": NaN}', "validation_failed"),
    "too large": (b'{"x": "' + b"a" * 2_000_000 + b'"}', "body_too_large"),
}


def somebody(world: World, route: Route) -> httpx.AsyncClient | None:
    """A client that may take the route."""
    allowed = [role for role in OWN if role in may(world)[route.id]]
    return world.harness.client(*OWN[allowed[0]]) if allowed else None


def commands(world: World) -> Iterator[tuple[Route, httpx.AsyncClient]]:
    for route in routes(world):
        client = somebody(world, route)
        if route.method != "GET" and client is not None:
            yield route, client


async def send(world: World, route: Route, client: httpx.AsyncClient, **options: Any) -> httpx.Response:
    """Send this to the route; whatever comes back, the OpenAPI tells of it."""
    response = await client.request(route.method, route.path.format(**world.ids), **options)
    world.keeps_promise(route.path, route.method, response)
    return response


def is_problem(response: httpx.Response, *statuses: int) -> bool:
    if response.headers["content-type"] != "application/problem+json" or response.status_code not in statuses:
        return False
    body = response.json()
    return bool(body["code"] and body["title"] and body["detail"] and body["trace_id"])


def takes_body(world: World, route: Route) -> bool:
    operation = world.paths[route.path][route.method.lower()]
    return bool(operation.get("requestBody", {}).get("required"))


@pytest.mark.parametrize("raw", RAW)
async def test_bodies_that_are_none(world: World, raw: str) -> None:
    before = await world.footprint()
    body, code = RAW[raw]
    for route, client in commands(world):
        response = await send(world, route, client, content=body, headers={"content-type": "application/json"})
        assert is_problem(response, 400, 413, 422), (route.id, response.text)
        assert response.json()["code"] == code, (route.id, response.text)
    assert await world.footprint() == before


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_bodies_in_other_formats(world: World, media_type: str | None) -> None:
    before = await world.footprint()
    for route, client in commands(world):
        headers = {"content-type": media_type} if media_type else {}
        response = await send(world, route, client, content=b"please=do", headers=headers)
        assert is_problem(response, 415), (route.id, response.text)
    assert await world.footprint() == before


async def test_commands_without_a_body_take_nothing_or_an_empty_object(world: World) -> None:
    stale, as_json = {"if-match": '"v999"'}, {"content-type": "application/json"}
    for route, client in commands(world):
        if not takes_body(world, route):
            for content, said in ((b"", {}), (b"", as_json), (b"{}", as_json), (b" { }\n", as_json)):
                response = await send(world, route, client, content=content, headers={**said, **stale})
                assert is_problem(response, 412), (route.id, content, response.text)  # let in as far as the condition


async def test_commands_without_a_key(world: World) -> None:
    before = await world.footprint()
    for route, client in commands(world):
        for key in ("", "a" * 256, "é".encode("latin-1")):
            headers = {b"Idempotency-Key": key if isinstance(key, bytes) else key.encode()}
            response = await send(world, route, client, json=world.bodies.get(route.id), headers=headers)
            assert is_problem(response, 400), (route.id, response.text)
            assert response.json()["code"] == "idempotency_key_missing", (route.id, response.text)
    assert await world.footprint() == before


async def test_fields_that_nobody_knows(world: World) -> None:
    before = await world.footprint()
    for route, client in commands(world):
        body = {**world.bodies.get(route.id, {}), "surprise": 1}
        response = await send(world, route, client, json=body)
        assert is_problem(response, 422), (route.id, response.text)
        assert ("/surprise", "unknown_field") in [
            (error["pointer"], error["code"]) for error in response.json()["errors"]
        ]
    assert await world.footprint() == before


async def test_values_of_every_wrong_kind(world: World) -> None:
    """Each field of each body, replaced by everything nasty: an answer, never a failure; refused ones change nothing."""
    for route, client in commands(world):
        condition = {"if-match": '"v999"'} if route.conditional else {}
        before = await world.footprint()
        for body in _spoilt(world.bodies.get(route.id, {})):
            response = await send(
                world,
                route,
                client,
                content=json.dumps(body),
                headers={"content-type": "application/json", **condition},
            )
            if response.is_success:
                before = await world.footprint()
                continue
            assert is_problem(response, 400, 403, 404, 409, 412, 415, 422), (route.id, body, response.text)
            assert await world.footprint() == before, (route.id, body)


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\ufeff", "\u3164", "\u2800 \u00ad", "\ufe0f\u180e"])
async def test_text_that_shows_nothing_is_blank(world: World, nothing: str) -> None:
    before = await world.footprint()
    for route, client in commands(world):
        for pointer, body in _with(world.bodies.get(route.id, {}), nothing):
            response = await send(world, route, client, json=body)
            assert is_problem(response, 422), (route.id, pointer, response.text)
            assert pointer in [error["pointer"] for error in response.json()["errors"]], (route.id, response.text)
    assert await world.footprint() == before


@pytest.mark.parametrize("separator", ["\x85", "\x9b", "\u2028", "\u2029"])
async def test_one_line_is_one_line(world: World, separator: str) -> None:
    for route, client in commands(world):
        for pointer, body in _with(world.bodies.get(route.id, {}), f"a{separator}b"):
            if pointer.rpartition("/")[2] not in PROSE or separator == "\x9b":
                response = await send(world, route, client, json=body)
                assert is_problem(response, 422), (route.id, pointer, response.text)


async def test_lists_with_nonsense(world: World) -> None:
    for route in routes(world):
        client = somebody(world, route)
        if "cursor" not in route.filters or client is None:
            continue
        for cursor in ("x", "AAAA", "a" * 900, "é", "=", "null"):
            response = await send(world, route, client, params={"cursor": cursor})
            assert is_problem(response, 400), (route.id, cursor, response.text)
            assert response.json()["code"] == "cursor_invalid"
        for limit in ("0", "101", "-1", "x", "1.5", "9" * 50, ""):
            response = await send(world, route, client, params={"limit": limit})
            assert is_problem(response, 422), (route.id, limit, response.text)


async def test_filters_with_nonsense(world: World) -> None:
    for route in routes(world):
        client = somebody(world, route)
        if route.method != "GET" or client is None:
            continue
        for name in route.filters - {"AcceptLanguage"} - world.ids.keys():
            for value in ("", "a" * 5_000, "9" * 50, "'", "退货", "\u202e", "-1", "2026-05-01T08:00:00"):
                response = await send(world, route, client, params={name: value})
                fine = response.status_code == 200 or is_problem(response, 400, 404, 422)
                assert fine, (route.id, name, value[:20], response.text)


async def test_addresses_with_nonsense(world: World) -> None:
    for route in routes(world):
        client = somebody(world, route)
        if client is None or "{" not in route.path:
            continue
        for value in ("%00", "%ff", "a" * 3_000, "..", "'", "%E9%80%80", " "):
            path = route.path.format(**dict.fromkeys(world.ids, value))
            response = await client.request(route.method, path, json=world.bodies.get(route.id))
            assert is_problem(response, 400, 404, 405, 422), (route.id, value[:20], response.text)


def _with(node: Any, text: str, at: str = "") -> Iterator[tuple[str, Any]]:
    """The body again and again, each time with this text in the place of one of its texts, and where."""
    if isinstance(node, str):
        yield at, text
    elif isinstance(node, dict | list):
        for place, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
            for pointer, changed in _with(inner, text, f"{at}/{place}"):
                copy: Any = node.copy()
                copy[place] = changed
                yield pointer, copy


def _spoilt(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in body.items():
        yield {other: kept for other, kept in body.items() if other != name}
        yield from ({**body, name: nasty} for nasty in NASTY)
        if isinstance(value, dict):
            yield from ({**body, name: inner} for inner in _spoilt(value))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from ({**body, name: [inner]} for inner in _spoilt(value[0]))
            yield {**body, name: value * 500}
