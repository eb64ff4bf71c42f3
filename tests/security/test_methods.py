"""HEAD is answered wherever GET is, and `Allow` names every method of an address, on every route of all five services."""

from collections.abc import Iterator

import httpx
from aftercare_chassis.http import sse
from test_access_matrix import OWN, may, routes
from worlds import World

OPEN = ("/openapi.json", "/docs", "/livez", "/readyz", "/startupz", "/metrics")
VARYING = {"trace-id"}


def reads(world: World) -> Iterator[tuple[str, httpx.AsyncClient, dict[str, str]]]:
    """Every address that is read, with somebody who may read it and what they ask for."""
    for path in OPEN:
        yield path, world.harness.client(), {}
    for route in routes(world):
        roles = sorted(may(world)[route.id]) or sorted(OWN)
        if route.method == "GET":
            client = world.harness.client(*OWN[roles[0]])
            yield route.path.format(**world.ids), client, world.queries.get(route.id, {})


async def test_head_tells_what_get_would_and_sends_no_content(world: World) -> None:
    for path, client, query in reads(world):
        got, asked = await client.get(path, params=query), await client.head(path, params=query)
        assert (asked.status_code, asked.content) == (got.status_code, b""), path
        varying = VARYING | ({"content-length"} if path == "/metrics" else set())
        told = [{k: v for k, v in each.headers.items() if k not in varying} for each in (got, asked)]
        assert told[0] == told[1], path


async def test_head_of_an_event_stream_takes_no_place_among_the_streams(world: World) -> None:
    world.harness.runtime.streams = sse.MAX_STREAMS - 1
    try:
        for path, client, query in reads(world):
            if path.endswith("/live"):
                for _ in range(2):
                    asked = await client.head(path, params=query)
                    assert (asked.status_code, asked.headers["content-type"]) == (200, "text/event-stream")
        assert world.harness.runtime.streams == sse.MAX_STREAMS - 1
    finally:
        world.harness.runtime.streams = 0


async def test_head_is_refused_as_get_is(world: World) -> None:
    stranger = world.harness.client()
    for route in routes(world):
        if route.method == "GET":
            asked = await stranger.head(route.path.format(**world.ids))
            assert (asked.status_code, asked.content) == (401, b""), route.id
            assert asked.headers["content-type"] == "application/problem+json"
            assert int(asked.headers["content-length"]) > 0
    assert (await stranger.head("/v1/nowhere")).status_code == 404


async def test_allow_names_every_method_of_an_address(world: World) -> None:
    client = world.harness.client()
    hidden: dict[str, set[str]] = {path: {"GET"} for path in OPEN}
    hidden |= {path: {"GET", "OPTIONS", "POST"} for path in world.paths if "-webhooks/" in path}
    for path, operations in (hidden | {each: set(found) for each, found in world.paths.items()}).items():
        methods = {method.upper() for method in operations} | hidden.get(path, set())
        methods |= {"HEAD"} if "GET" in methods else set()
        for method in {"BREW", "DELETE", "HEAD", "OPTIONS", "PUT"} - methods:
            known = world.ids | {"partner": "zto", "provider": "simulator"}
            response = await client.request(method, path.format(**known))
            assert response.status_code == 405, (method, path, response.text)
            assert set(response.headers["allow"].split(", ")) == methods, (method, path)
