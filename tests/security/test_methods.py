"""HEAD where there is GET, and `Allow` with every method of a path, on every route of all five services."""

from collections.abc import Iterator

import httpx
from access_rules import PRINCIPALS, allowed_roles, routes
from aftercare_chassis.http import sse
from seeded_service import SeededService

OPEN = ("/openapi.json", "/docs", "/livez", "/readyz", "/startupz", "/metrics")
VARYING = {"trace-id"}


def reads(service: SeededService) -> Iterator[tuple[str, httpx.AsyncClient, dict[str, str]]]:
    """Every path with GET, with a client that may read it, and its query."""
    for path in OPEN:
        yield path, service.harness.client(), {}
    for route in routes(service):
        roles = sorted(allowed_roles(service)[route.id]) or sorted(PRINCIPALS)
        if route.method == "GET":
            client = service.harness.client(*PRINCIPALS[roles[0]])
            yield route.path.format(**service.ids), client, service.queries.get(route.id, {})


async def test_head_has_the_headers_of_get_and_no_content(service: SeededService) -> None:
    for path, client, query in reads(service):
        get, head = await client.get(path, params=query), await client.head(path, params=query)
        assert (head.status_code, head.content) == (get.status_code, b""), path
        varying = VARYING | ({"content-length"} if path == "/metrics" else set())
        headers = [{k: v for k, v in each.headers.items() if k not in varying} for each in (get, head)]
        assert headers[0] == headers[1], path


async def test_head_of_an_event_stream_does_not_count_as_a_stream(service: SeededService) -> None:
    service.harness.runtime.streams = sse.MAX_STREAMS - 1
    try:
        for path, client, query in reads(service):
            if path.endswith("/live"):
                for _ in range(2):
                    head = await client.head(path, params=query)
                    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream")
        assert service.harness.runtime.streams == sse.MAX_STREAMS - 1
    finally:
        service.harness.runtime.streams = 0


async def test_head_without_a_token_is_refused(service: SeededService) -> None:
    anonymous = service.harness.client()
    for route in routes(service):
        if route.method == "GET":
            head = await anonymous.head(route.path.format(**service.ids))
            assert (head.status_code, head.content) == (401, b""), route.id
            assert head.headers["content-type"] == "application/problem+json"
            assert int(head.headers["content-length"]) > 0
    assert (await anonymous.head("/v1/nowhere")).status_code == 404


async def test_allow_has_every_method_of_a_path(service: SeededService) -> None:
    client = service.harness.client()
    hidden: dict[str, set[str]] = {path: {"GET"} for path in OPEN}
    hidden |= {path: {"GET", "OPTIONS", "POST"} for path in service.paths if "-webhooks/" in path}
    for path, operations in (hidden | {each: set(found) for each, found in service.paths.items()}).items():
        methods = {method.upper() for method in operations} | hidden.get(path, set())
        methods |= {"HEAD"} if "GET" in methods else set()
        for method in {"BREW", "DELETE", "HEAD", "OPTIONS", "PUT"} - methods:
            known = service.ids | {"partner": "zto", "provider": "simulator", "channel": "phone"}
            response = await client.request(method, path.format(**known))
            assert response.status_code == 405, (method, path, response.text)
            assert set(response.headers["allow"].split(", ")) == methods, (method, path)
