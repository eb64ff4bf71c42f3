"""The edge of every service: what happens to each request before and after its route, in one pure ASGI layer.

One layer and not eight: each costs a frame per message, and a command has 2.5 ms of CPU for everything.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aftercare_chassis.http import methods, problems, request_body
from aftercare_chassis.http.errors import AddressMalformed, TimeLimitExceeded, TooManyRequests
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.metrics import RequestMetrics
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.observability import tracing
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

_log = structlog.get_logger()
_ASKED = [
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "Last-Event-ID",
    "traceparent",
    "tracestate",
]
_SHOWN = [
    "Content-Language",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Trace-Id",
]
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]
_NOT_STORED = (b"cache-control", b"no-store")
_PROBES = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})


def install(app: FastAPI, runtime: Runtime, webhooks: Sequence[WebhookRouter] = ()) -> None:
    """Put the edge around the app; browsers only get CORS headers for the origins that the settings list."""
    app.add_middleware(RequestMiddleware, runtime=runtime, webhooks=webhooks)
    if runtime.settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(runtime.settings.cors_origins),
            allow_methods=methods.STANDARD,
            allow_headers=_ASKED,
            expose_headers=_SHOWN,
            max_age=600,
        )


class RequestMiddleware:
    """Trace, limits, bodies, time, headers and figures of each request."""

    def __init__(self, app: ASGIApp, runtime: Runtime, webhooks: Sequence[WebhookRouter] = ()) -> None:
        self._app, self._runtime, self._settings = app, runtime, runtime.settings
        self._webhooks = webhooks
        self._metrics = runtime.metrics.of(RequestMetrics)
        self._limit: Any = None
        if self._settings.rate_limit:
            from aftercare_chassis.http.rate_limit import RateLimit

            self._limit = RateLimit(self._settings.rate_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, method = dict(scope["headers"]), scope["method"]
        if method == "HEAD":
            scope, send = methods.head_as_get(scope, send)
        started = time.perf_counter()
        state = _joined(scope, b"tracestate") if b"tracestate" in headers else None
        with tracing.span(method, _text(headers.get(b"traceparent")), state, kind="SERVER") as trace:
            answer = _Answer(send, trace.trace_id)
            with suppress(request_body.Disconnected):
                await self._guarded(scope, headers, receive, answer)
        route = getattr(scope.get("route"), "path_format", "unmatched")
        shown = method if method in methods.STANDARD else "OTHER"  # a client may invent as many as it likes
        self._metrics.answered(shown, route, answer.status, time.perf_counter() - started)

    async def _guarded(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, answer: "_Answer") -> None:
        request = Request(scope)
        self._word(request)
        try:
            response = await self._admit(request, scope, headers, answer)
            if response is None:
                response = await self._within_limits(request, scope, headers, receive, answer)
            if response is None:
                return
        except request_body.BodyTooSlow:
            response = problems.status_response(request, 408, {"Connection": "close"})
        except request_body.Disconnected:
            raise
        except Exception as error:
            response = problems.response_to(request, error)
        if not answer.started:
            await response(scope, receive, answer)

    def _word(self, request: Request) -> None:
        """Where a partner calls, every refusal is written in the partner's format, whichever layer refuses."""
        for router in self._webhooks:
            if (wording := router.wording(request.scope["path"])) is not None:
                problems.word(request, wording)

    async def _admit(
        self, request: Request, scope: Scope, headers: dict[bytes, bytes], answer: "_Answer"
    ) -> Response | None:
        if b"%" in scope.get("raw_path", b"") or b"%" in scope["query_string"]:
            _check_address(scope)
        if self._limit is None or scope["path"] in _PROBES:
            return None
        within, seconds, answer.more = self._limit.hit(self._caller(request, scope))
        if within:
            return None
        return problems.problem_response(request, TooManyRequests(seconds), {"Retry-After": str(seconds)})

    def _caller(self, request: Request, scope: Scope) -> str:
        with suppress(Refusal):
            actor: Actor = self._runtime.verifier.actor(request.headers)
            return f"{actor.role}:{actor.id}"
        return str((scope.get("client") or ("unknown",))[0])

    def _storable(self, request: Request, body: bytes) -> Response | None:
        """A problem where the body holds what no database stores; what partners post is theirs to read and refuse."""
        language = choose(request.headers.get("accept-language"))
        errors = request_body.unstorable(body, language)
        if not errors or problems.is_worded(request):
            return None
        return problems.validation_problem(request, errors)

    async def _within_limits(
        self, request: Request, scope: Scope, headers: dict[bytes, bytes], receive: Receive, answer: "_Answer"
    ) -> Response | None:
        """The body within its time, then the work within its own: one timer that is set twice."""
        late: type[Exception] = request_body.BodyTooSlow
        try:
            async with asyncio.timeout(self._settings.body_seconds) as limit:
                if _has_body(headers):
                    body = await request_body.read(receive, headers, self._settings.max_body_bytes)
                    response = self._storable(request, body)
                    if response is not None:
                        return response
                    receive = request_body.replay(body, receive)
                late, answer.limit = TimeLimitExceeded, limit
                limit.reschedule(asyncio.get_running_loop().time() + self._settings.request_seconds)
                await self._app(scope, receive, answer)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise late from error
        finally:
            answer.limit = None
        return None


class _Answer:
    """A `send` that adds the headers of every answer and remembers how it went."""

    __slots__ = ("_send", "_trace_id", "limit", "more", "started", "status")

    def __init__(self, send: Send, trace_id: str) -> None:
        self._send, self._trace_id = send, trace_id
        self.limit: asyncio.Timeout | None = None
        self.more: list[tuple[bytes, bytes]] = []
        self.started, self.status = False, 499

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            headers = [*message["headers"], *_SECURITY, (b"trace-id", self._trace_id.encode()), *self.more]
            if not any(name == b"cache-control" for name, _ in message["headers"]):
                headers.append(_NOT_STORED)
            message = {**message, "headers": headers}
            if self.limit is not None and not self.limit.expired():
                self.limit.reschedule(None)  # an event stream may last; only the wait for its start is bounded
        await self._send(message)


def _has_body(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def _check_address(scope: Scope) -> None:
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
