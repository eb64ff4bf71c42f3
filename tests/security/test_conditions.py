"""If-Match on every command of every service: lists of quoted tags, and the star."""

from collections.abc import AsyncIterator

import httpx
import pytest
from access_rules import PRINCIPALS, Route, allowed_roles, routes
from seeded_service import SeededService
from seeded_services import SEEDED


@pytest.fixture(params=list(SEEDED))
async def fresh(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[SeededService]:
    """A service of the test's own: its commands succeed."""
    async with SEEDED[request.param](postgres_url) as made:
        yield made


def commands(service: SeededService) -> list[tuple[Route, httpx.AsyncClient]]:
    """Every command with a client that may send it."""
    found = [(route, sorted(allowed_roles(service)[route.id])) for route in routes(service) if route.is_command]
    return [(route, service.harness.client(*PRINCIPALS[roles[0]])) for route, roles in found if roles]


async def send(service: SeededService, route: Route, client: httpx.AsyncClient, *conditions: str) -> httpx.Response:
    response = await client.request(
        route.method,
        route.path.format(**service.ids),
        json=service.bodies.get(route.id),
        headers=[("If-Match", each) for each in conditions],
    )
    service.assert_documented(route.path, route.method, response)
    return response


async def version(service: SeededService, route: Route, client: httpx.AsyncClient) -> str:
    """The ETag of the object that a conditional command changes."""
    paths = [path for path, methods in service.paths.items() if "get" in methods and route.path.startswith(path)]
    for path in sorted(paths, key=len, reverse=True):
        response = await client.get(path.format(**service.ids))
        if "etag" in response.headers:
            return response.headers["etag"]
    raise AssertionError(f"{route.path} is not below a path with an ETag")


@pytest.mark.parametrize(
    "conditions", [['"*"'], ['"v998"', '"v999"'], ['"v998,*"'], ['W/"v1"', '"*"'], ["v1"], ['"*'], ['*, "v1"']], ids=str
)
async def test_a_condition_without_the_present_version_stops_every_command(
    fresh: SeededService, conditions: list[str]
) -> None:
    before = await fresh.written_rows()
    for route, client in commands(fresh):
        response = await send(fresh, route, client, *conditions)
        if response.status_code != 412:  # refused before the condition was evaluated
            assert response.status_code in (404, 409, 422), (route.id, conditions, response.text)
            assert not route.conditional, route.id
    assert await fresh.written_rows() == before


async def test_the_present_version_may_be_in_any_header_line(fresh: SeededService) -> None:
    for route, client in commands(fresh):
        if route.conditional:
            for lines in (["{}", '"v999"'], ['"v999"', "{}"], ['"v998" ,{}']):
                present = await version(fresh, route, client)
                response = await send(fresh, route, client, *(line.format(present) for line in lines))
                assert response.status_code != 412, (route.id, lines, response.text)
