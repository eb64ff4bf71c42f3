"""HEAD and Allow for every address, whatever kind of route is there (RFC 9110, sections 9.3.2 and 10.2.1)."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Message, Scope, Send

from aftercare_chassis.http.route_index import RouteIndex

STANDARD = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_HEAD = "aftercare.head"  # marks the scope of a HEAD request that runs as a GET


def head_as_get(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """A HEAD request as the GET request that it stands for; the response keeps its status and headers and loses its content.

    So every route that supports GET supports HEAD, with the same checks. (FastAPI adds HEAD to no route, and would list it
    in the OpenAPI document as an operation of its own.)
    """

    async def without_content(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return {**scope, "method": "GET", _HEAD: True}, without_content


def is_head(request: Request) -> bool:
    """Whether only the headers of the response will be sent."""
    return _HEAD in request.scope


def allowed(request: Request) -> list[str]:
    """The methods that this address supports, those of all routes that match it."""
    scope = request.scope
    routes = _routes(scope)
    found = {
        method
        for method in STANDARD
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    }
    if "GET" in found:
        found.add("HEAD")
    return [method for method in STANDARD if method in found]


def _routes(scope: Scope) -> Sequence[BaseRoute]:
    """The routes that may take the address."""
    router = scope["app"].router
    index = router.middleware_stack
    found: Sequence[BaseRoute] = (
        index.candidates(scope["path"])
        if isinstance(index, RouteIndex) and not scope.get("root_path")
        else router.routes
    )
    return found
