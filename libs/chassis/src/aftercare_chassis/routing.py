"""Routes that cannot forget anything: what every read and every command goes through, in one place.

A command: authenticate, read the body, take a connection, claim the Idempotency-Key, run the endpoint, keep its answer
in the same transaction, write the events, commit, answer, wake the relay. No connection is held while a slow client
sends its body, and nobody is told of a change that is not durable.
"""

from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import wraps
from typing import Annotated, Any

from asyncpg import UniqueViolationError
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from aftercare_chassis import crash
from aftercare_chassis.idempotency import PRIMARY_KEY, Claim, Kept
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.problems import problems
from aftercare_chassis.refusals import Forbidden
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.transaction import Reader, Transaction

__all__ = ["ApiRoute", "Live", "Read", "Tx", "WebhookRoute", "allow", "problems"]

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
KEPT_HEADERS = ("content-language", "content-type", "etag", "location", "vary")


async def _reader(request: Request) -> Reader:
    found: Reader = request.state.reader
    return found


async def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


Read = Annotated[Reader, Depends(_reader)]
Tx = Annotated[Transaction, Depends(_reader)]
Live = Annotated[Runtime, Depends(_runtime)]


def allow(*roles: str) -> Any:
    """A dependency that refuses every other role with 403."""

    async def allowed(request: Request) -> None:
        actor: Actor = request.state.actor
        if actor.role not in roles:
            raise Forbidden(allowed_roles=list(roles))

    return Depends(allowed)


def _answering(endpoint: Callable[..., Awaitable[Any]], status: int) -> Callable[..., Awaitable[Any]]:
    """The endpoint with its answer as JSON, the version of what it answers left with its reader for the ETag.

    Answers are models of our own making: FastAPI would validate each once more before it writes it.
    """

    @wraps(endpoint)
    async def answering(**arguments: Any) -> Any:
        answer = await endpoint(**arguments)
        for argument in arguments.values():
            if isinstance(argument, Reader):
                argument.answered_version = getattr(answer, "version", None)
        if isinstance(answer, BaseModel):
            return Response(answer.model_dump_json(), status, media_type="application/json")
        return answer

    return answering


class ApiRoute(APIRoute):
    """GET reads on one connection; everything else is a command in one transaction."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()
        if (self.methods or set()) <= {"GET", "HEAD"}:
            return _reading(handle)
        return _commanding(handle, self.path, getattr(self.response_model, "shown_once", ()))


class WebhookRoute(APIRoute):
    """For partners who post in their own format: the endpoint verifies, opens its own transaction and answers."""


def _reading(handle: Handle) -> Handle:
    async def read(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        actor = request.state.actor = runtime.verifier.actor(request.headers)
        async with runtime.reader(actor) as reader:
            request.state.reader = reader
            response = await handle(request)
        if reader.answered_version is not None:
            response.headers["etag"] = f'"v{reader.answered_version}"'
        return response

    return read


def _commanding(handle: Handle, route: str, shown_once: Collection[str]) -> Handle:
    async def command(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        actor = request.state.actor = runtime.verifier.actor(request.headers)
        claim = Claim.of(actor, f"{request.method} {route}", request.url.path, request.headers, await request.body())
        try:
            return await _run(runtime, claim, handle, request, shown_once)
        except UniqueViolationError as error:
            if error.constraint_name != PRIMARY_KEY:
                raise
            # The first request committed between our look and our lock: now its answer is there.
            return await _run(runtime, claim, handle, request, shown_once)

    return command


async def _run(
    runtime: Runtime, claim: Claim, handle: Handle, request: Request, shown_once: Collection[str]
) -> Response:
    async with runtime.transaction(request.state.actor, if_match=request.headers.get("if-match")) as tx:
        kept = await claim.take(tx.connection)
        if kept is not None:
            return Response(kept.body, kept.status, {**kept.headers, "idempotent-replayed": "true"})
        crash.point("command.claimed")
        request.state.reader = tx
        response = await handle(request)
        if tx.answered_version is not None:
            response.headers["etag"] = f'"v{tx.answered_version}"'
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        crash.point("command.decided")
        answer = Kept(response.status_code, headers, bytes(response.body))
        tx.writes.later(*claim.keep(answer.without(shown_once)))
        crash.point("command.kept")
    crash.point("command.committed")
    return response
