"""WebSockets of people: authentication, limits, and the way of a frame to the service.

A token comes in the `Authorization` header, in `Sec-WebSocket-Protocol` as `bearer.<token>` beside the name of the protocol, or in
the first frame; never in the address, which is logged. It is verified again while the socket is open: one that has expired or was
withdrawn closes the socket, unless a frame `authenticate` has brought another one of the same person.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from aftercare_chassis.auth.errors import TokenMissing
from aftercare_chassis.http import problems
from aftercare_chassis.http.admission import caller_of
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.metrics import SocketMetrics
from aftercare_chassis.http.socket_connection import Socket, time_text
from aftercare_chassis.http.socket_errors import (
    OTHER_PERSON,
    UNAUTHENTICATED,
    OriginForeign,
    PersonDiffers,
    ProcessEnds,
    TooManySockets,
)
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

# Any: a runtime with the settings of any service.
log = structlog.get_logger(__name__)

MOST_SOCKETS, MOST_OF_CALLER, MOST_OF_PERSON, MOST_UNKNOWN = 10_000, 500, 20, 500
"""Of one process: in all, of one tenant with all of its people, of one person, and of those whose token has not arrived."""
AUTHENTICATE_SECONDS, LOOK_SECONDS = 5.0, 1.5
_BEARER, _AT_ONCE = "bearer.", 200
_INTERNAL_ERROR = 1011

F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)


class Session(Protocol[F_contra]):
    """What a service does with one socket."""

    async def received(self, frame: F_contra) -> None:
        """Handle a frame. Raises: Refusal, which the client gets in a frame."""

    def ended(self) -> None:
        """Forget the socket."""


class Sockets(Generic[F]):
    """The ASGI app of a route of sockets. `frames` validates what clients send, `begin` begins the session of a socket.

    The service does not see frames of the type `authenticate`, which have a `token`.
    """

    def __init__(
        self, protocol: str, frames: TypeAdapter[F], begin: Callable[[Runtime[Any], Socket], Session[F]]
    ) -> None:
        self.protocol, self._frames, self._begin = (
            protocol,
            frames,
            begin,
        )
        self.open: set[Socket] = set()
        self._of = Counter[str]()
        self._unknown = 0
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it is closed."""
        runtime: Runtime[Any] = scope["app"].state.runtime
        headers = Headers(scope=scope)
        await receive()  # that the client connects
        try:
            self._check(runtime, headers)
            authorization = _authorization(headers, scope["subprotocols"])
            actor = await runtime.verifier.admit(authorization) if authorization else None
            self._need_room(actor)
        except Refusal as refusal:
            await _deny(headers, send, refusal)
            return
        subprotocol = self.protocol if self.protocol in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": []})
        language = choose(headers.get("accept-language"))
        # What lives as long as the socket; the headers of its handshake are not needed any more.
        kept = {name: scope[name] for name in ("app", "asgi", "client", "server")}
        scope.clear()
        del headers
        if actor is None:
            try:
                actor, authorization = await self._first_frame(runtime, receive)
                self._need_room(actor)
            except Refusal as refusal:
                await _close(send, refusal)
                return
        if actor is not None:
            await self._serve(runtime, Socket(kept, send, actor, authorization, language), receive)

    async def _serve(self, runtime: Runtime[Any], socket: Socket, receive: Receive) -> None:
        self._enter(runtime, socket)
        code = _INTERNAL_ERROR
        try:
            socket.send(self._welcome(runtime, socket))
            session = socket.session = self._begin(runtime, socket)
            while (message := await receive())["type"] != "websocket.disconnect":
                await socket.turn()
                await self._received(runtime, socket, session, message.get("text") or "")
            code = message.get("code", _INTERNAL_ERROR)
        finally:
            socket.ended()
            if socket.session is not None:
                socket.session.ended()
            self._leave(runtime, socket, code)

    async def _received(self, runtime: Runtime[Any], socket: Socket, session: Session[F], text: str) -> None:
        frame_id: str | None = None
        try:
            token, frame_id = _token_or_id(text)
            if token is not None:
                await self._renew(runtime, socket, token)
                return
            await session.received(self._frames.validate_json(text))
        except ValidationError as error:
            places = [{**each, "loc": ("body", *each["loc"][1:])} for each in error.errors(include_url=False)]
            socket.send(refused(frame_id, problem(RequestValidationError(places), socket.language)))
        except Exception as error:  # as for a request: the client gets the problem, and what is unexpected is logged
            socket.send(refused(frame_id, problem(error, socket.language)))

    async def _renew(self, runtime: Runtime[Any], socket: Socket, token: str) -> None:
        headers = {"authorization": f"Bearer {token}"}
        actor = await runtime.verifier.admit(headers)
        if actor != socket.actor:
            refusal = PersonDiffers()
            socket.close(OTHER_PERSON, refusal.code)
            raise refusal
        socket.headers = headers
        socket.send(self._welcome(runtime, socket))

    async def _first_frame(self, runtime: Runtime[Any], receive: Receive) -> tuple[Actor | None, dict[str, str]]:
        """Who sends the first frame; None where the client has left. Raises: Refusal."""
        self._unknown += 1
        try:
            async with asyncio.timeout(AUTHENTICATE_SECONDS):
                message: Message = await receive()
        except TimeoutError:
            raise TokenMissing from None
        finally:
            self._unknown -= 1
        if message["type"] == "websocket.disconnect":
            return None, {}
        token, _ = _token_or_id(message.get("text") or "")
        if token is None:
            raise TokenMissing
        headers = {"authorization": f"Bearer {token}"}
        return await runtime.verifier.admit(headers), headers

    def _check(self, runtime: Runtime[Any], headers: Headers) -> None:
        """Raises: ProcessEnds, OriginForeign."""
        if runtime.leaving():
            raise ProcessEnds
        origin, allowed = headers.get("origin"), runtime.settings.cors_origins
        is_own = origin is not None and urlsplit(origin).netloc == headers.get("host")
        if origin is not None and not is_own and origin not in allowed and "*" not in allowed:
            raise OriginForeign

    def _need_room(self, actor: Actor | None) -> None:
        """Raises: TooManySockets."""
        is_full = len(self.open) >= MOST_SOCKETS or self._unknown >= MOST_UNKNOWN
        if actor is not None:
            is_full |= self._of[_person(actor)] >= MOST_OF_PERSON or self._of[caller_of(actor)] >= MOST_OF_CALLER
        if is_full:
            raise TooManySockets

    def _enter(self, runtime: Runtime[Any], socket: Socket) -> None:
        self.open.add(socket)
        self._of.update({_person(socket.actor), caller_of(socket.actor)})
        runtime.metrics.of(SocketMetrics).opened()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._verify(runtime))

    def _leave(self, runtime: Runtime[Any], socket: Socket, code: int) -> None:
        self.open.discard(socket)
        for each in {_person(socket.actor), caller_of(socket.actor)}:
            self._of[each] -= 1
            if not self._of[each]:
                del self._of[each]
        runtime.metrics.of(SocketMetrics).closed(code)

    async def _verify(self, runtime: Runtime[Any]) -> None:
        """Close the sockets whose tokens hold no longer, while there are any."""
        while self.open:
            await asyncio.sleep(LOOK_SECONDS)
            for number, socket in enumerate(list(self.open)):
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
                try:
                    runtime.verifier.actor(socket.headers)
                except Refusal as refusal:
                    socket.close(UNAUTHENTICATED, refusal.code)

    def _welcome(self, runtime: Runtime[Any], socket: Socket) -> str:
        expires = time_text(runtime.verifier.expires(socket.headers))
        actor = socket.actor
        return frame(type="welcome", role=actor.role, person_id=actor.id, token_expires_at=expires)


def problem(error: Exception, language: str) -> bytes:
    """The problem document of an exception, as its response would have it."""
    request = Request({"type": "http", "headers": [(b"accept-language", language.encode())]})
    return bytes(problems.response_to(request, error).body)


def frame(**members: object) -> str:
    """A frame with these members."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def refused(frame_id: str | None, body: bytes) -> str:
    """The frame that refuses the one of this id, with a problem document."""
    return f'{{"type":"refused","id":{json.dumps(frame_id)},"problem":{body.decode()}}}'


def _token_or_id(text: str) -> tuple[str | None, str | None]:
    """The token of a frame that authenticates, and the id of any other one."""
    found: object = None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
    if not isinstance(found, dict):
        return None, None
    token, frame_id = found.get("token"), found.get("id")
    if found.get("type") == "authenticate":
        return token if isinstance(token, str) else "", None
    return None, frame_id if isinstance(frame_id, str) and len(frame_id) <= 255 else None


def _authorization(headers: Headers, subprotocols: list[str]) -> dict[str, str]:
    """The header of a token that came with the handshake; nothing where none did."""
    token = next((each.removeprefix(_BEARER) for each in subprotocols if each.startswith(_BEARER)), None)
    if token is not None:
        return {"authorization": f"Bearer {token}"}
    given = headers.get("authorization")
    return {} if given is None else {"authorization": given}


def _person(actor: Actor) -> str:
    return f"person:{actor.role}:{actor.id}"


async def _deny(headers: Headers, send: Send, refusal: Refusal) -> None:
    """Answer the handshake with a problem, as any request."""
    language = (b"accept-language", headers.get("accept-language", "").encode("latin-1"))
    response = problems.problem_response(Request({"type": "http", "headers": [language]}), refusal)
    start = {"type": "websocket.http.response.start", "status": response.status_code, "headers": response.raw_headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": bytes(response.body)})


async def _close(send: Send, refusal: Refusal) -> None:
    with suppress(OSError, RuntimeError):
        await send({"type": "websocket.close", "code": UNAUTHENTICATED, "reason": refusal.code})
