"""Routes that cannot forget anything: what every read and every command goes through, in one place.

A command: authenticate, read the body, take a connection, claim the Idempotency-Key, run the endpoint, keep its answer
in the same transaction, write the events, commit, answer, wake the relay. No connection is held while a slow client
sends its body, and nobody is told of a change that is not durable. A command that is refused since an event of another
service may still be on its way is tried again for a moment (`arrivals`).
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, get_args

from asyncpg import UniqueViolationError
from fastapi import Depends, Request, Response, params
from fastapi.routing import APIRoute
from pydantic import BaseModel

from aftercare_chassis import failpoints
from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.http import awaited_events, request_body
from aftercare_chassis.http.encryption import BodyCipher
from aftercare_chassis.http.idempotency import PRIMARY_KEY, Claim, StoredResponse
from aftercare_chassis.http.responses import described, is_command, possible_problems
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.refusals import Forbidden, Refusal
from aftercare_chassis.runtime import Runtime, UnitOfWork
from aftercare_chassis.settings import S

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
KEPT_HEADERS = ("content-language", "content-type", "etag", "location", "vary")


async def _reader(request: Request) -> Reader:
    found: Reader = request.state.reader
    return found


async def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


_READER = Depends(_reader)
Read = Annotated[Reader[S], _READER]
Tx = Annotated[Transaction[S], _READER]
Live = Annotated[Runtime[S], Depends(_runtime)]
"""What a route is given: `Tx[Settings]` where it, or what it calls, reads a setting of its service; else `Tx`."""


@dataclass(frozen=True)
class Allowed(params.Depends):
    """Who gets through. Its route reads it, so that nobody else costs a connection."""

    roles: tuple[str, ...] = ()

    def check(self, actor: Actor) -> None:
        """Forbidden for every other role."""
        if actor.role not in self.roles:
            raise Forbidden(allowed_roles=list(self.roles))


def allow(*roles: str) -> Any:
    """One of a route's `dependencies`: every other role is refused with 403."""
    return Allowed(roles=roles)


def _answering(endpoint: Callable[..., Awaitable[Any]], status: int) -> Callable[..., Awaitable[Any]]:
    """The endpoint with its answer as JSON; the version of what it answers becomes its ETag.

    Answers are models of our own making: FastAPI would validate each once more before it writes it. The reader is handed
    over here, since it is there already and FastAPI's way to it is one of the dearer frames of a command.
    """
    signature = inspect.signature(endpoint)
    name = reader_parameter(signature)
    request = _named(signature, lambda annotation: annotation is Request)

    @wraps(endpoint)
    async def answering(**arguments: Any) -> Any:
        if name is None:
            return _written(await endpoint(**arguments), status)
        reader: Reader = arguments[request or name].state.reader
        answer = await endpoint(**{**arguments, name: reader})
        if (version := getattr(answer, "version", None)) is not None:
            reader.headers["etag"] = f'"v{version}"'
        return _written(answer, status)

    if name is not None:
        answering.__signature__ = _asking(signature, name, request)  # type: ignore[attr-defined]
    return answering


def reader_parameter(signature: inspect.Signature) -> str | None:
    """The name of the parameter that takes the reader or the transaction, if there is one."""
    return _named(signature, lambda annotation: _READER in get_args(annotation))


def _named(signature: inspect.Signature, fits: Callable[[object], bool]) -> str | None:
    """The first parameter whose annotation fits."""
    return next((each.name for each in signature.parameters.values() if fits(each.annotation)), None)


def _asking(signature: inspect.Signature, reader: str, request: str | None) -> inspect.Signature:
    """What FastAPI is shown: the request in the place of the reader, once."""
    parameters = dict(signature.parameters)
    if request is None:
        parameters[reader] = parameters[reader].replace(annotation=Request)
    else:
        del parameters[reader]
    return signature.replace(parameters=list(parameters.values()))


def _written(answer: Any, status: int) -> Any:
    if isinstance(answer, BaseModel):
        return Response(answer.model_dump_json(by_alias=True), status, media_type="application/json")
    return answer


class ApiRoute(APIRoute):
    """GET reads on one connection; everything else is a command in one transaction.

    A command whose endpoint has no body parameter takes nothing or `{}`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        wanted = options.pop("dependencies", None) or []
        self.allowed = [each for each in wanted if isinstance(each, Allowed)]
        others = [each for each in wanted if not isinstance(each, Allowed)]
        answering = _answering(endpoint, options.get("status_code") or 200)
        super().__init__(path, answering, dependencies=others, **options)
        self.problems = possible_problems(self, limited=bool(self.allowed))
        self.responses = described(self.problems, self.responses)

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()
        return self._commanding(handle) if is_command(self) else self._reading(handle)

    def _admit(self, request: Request, runtime: Runtime) -> Actor:
        actor: Actor = runtime.verifier.actor(request.headers)
        for allowed in self.allowed:
            allowed.check(actor)
        return actor

    def _reading(self, handle: Handle) -> Handle:
        async def read(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            async with runtime.reader(self._admit(request, runtime)) as reader:
                request.state.reader = reader
                response = await handle(request)
            response.headers.update(reader.headers)
            return response

        return read

    def _commanding(self, handle: Handle) -> Handle:
        sealed: bool = getattr(self.response_model, "holds_secret", False)
        takes_body = self.body_field is not None

        async def run(request: Request, work: UnitOfWork, claim: Claim) -> Response:
            async with work as tx:
                if work.found:
                    kept = await claim.kept(tx.connection)
                    told = _seal(request).open(kept.body) if sealed else kept.body
                    return Response(told, kept.status, {**kept.headers, "idempotent-replayed": "true"})
                failpoints.point("command.claimed")
                request.state.reader = tx
                response = await handle(request)
                tx.check_condition()
                response.headers.update(tx.headers)
                headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
                failpoints.point("command.decided")
                answer = _seal(request).close(bytes(response.body)) if sealed else bytes(response.body)
                tx.writes.later(*claim.keep(StoredResponse(response.status_code, headers, answer)))
                failpoints.point("command.kept")
            failpoints.point("command.committed")
            return response

        async def command(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            actor, if_match = self._admit(request, runtime), IfMatch.of(request.headers.getlist("if-match"))
            route, path, body = f"{request.method} {self.path}", request.scope["path"], await request.body()
            claim = Claim.of(actor, route, path, request.headers, body)
            if body and not takes_body:
                request_body.expect_nothing(request, body)

            async def attempt() -> Response:
                try:
                    return await run(request, runtime.transaction(actor, if_match=if_match, look=claim.look), claim)
                except UniqueViolationError as error:
                    if error.constraint_name != PRIMARY_KEY:
                        raise
                    # The first request committed between our look and our lock: now its answer is there.
                    return await run(request, runtime.transaction(actor, if_match=if_match, look=claim.look), claim)

            began = asyncio.get_running_loop().time()
            try:
                return await attempt()
            except Refusal as refusal:
                if refusal.awaits is None:
                    raise
                return await awaited_events.retry(request, attempt, refusal, began)

        return command


def _seal(request: Request) -> BodyCipher:
    return BodyCipher(request.app.state.runtime.settings.signing_key)
