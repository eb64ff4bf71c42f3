"""The route class of every API: the steps that every read and every command of a service takes.

A command: authenticate, read the body, take a connection, look the Idempotency-Key up, run the endpoint, store its
response in the same transaction, write the events, commit, respond, wake the relay. No connection is held while a slow
client sends its body, and no client is answered before its change is durable.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response, params
from fastapi.routing import APIRoute

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.http import awaited_events, endpoints, query_parameters, request_body
from aftercare_chassis.http.admission import without_place
from aftercare_chassis.http.commands import Command, Handler
from aftercare_chassis.http.encryption import BodyCipher
from aftercare_chassis.http.idempotency import IdempotencyKey
from aftercare_chassis.http.responses import described, is_command, possible_problems
from aftercare_chassis.lifecycle import Actor, Lifecycle
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.refusals import Forbidden
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

A = TypeVar("A", bound=StrEnum)

# Any: endpoints, and the options that FastAPI takes for them, differ per route.


async def _reader(request: Request) -> Reader:
    found: Reader = request.state.reader
    return found


async def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


READER = Depends(_reader)
Read = Annotated[Reader[S], READER]
Tx = Annotated[Transaction[S], READER]
"""Parameters of endpoints. `Tx[Settings]` where the endpoint, or what it calls, reads a setting of its service; else `Tx`."""
ServiceRuntime = Annotated[Runtime[S], Depends(_runtime)]
"""The parameter of an endpoint that opens its own transactions."""


@dataclass(frozen=True)
class RoleRequirement(params.Depends):
    """The roles that may call a route. The route checks them itself, before it takes a connection.

    `action` is the one that the route takes, where the roles are those of a lifecycle's table.
    """

    roles: tuple[str, ...] = ()
    action: StrEnum | None = None

    def check(self, actor: Actor) -> None:
        """Raises: Forbidden for an actor of another role."""
        if actor.role not in self.roles:
            raise Forbidden(allowed_roles=list(self.roles))


def require_role(*roles: str) -> Any:
    """`dependencies=[require_role("reader", "admin")]`: actors of other roles are refused with 403 `forbidden`."""
    return RoleRequirement(roles=roles)


def require_action(tables: Lifecycle[Any, A] | Iterable[Lifecycle[Any, A]], action: A) -> Any:
    """As `require_role`, with the roles of people that may take the action in some state of the table, or of one of them."""
    found = [tables] if isinstance(tables, Lifecycle) else tables
    roles = sorted({role for table in found for role in table.roles(action)})
    return RoleRequirement(roles=tuple(roles), action=action)


def keep_fixed_addresses(routes: Sequence["ApiRoute"]) -> None:
    """Let an address without parameters be that of its own route only: `/books/search` is no book with the id `search`.

    Otherwise a GET there would be answered as for an object that does not exist, not with 405 and the methods of the address.
    """
    fixed = {route.path for route in routes if "{" not in route.path}
    for route in routes:
        taken = "|".join(re.escape(path) for path in sorted(fixed - {route.path}) if route.path_regex.match(path))
        if taken:
            route.path_regex = re.compile(f"(?!(?:{taken})$){route.path_regex.pattern}")


class ApiRoute(APIRoute):
    """A route whose GET reads on one connection, and whose every other method is a command in one transaction.

    A POST whose endpoint takes a `Read` asks a question that needs a body: it reads, too, and has no Idempotency-Key.
    `problems` is everything it may refuse with. A command whose endpoint has no body parameter accepts no body, or `{}`.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        dependencies = options.pop("dependencies", None) or []
        self.role_requirements = [each for each in dependencies if isinstance(each, RoleRequirement)]
        others = [each for each in dependencies if not isinstance(each, RoleRequirement)]
        self.only_reads = endpoints.only_reads(endpoint, READER)
        wrapped = endpoints.wrapped(endpoint, READER, options.get("status_code") or 200)
        super().__init__(path, wrapped, dependencies=others, **options)
        self.query_parameters = query_parameters.names_of(self)
        self.problems = possible_problems(self, limited=bool(self.role_requirements))
        self.responses = described(self.problems, self.responses)

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        return self._command_handler(handler) if is_command(self) else self._read_handler(handler)

    async def _admit(self, request: Request, runtime: Runtime) -> Actor:
        """Who calls. Refuses a wrong token, another role and query parameters that the endpoint does not have."""
        actor: Actor = await runtime.verifier.admit(request.headers, without_place(request.scope))
        for requirement in self.role_requirements:
            requirement.check(actor)
        query_parameters.require_known(request, self.query_parameters)
        return actor

    def _read_handler(self, handler: Handler) -> Handler:
        takes_body = self.body_field is not None

        async def read(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            actor = await self._admit(request, runtime)

            async def attempt() -> Response:
                async with runtime.reader(actor) as reader:
                    request.state.reader = reader
                    response = await handler(request)
                response.headers.update(reader.headers)
                return response

            if not takes_body:
                return await attempt()
            await request.body()
            return await awaited_events.attempt(request, actor, attempt)

        return read

    def _command_handler(self, handler: Handler) -> Handler:
        holds_secret: bool = getattr(self.response_model, "holds_secret", False)
        takes_body = self.body_field is not None

        async def command(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            actor, if_match = await self._admit(request, runtime), IfMatch.of(request.headers.getlist("if-match"))
            route, path, body = f"{request.method} {self.path}", request.scope["path"], await request.body()
            key = IdempotencyKey.of(actor, route, path, request.headers, body)
            if body and not takes_body:
                request_body.require_empty(request, body)
            cipher = BodyCipher(runtime.settings.signing_key) if holds_secret else None
            audited = runtime.audit is not None and actor.role in runtime.audit.roles
            operation = self.operation_id or self.name if audited else None
            return await Command(request, runtime, handler, actor, if_match, key, cipher, operation).execute()

        return command
