"""Addresses that partners call in formats of their own, and that respond in them."""

import inspect
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from aftercare_chassis.http.admission import Priority
from aftercare_chassis.http.commands import Handler
from aftercare_chassis.http.endpoints import reader_parameter
from aftercare_chassis.http.problems import Problem, ProblemRenderer
from aftercare_chassis.http.routing import READER
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

# Any: endpoints, and the options that FastAPI takes for them, differ per route.

Failure = Callable[[str, Exception], Response]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_PROBES = ("GET", "HEAD", "OPTIONS")
_IN_PARTNERS_FORMAT: dict[int | str, dict[str, Any]] = {
    "default": {"description": "A refusal in the partner's own format."}
}


class WebhookRoute(APIRoute):
    """A route whose endpoint takes `tx: Tx` runs in one transaction, which is committed before its response is sent.

    A refusal that the endpoint raises rolls it back; a response that refuses, and is returned, is committed with what was
    stored. A route of probes (`GET`, `HEAD`, `OPTIONS`) takes `read: Read`. An endpoint that takes neither uses no connection.
    `failure(partner, error)` makes the response to a post whose transaction failed; without it, that is a problem with status
    500 or 503, rendered as every other.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, failure: Failure | None = None, **options: Any
    ) -> None:
        self._failure = failure
        self._needs_database = reader_parameter(inspect.signature(endpoint), READER) is not None
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        if not self._needs_database:
            return handler
        return self._reading(handler) if (self.methods or set()) <= set(_PROBES) else self._storing(handler)

    def _reading(self, handler: Handler) -> Handler:
        async def read(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            async with runtime.reader() as request.state.reader:
                return await handler(request)

        return read

    def _storing(self, handler: Handler) -> Handler:
        async def store(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            try:
                async with runtime.transaction() as request.state.reader:
                    return await handler(request)
            except (Refusal, HTTPException):
                raise
            except Exception as error:
                if self._failure is None:
                    raise
                return self._failure(request.path_params["partner"], error)

        return store


class WebhookRouter(APIRouter):
    """The addresses `{prefix}/{partner}/…`: each endpoint verifies what was posted, stores it and answers.

    No response below the prefix is a problem document: `render(partner, problem)` makes the response of every refusal, whether the
    endpoint, the routing or the middleware refuses. `partner` is the path's first segment below the prefix, known or not.

    With `body_seconds`, an endpoint reads its body itself as it arrives, and has to limit its size; it has so long until it
    responds. Without, the body is read before, as everywhere else. `priority` is that of posts while the process is overloaded;
    posts for others than `partners`, where these are given, have the lowest one, and share their turns.
    """

    def __init__(
        self,
        prefix: str,
        render: Callable[[str, Problem], Response],
        *,
        failure: Failure | None = None,
        body_seconds: float | None = None,
        priority: Priority = Priority.PUSH,
        partners: Collection[str] | None = None,
        **options: Any,
    ) -> None:
        route: Any = partial(WebhookRoute, failure=failure)  # FastAPI only calls it, and wants a class
        super().__init__(prefix=prefix, responses=_IN_PARTNERS_FORMAT, route_class=route, **options)
        self._render, self.body_seconds, self._priority, self._partners = render, body_seconds, priority, partners

    def problem_renderer(self, path: str) -> ProblemRenderer | None:
        """What renders problems at this path; None where the path is not below the prefix, doubled slashes aside."""
        partner = self.partner(path)
        return None if partner is None else partial(self._render, partner)

    def partner(self, path: str) -> str | None:
        """The partner whose address this is; None as for `problem_renderer`."""
        own, found = _segments(self.prefix), _segments(path)
        return "".join(found[len(own) : len(own) + 1]) if found[: len(own)] == own else None

    def priority(self, partner: str) -> Priority:
        """That of this partner's posts."""
        return self._priority if self._knows(partner) else Priority.READ

    def caller(self, partner: str) -> str:
        """Who shares in the turns as one: a partner, or all names that are no partner's, of which anybody can invent many."""
        return f"partner:{partner}" if self._knows(partner) else "unknown partners"

    def _knows(self, partner: str) -> bool:
        return self._partners is None or partner in self._partners

    def probe(self, path: str) -> Callable[[Endpoint], Endpoint]:
        """Decorate the endpoint for partners that request an address before they post to it; it returns `probe_response()`."""
        return self.api_route(path, methods=list(_PROBES), include_in_schema=False)


def probe_response() -> Response:
    """The plain response to a probe of an address that takes webhooks."""
    return PlainTextResponse("This address takes POST.\n", headers={"Allow": ", ".join([*_PROBES, "POST"])})


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
