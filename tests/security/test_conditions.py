"""If-Match on every command of every service: a list of quoted tags or a star, whatever the command does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from test_access_matrix import OWN, Route, may, routes
from worlds import WORLDS, World


@pytest.fixture(params=list(WORLDS))
async def fresh(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[World]:
    """A world of the test's own: here commands succeed."""
    async with WORLDS[request.param](postgres_url) as made:
        yield made


def commands(world: World) -> list[tuple[Route, httpx.AsyncClient]]:
    """Every command with somebody who may give it."""
    found = [(route, sorted(may(world)[route.id])) for route in routes(world) if route.method != "GET"]
    return [(route, world.harness.client(*OWN[roles[0]])) for route, roles in found if roles]


async def send(world: World, route: Route, client: httpx.AsyncClient, *conditions: str) -> httpx.Response:
    response = await client.request(
        route.method,
        route.path.format(**world.ids),
        json=world.bodies.get(route.id),
        headers=[("If-Match", each) for each in conditions],
    )
    world.keeps_promise(route.path, route.method, response)
    return response


async def version(world: World, route: Route, client: httpx.AsyncClient) -> str:
    """The ETag of the object that a conditional command is below of."""
    paths = [path for path, methods in world.paths.items() if "get" in methods and route.path.startswith(path)]
    for path in sorted(paths, key=len, reverse=True):
        response = await client.get(path.format(**world.ids))
        if "etag" in response.headers:
            return response.headers["etag"]
    raise AssertionError(f"{route.path} is below nothing that has a version")


@pytest.mark.parametrize(
    "conditions", [['"*"'], ['"v998"', '"v999"'], ['"v998,*"'], ['W/"v1"', '"*"'], ["v1"], ['"*'], ['*, "v1"']], ids=str
)
async def test_a_condition_that_names_no_present_version_stops_every_command(
    fresh: World, conditions: list[str]
) -> None:
    before = await fresh.footprint()
    for route, client in commands(fresh):
        response = await send(fresh, route, client, *conditions)
        if response.status_code != 412:  # refused for what it says, before anything was looked at
            assert response.status_code in (404, 409, 422), (route.id, conditions, response.text)
            assert not route.conditional, route.id
    assert await fresh.footprint() == before


async def test_the_version_just_read_may_stand_on_any_line(fresh: World) -> None:
    for route, client in commands(fresh):
        if route.conditional:
            for lines in (["{}", '"v999"'], ['"v999"', "{}"], ['"v998" ,{}']):
                present = await version(fresh, route, client)
                response = await send(fresh, route, client, *(line.format(present) for line in lines))
                assert response.status_code != 412, (route.id, lines, response.text)
