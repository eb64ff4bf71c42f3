"""Invalid input to every route of every service: a problem with a stable code, and no change."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from access_rules import PRINCIPALS, Route, allowed_roles, routes
from seeded_service import SeededService

INVALID: list[Any] = [
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
# The platform may set the hours and the insurance of a merchant before its first order.
OF_UNKNOWN_MERCHANTS = {
    "getMerchantDeadlineRules",
    "putMerchantDeadlineRules",
    "getOwnDeadlineRules",
    "setFreightInsurance",
    "getDeposits",
    "listDepositEntries",
    "bookDepositEntry",
    "putCaseworker",  # people may have any name
    "putAgent",
}
NEEDED = {"listCaseworkers": {"role": "agent"}}
"""The parameters that lists cannot do without."""
PROSE = {"text", "agreement", "letter", "comment", "note", "description", "grounds", "body", "missing"}
RAW = {
    "no JSON": (b"{", "malformed_json"),
    "no JSON behind a key twice": (b'{"x": 1, "x": 2}}', "malformed_json"),
    "not UTF-8": (b"\xff\xfe", "malformed_json"),
    "in UTF-16": ('{"x": "\\u0000"}'.encode("utf-16"), "malformed_json"),
    "too deep": (b"[" * 100_000, "malformed_json"),
    "a list": (b"[]", "validation_failed"),
    "a text": (b'"x"', "validation_failed"),
    "a null": (b"null", "validation_failed"),
    "an escaped NUL": (b'{"x": "\\u0000"}', "validation_failed"),
    "half a surrogate pair": (b'{"x": "\\ud800"}', "validation_failed"),
    "a number that is none": (b'{"x": NaN}', "validation_failed"),
    "too large": (b'{"x": "' + b"a" * 2_000_000 + b'"}', "body_too_large"),
}


def client_of(service: SeededService, route: Route) -> httpx.AsyncClient | None:
    """A client that may take the route."""
    roles = [role for role in PRINCIPALS if role in allowed_roles(service)[route.id]]
    return service.harness.client(*PRINCIPALS[roles[0]]) if roles else None


def commands(service: SeededService) -> Iterator[tuple[Route, httpx.AsyncClient]]:
    for route in routes(service):
        client = client_of(service, route)
        if route.method != "GET" and client is not None:
            yield route, client


async def send(service: SeededService, route: Route, client: httpx.AsyncClient, **options: Any) -> httpx.Response:
    """Call the route, and assert that the response is documented."""
    response = await client.request(route.method, route.path.format(**service.ids), **options)
    service.assert_documented(route.path, route.method, response)
    return response


def is_problem(response: httpx.Response, *statuses: int) -> bool:
    if response.headers["content-type"] != "application/problem+json" or response.status_code not in statuses:
        return False
    body = response.json()
    return bool(body["code"] and body["title"] and body["detail"] and body["trace_id"])


def takes_body(service: SeededService, route: Route) -> bool:
    operation = service.paths[route.path][route.method.lower()]
    return bool(operation.get("requestBody", {}).get("required"))


@pytest.mark.parametrize("raw", RAW)
async def test_bodies_that_are_no_json_object(service: SeededService, raw: str) -> None:
    before = await service.written_rows()
    body, code = RAW[raw]
    for route, client in commands(service):
        response = await send(service, route, client, content=body, headers={"content-type": "application/json"})
        assert is_problem(response, 400, 413, 422), (route.id, response.text)
        assert response.json()["code"] == code, (route.id, response.text)
    assert await service.written_rows() == before


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_bodies_in_other_formats(service: SeededService, media_type: str | None) -> None:
    before = await service.written_rows()
    for route, client in commands(service):
        headers = {"content-type": media_type} if media_type else {}
        response = await send(service, route, client, content=b"please=do", headers=headers)
        assert is_problem(response, 415), (route.id, response.text)
    assert await service.written_rows() == before


async def test_commands_without_a_body_accept_none_or_an_empty_object(service: SeededService) -> None:
    stale, as_json = {"if-match": '"v999"'}, {"content-type": "application/json"}
    for route, client in commands(service):
        if not takes_body(service, route):
            for content, kind in ((b"", {}), (b"", as_json), (b"{}", as_json), (b" { }\n", as_json)):
                response = await send(service, route, client, content=content, headers={**kind, **stale})
                # Admitted: then stopped by the condition, where the object has a version.
                admitted = response.status_code in ((412,) if route.conditional else (200, 409, 412))
                assert admitted, (route.id, content, response.text)


async def test_commands_without_a_key(service: SeededService) -> None:
    before = await service.written_rows()
    for route, client in [each for each in commands(service) if each[0].is_command]:
        for key in ("", "a" * 256, "é".encode("latin-1")):
            headers = {b"Idempotency-Key": key if isinstance(key, bytes) else key.encode()}
            response = await send(service, route, client, json=service.bodies.get(route.id), headers=headers)
            assert is_problem(response, 400), (route.id, response.text)
            assert response.json()["code"] == ("idempotency_key_invalid" if key else "idempotency_key_missing"), (
                route.id,
                response.text,
            )
    assert await service.written_rows() == before


async def test_unknown_fields(service: SeededService) -> None:
    before = await service.written_rows()
    for route, client in commands(service):
        body = {**service.bodies.get(route.id, {}), "surprise": 1}
        response = await send(service, route, client, json=body)
        assert is_problem(response, 422), (route.id, response.text)
        assert ("/surprise", "unknown_field") in [
            (error["pointer"], error["code"]) for error in response.json()["errors"]
        ]
    assert await service.written_rows() == before


async def test_invalid_values_in_every_field(service: SeededService) -> None:
    """Each field of each body, replaced by each invalid value: never a 500, and a refused request changes nothing."""
    for route, client in commands(service):
        condition = {"if-match": '"v999"'} if route.conditional else {}
        before = await service.written_rows()
        for body in _with_invalid_values(service.bodies.get(route.id, {})):
            response = await send(
                service,
                route,
                client,
                content=json.dumps(body),
                headers={"content-type": "application/json", **condition},
            )
            if response.is_success:
                before = await service.written_rows()
                continue
            assert is_problem(response, 400, 403, 404, 409, 412, 415, 422), (route.id, body, response.text)
            assert await service.written_rows() == before, (route.id, body)


@pytest.mark.parametrize("blank", ["\u200b", "\u2060\ufeff", "\u3164", "\u2800 \u00ad", "\ufe0f\u180e"])
async def test_text_of_invisible_characters_is_blank(service: SeededService, blank: str) -> None:
    before = await service.written_rows()
    for route, client in commands(service):
        for pointer, body in _with(service.bodies.get(route.id, {}), blank):
            response = await send(service, route, client, json=body)
            assert is_problem(response, 422), (route.id, pointer, response.text)
            assert pointer in [error["pointer"] for error in response.json()["errors"]], (route.id, response.text)
    assert await service.written_rows() == before


@pytest.mark.parametrize("separator", ["\x85", "\x9b", "\u2028", "\u2029"])
async def test_line_separators_are_refused_in_single_line_texts(service: SeededService, separator: str) -> None:
    for route, client in commands(service):
        for pointer, body in _with(service.bodies.get(route.id, {}), f"a{separator}b"):
            if pointer.rpartition("/")[2] not in PROSE or separator == "\x9b":
                response = await send(service, route, client, json=body)
                assert is_problem(response, 422), (route.id, pointer, response.text)


async def test_invalid_cursors_and_limits(service: SeededService) -> None:
    for route in routes(service):
        client = client_of(service, route)
        if "cursor" not in route.filters or client is None:
            continue
        needed = NEEDED.get(route.id, {})
        for cursor in ("x", "AAAA", "a" * 900, "é", "=", "null"):
            response = await send(service, route, client, params={"cursor": cursor} | needed)
            assert is_problem(response, 400), (route.id, cursor, response.text)
            assert response.json()["code"] == "cursor_invalid"
        for limit in ("0", "101", "-1", "x", "1.5", "9" * 50, ""):
            response = await send(service, route, client, params={"limit": limit} | needed)
            assert is_problem(response, 422), (route.id, limit, response.text)


async def test_unknown_query_parameters(service: SeededService) -> None:
    before = await service.written_rows()
    for route in routes(service):
        client = client_of(service, route)
        if client is not None:
            response = await send(service, route, client, params={"surprise": 1})
            assert is_problem(response, 422), (route.id, response.text)
            [error] = response.json()["errors"]
            found = (error["in"], error["pointer"], error["code"])
            assert found == ("query", "/surprise", "unknown_parameter"), (route.id, response.text)
    assert await service.written_rows() == before


FOR_THE_PLATFORM = {("listCases", "agent_id"), ("listCases", "evidence_reused")}
"""Filters that are refused to a buyer and a seller, whatever their value is."""


async def test_invalid_filters(service: SeededService) -> None:
    for route in routes(service):
        client = client_of(service, route)
        if route.method != "GET" or client is None:
            continue
        for name in route.filters - {"AcceptLanguage"} - service.ids.keys():
            for value in ("", "a" * 5_000, "9" * 50, "'", "退货", "\u202e", "-1", "2026-05-01T08:00:00"):
                response = await send(service, route, client, params={name: value})
                others = (403,) if (route.id, name) in FOR_THE_PLATFORM else ()
                expected = response.status_code == 200 or is_problem(response, 400, 404, 422, *others)
                assert expected, (route.id, name, value[:20], response.text)


async def test_invalid_ids_in_paths(service: SeededService) -> None:
    for route in routes(service):
        client = client_of(service, route)
        if client is None or "{" not in route.path:
            continue
        for value in ("%00", "%ff", "a" * 3_000, "..", "'", "%E9%80%80", " "):
            path = route.path.format(**dict.fromkeys(service.ids, value))
            response = await client.request(route.method, path, json=service.bodies.get(route.id))
            if response.url.path in service.paths or route.id in OF_UNKNOWN_MERCHANTS:
                continue  # the client has resolved ".." to the path of another route, or any name will do
            assert is_problem(response, 400, 404, 405, 422), (route.id, value[:20], response.text)


def _with(node: Any, text: str, at: str = "") -> Iterator[tuple[str, Any]]:
    """The body with one of its texts replaced by `text`, for each of them, with its JSON pointer."""
    if isinstance(node, str):
        yield at, text
    elif isinstance(node, dict | list):
        for place, inner in list(node.items() if isinstance(node, dict) else enumerate(node)):
            for pointer, changed in _with(inner, text, f"{at}/{place}"):
                copy: Any = node.copy()
                copy[place] = changed
                yield pointer, copy


def _with_invalid_values(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in body.items():
        yield {other: kept for other, kept in body.items() if other != name}
        yield from ({**body, name: invalid} for invalid in INVALID)
        if isinstance(value, dict):
            yield from ({**body, name: inner} for inner in _with_invalid_values(value))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from ({**body, name: [inner]} for inner in _with_invalid_values(value[0]))
            yield {**body, name: value * 500}
