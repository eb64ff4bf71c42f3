"""An object of somebody else is answered for like one that does not exist: by the whole response, and by what it costs.

Every route is called by each other party, with the ids of seeded objects in the path, in the body, in each filter and in each
header, and again with ids of the same form that nothing has. The responses are equal to the byte, but for the ids themselves
and the trace; so are the statements that were executed, which is what the time of a response depends on.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from access_rules import OTHER_PARTIES, Route, allowed_roles, routes
from paired_calls import KNOWN_BY_FILTER, NOT_OWNED, paired
from seeded_service import SeededService


@pytest.fixture(params=list(OTHER_PARTIES))
def other(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def path_ids(service: SeededService, route: Route) -> dict[str, str]:
    """The ids of owned objects in the path of a route."""
    names = {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
    return {name: service.ids[name] for name in names - NOT_OWNED}


def named_in(service: SeededService, body: Any) -> dict[str, str]:
    """The objects of others in a body, by where they stand. Names of people, of goods and of the caller's own files are words."""
    known = {value for name, value in service.ids.items() if name not in NOT_OWNED} | set(KNOWN_BY_FILTER.values())
    return {pointer: text for pointer, text in _texts(body) if text in known and ("_" in text or text.isdigit())}


def _texts(node: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield at, node
    elif isinstance(node, dict | list):
        for place, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _texts(inner, f"{at}/{place}")


def permitted(service: SeededService, other: str) -> list[Route]:
    """The routes that the role of this party may call."""
    role = OTHER_PARTIES[other][0]
    return [route for route in routes(service) if role in allowed_roles(service)[route.id]]


async def test_foreign_ids_in_paths(service: SeededService, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service.harness.client(*OTHER_PARTIES[other])
    found: list[str | None] = []
    async with paired(service, client, monkeypatch) as calls:
        for route in routes(service):
            if ids := path_ids(service, route):
                query, body = service.queries.get(route.id), service.bodies.get(route.id)
                found.append(await calls.difference(route, ids, body=body, query=query))
    assert not any(found), "\n".join(filter(None, found))


async def test_foreign_ids_in_bodies(service: SeededService, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service.harness.client(*OTHER_PARTIES[other])
    found: list[str | None] = []
    async with paired(service, client, monkeypatch) as calls:
        for route in permitted(service, other):
            body = service.bodies.get(route.id)
            if body is not None and (names := named_in(service, body)) and not path_ids(service, route):
                found.append(await calls.difference(route, names, body=body))
    assert not any(found), "\n".join(filter(None, found))


async def test_foreign_ids_in_filters(service: SeededService, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service.harness.client(*OTHER_PARTIES[other])
    known = KNOWN_BY_FILTER | service.ids
    found: list[str | None] = []
    async with paired(service, client, monkeypatch) as calls:
        for route in permitted(service, other):
            if route.method == "GET" and "{" not in route.path:
                for name in route.filters & known.keys():
                    query = service.queries.get(route.id, {}) | {name: known[name]}
                    found.append(await calls.difference(route, {name: known[name]}, query=query))
    assert not any(found), "\n".join(filter(None, found))


def test_every_filter_by_an_id_has_a_known_one(service: SeededService) -> None:
    """A new filter by an id is compared by the test above once there is an object that it finds."""
    filters = {name for route in routes(service) for name in route.filters if name.endswith("_id")}
    assert filters <= KNOWN_BY_FILTER.keys() | service.ids.keys()


@pytest.mark.parametrize("other", ["buyer", "seller"])
async def test_conditions_about_foreign_objects(
    service: SeededService, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A condition that the present version of an object of somebody else meets is no more than one about no object."""
    client = service.harness.client(*OTHER_PARTIES[other])
    found: list[str | None] = []
    async with paired(service, client, monkeypatch) as calls:
        for route in permitted(service, other):
            if route.conditional and (ids := path_ids(service, route)):
                body = service.bodies.get(route.id)
                found.append(await calls.difference(route, ids, body=body, **{"If-Match": "*"}))
    assert not any(found), "\n".join(filter(None, found))


async def test_streams_of_foreign_objects(service: SeededService, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service.harness.client(*OTHER_PARTIES[other])
    found: list[str | None] = []
    async with paired(service, client, monkeypatch) as calls:
        for route in permitted(service, other):
            if "Last-Event-ID" in route.filters:
                for last in ("step_00000000000000000000000000000001", "none"):
                    ids = path_ids(service, route) or {"buyer_id": "buyer-1"}
                    query = {} if "{" in route.path else ids
                    found.append(await calls.difference(route, ids, query=query, **{"Last-Event-ID": last}))
    assert not any(found), "\n".join(filter(None, found))
