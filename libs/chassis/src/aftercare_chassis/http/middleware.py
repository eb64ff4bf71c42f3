"""What happens to each request before and after its route, in one ASGI middleware.

One middleware and not eight: each costs a frame per message, and a command has 2.5 ms of CPU time for everything.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aftercare_chassis.http import methods, problems, request_body, request_spans
from aftercare_chassis.http.admission import PLACE, Place
from aftercare_chassis.http.errors import AddressMalformed, MalformedJson, TimeLimitExceeded, TooManyRequests
from aftercare_chassis.http.gate import Gate
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.metrics import RequestMetrics
from aftercare_chassis.http.rate_limit import RateLimit
from aftercare_chassis.http.request_spans import PROBES
from aftercare_chassis.http.response_headers import ALWAYS_SENT, NO_STORE
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

_REQUEST_HEADERS = [
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Last-Event-ID",
    "traceparent",
    "tracestate",
]
_EXPOSED_HEADERS = [
    "Content-Language",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Trace-Id",
]
_BODIES_AT_A_TIME = 32
"""Bodies of the largest size that a process holds in memory at a time."""
_CLIENT_CLOSED_REQUEST = 499  # the status in the metrics where nothing was sent; nginx introduced it


def install(app: FastAPI, runtime: Runtime, webhooks: Sequence[WebhookRouter] = ()) -> None:
    """Put the middleware around the app. Browsers get CORS headers for the origins of the setting `cors_origins` only."""
    app.add_middleware(RequestMiddleware, runtime=runtime, webhooks=webhooks)
    if runtime.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(runtime.settings.cors_origins),
            allow_methods=methods.STANDARD,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_EXPOSED_HEADERS,
            max_age=600,
        )


class RequestMiddleware:
    """Admission, trace, rate limit, size and time limits, response headers and metrics of each request."""

    def __init__(self, app: ASGIApp, runtime: Runtime, webhooks: Sequence[WebhookRouter] = ()) -> None:
        self._app, self._runtime, self._settings = app, runtime, runtime.settings
        self._webhooks = webhooks
        self._gate = Gate(runtime, webhooks)
        self._spans = request_spans.RequestSpans(self._settings.trace_trusted_networks)
        self._bodies = request_body.BodyMemory(_BODIES_AT_A_TIME * self._settings.max_body_bytes)
        self._metrics = runtime.metrics.of(RequestMetrics)
        self._rate_limit = RateLimit(self._settings.rate_limit) if self._settings.rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, method = dict(scope["headers"]), scope["method"]
        if scope["path"] not in PROBES and await self._gate.refuses(scope, headers, send):
            return
        if method == "HEAD":
            scope, send = methods.head_as_get(scope, send)
        started_at = time.perf_counter()
        state = _joined(scope, b"tracestate") if b"tracestate" in headers else None
        label = method if method in methods.STANDARD else "OTHER"  # clients may invent any number of methods
        with self._spans.begin(scope, label, _text(headers.get(b"traceparent")), state) as span:
            sender = ResponseSender(send, span.context.trace_id)
            with suppress(request_body.Disconnected):
                await self._respond(scope, headers, receive, sender)
            route = getattr(scope.get("route"), "path_format", None)
            if span.recorded:
                request_spans.complete(span, scope["scheme"], label, route, sender.status)
        # Not until its end: an event stream lasts for minutes, and is no slow response.
        ended_at = sender.started_at or time.perf_counter()
        self._metrics.answered(label, route or "unmatched", sender.status, ended_at - started_at)

    async def _respond(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, sender: "ResponseSender"
    ) -> None:
        """Run the app within the limits; respond with a problem where a limit or anything unexpected prevents that."""
        request = Request(scope)
        self._choose_renderer(request)
        try:
            response = self._refused_at_once(request, scope, sender)
            if response is None:
                response = await self._run_app(request, scope, headers, receive, sender)
            if response is None:
                return
        except request_body.BodyEncoded:
            response = problems.status_response(request, 415, {"Accept-Encoding": "identity"})
        except request_body.BodyTooSlow:
            response = problems.status_response(request, 408, {"Connection": "close"})
        except request_body.Disconnected:
            raise
        except Exception as error:
            response = problems.response_to(request, error)
        if not sender.started:
            await response(scope, receive, sender)

    def _choose_renderer(self, request: Request) -> None:
        """Where a partner calls, refusals of every layer are rendered in the partner's format."""
        for router in self._webhooks:
            if (renderer := router.problem_renderer(request.scope["path"])) is not None:
                problems.render_with(request, renderer)

    def _refused_at_once(self, request: Request, scope: Scope, sender: "ResponseSender") -> Response | None:
        """The problem of a caller above its rate limit, else None. Raises: AddressMalformed."""
        if b"%" in scope.get("raw_path", b"") or b"%" in scope["query_string"]:
            _check_address(scope)
        if self._rate_limit is None or scope["path"] in PROBES:
            return None
        is_within, seconds, sender.extra_headers = self._rate_limit.hit(self._caller(request, scope))
        if is_within:
            return None
        return problems.problem_response(request, TooManyRequests(seconds), {"Retry-After": str(seconds)})

    def _caller(self, request: Request, scope: Scope) -> str:
        """Whose requests are counted together: an actor's, else those of an address."""
        with suppress(Refusal):
            actor: Actor = self._runtime.verifier.actor(request.headers)
            return f"{actor.role}:{actor.id}"
        return str((scope.get("client") or ("unknown",))[0])

    async def _run_app(
        self, request: Request, scope: Scope, headers: dict[bytes, bytes], receive: Receive, sender: "ResponseSender"
    ) -> Response | None:
        """Read the body within its time, then have a turn and run the app within its own: one timer that is set twice.

        Returns a problem in place of the app's response where the body cannot be stored.

        Raises: BodyTooLarge, BodyTooSlow, BodyEncoded, Disconnected, Overloaded, ShareUsedUp, TimeLimitExceeded.
        """
        late: type[Exception] = request_body.BodyTooSlow
        body: bytes | None = None
        try:
            async with asyncio.timeout(self._settings.body_seconds) as limit:
                seconds = self._streaming_seconds(scope["path"])
                if seconds is None and _has_body(headers):
                    _check_encoding(headers)
                    body = await request_body.read(receive, headers, self._settings.max_body_bytes, self._bodies)
                takes_place = seconds is None and scope["path"] not in PROBES
                if seconds is None:
                    late, seconds = TimeLimitExceeded, self._settings.request_seconds
                sender.limit = limit
                limit.reschedule(asyncio.get_running_loop().time() + seconds)
                if takes_place:
                    if not self._gate.admission.enter():
                        body = await self._wait(scope, headers, receive, body)
                    scope[PLACE] = sender.place = Place(self._gate.admission)
                if body is not None:
                    response = _unstorable(request, body) if body else None
                    if response is not None:
                        return response
                    receive = request_body.replay(body, receive)
                await self._app(scope, receive, sender)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise late from error
        finally:
            sender.limit = None
            if sender.place is not None:
                sender.place.leave()
            if body is not None:
                self._bodies.free(len(body))
        return None

    async def _wait(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, body: bytes | None) -> bytes:
        """Wait for the turn of a request; its body. Raises: Overloaded, ShareUsedUp, Disconnected."""
        if body is None:  # there is none: what is received after it is that the client has left
            body = await request_body.read(receive, headers, self._settings.max_body_bytes, self._bodies)
        await self._gate.wait(scope, headers, receive)
        return body

    def _streaming_seconds(self, path: str) -> float | None:
        """The seconds of an endpoint that reads its body itself; None for every other one."""
        found = (each for each in self._webhooks if each.body_seconds is not None and each.problem_renderer(path))
        return next((each.body_seconds for each in found), None)


class ResponseSender:
    """A `send` that adds the headers of every response and remembers its status, and when it started."""

    __slots__ = ("_send", "_trace_id", "extra_headers", "limit", "place", "started", "started_at", "status")

    def __init__(self, send: Send, trace_id: str) -> None:
        self._send, self._trace_id = send, trace_id
        self.limit: asyncio.Timeout | None = None
        self.place: Place | None = None
        self.extra_headers: list[tuple[bytes, bytes]] = []
        self.started, self.started_at, self.status = False, 0.0, _CLIENT_CLOSED_REQUEST

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.started_at, self.status = True, time.perf_counter(), message["status"]
            trace_id = (b"trace-id", self._trace_id.encode())
            headers = [*message["headers"], *ALWAYS_SENT, trace_id, *self.extra_headers]
            if not any(name == b"cache-control" for name, _ in message["headers"]):
                headers.append(NO_STORE)
            message = {**message, "headers": headers}
            if self.limit is not None and not self.limit.expired():
                self.limit.reschedule(None)  # an event stream may last; only the time until it starts is limited
            if self.place is not None:
                self.place.leave()  # what is left depends on how fast the client reads
        await self._send(message)


def _unstorable(request: Request, body: bytes) -> Response | None:
    """A problem where the body contains what no database stores, or a key twice in one object, else None. Partners' bodies are checked by
    their routes.

    Raises:
        MalformedJson: it is JSON in UTF-16 or UTF-32, which the parser would take, and in which nothing would be found.
    """
    if problems.has_renderer(request):
        return None
    if b"\0" in body and problems.has_json_content_type(request):
        raise MalformedJson
    language = choose(request.headers.get("accept-language"))
    errors = request_body.unstorable(body, language)
    if not errors and problems.has_json_content_type(request):
        errors = request_body.repeated_keys(body, language)
    return problems.validation_problem(request, errors) if errors else None


def _has_body(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def _check_encoding(headers: dict[bytes, bytes]) -> None:
    """Raises: BodyEncoded."""
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise request_body.BodyEncoded


def _check_address(scope: Scope) -> None:
    """Raises: AddressMalformed."""
    raw = unquote_to_bytes(scope.get("raw_path", b"")) + b"?" + unquote_to_bytes(scope["query_string"])
    try:
        if "\x00" in raw.decode("utf-8"):
            raise AddressMalformed
    except UnicodeDecodeError:
        raise AddressMalformed from None


def _joined(scope: Scope, name: bytes) -> str:
    """A header that may be sent in several lines, as the one list that they are."""
    return b",".join(value for each, value in scope["headers"] if each == name).decode("latin-1")


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
