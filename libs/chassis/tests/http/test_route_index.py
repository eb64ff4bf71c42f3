"""The index finds the route that the router's own search finds."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from aftercare_chassis.http.route_index import RouteIndex
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Receive, Scope, Send

PATHS = (
    "/books",
    "/books/{book_id}",
    "/books/search",
    "/books/{book_id}/pages",
    "/books/{book_id}/pages/{page}",
    "/books/{book_id}/{part}",
    "/shelves/{book_id}/pages",
    "/files/{path:path}",
    "/files/{name}.txt",
    "/{anything}/search",
)
SEGMENTS = st.sampled_from(["books", "search", "pages", "shelves", "files", "a.txt", "1", ""])


def routed(paths: Sequence[str]) -> APIRouter:
    router = APIRouter(redirect_slashes=False)
    for path in paths:
        router.add_api_route(path, lambda: None, methods=["GET"])
        router.add_api_route(path, lambda: None, methods=["POST"])
    return router


def searched(router: APIRouter, scope: Scope) -> BaseRoute | None:
    """The first route that takes the request."""
    return next((each for each in router.routes if each.matches(scope)[0] is Match.FULL), None)


async def nothing(*_: Any) -> Any:
    raise AssertionError


@given(st.permutations(PATHS), st.lists(SEGMENTS, max_size=5), st.sampled_from(["GET", "POST", "PUT"]))
async def test_it_finds_what_a_search_finds(paths: list[str], segments: list[str], method: str) -> None:
    router = routed(paths)
    taken: list[BaseRoute | None] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        taken.append(scope.get("route"))

    for route in router.routes:
        route.handle = note  # type: ignore[method-assign]
    router.app = note  # type: ignore[method-assign]
    scope = {"type": "http", "path": "/" + "/".join(segments), "root_path": "", "method": method, "headers": []}
    await RouteIndex(router)(dict(scope), nothing, nothing)
    assert taken == [searched(router, scope)]


@pytest.fixture
async def client() -> httpx.AsyncClient:
    app = FastAPI(redirect_slashes=False)
    app.router.routes.extend(routed(["/books/{book_id}"]).routes)
    app.router.routes.append(Mount("/under", FastAPI()))
    app.router.middleware_stack = RouteIndex(app.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://index.test")


async def test_what_no_route_takes_is_left_to_the_router(client: httpx.AsyncClient) -> None:
    async with client:
        found = [(await client.request(*each)).status_code for each in (("GET", "/books/1"), ("GET", "/books"))]
        refused = await client.put("/books/1")
        assert (found, refused.status_code) == ([200, 404], 405)
        assert (await client.get("/under/openapi.json")).status_code == 200
