"""The admission of HTTP requests: which kind a request is of, who sends it, and the response where it is refused at once.

What is read of a request that may be refused costs little: its method and path, and whose token it has where that was verified
before. Callers without one are counted by their address.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import cycle

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from aftercare_chassis.http import problems
from aftercare_chassis.http.admission import Admission, Priority, caller_of
from aftercare_chassis.http.languages import choose
from aftercare_chassis.http.metrics import AdmissionMetrics
from aftercare_chassis.http.request_body import Disconnected
from aftercare_chassis.http.response_headers import ALWAYS_SENT, NO_STORE
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.observability import tracing
from aftercare_chassis.refusals import Refusal
from aftercare_chassis.runtime import Runtime

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_RETRY_SECONDS = (b"1", b"2", b"3")  # in turn, so that those who were refused together do not return together
Headers = Mapping[bytes, bytes]


class Gate:
    """Admits the requests of one process."""

    def __init__(self, runtime: Runtime, webhooks: Sequence[WebhookRouter]) -> None:
        settings = runtime.settings
        self.admission = Admission(settings.pool_size, settings.queue_seconds, runtime.metrics.of(AdmissionMetrics))
        self._webhooks, self._verifier = webhooks, runtime.verifier
        self._responses: dict[tuple[str, str], _ShortRefusal] = {}
        self._retry_seconds = cycle(_RETRY_SECONDS)

    async def refuses(self, scope: Scope, headers: Headers, send: Send) -> bool:
        """Whether the request was refused before anything else was done for it: a process that is overloaded has little time for that."""
        if not self.admission.waiting or self._is_webhook(scope["path"]):
            return False
        refusal = self.admission.refusal(self._priority(scope), self._caller(scope, headers))
        if refusal is None:
            return False
        language = choose(_text(headers.get(b"accept-language")))
        key = language, refusal.code
        if (response := self._responses.get(key)) is None:
            response = self._responses[key] = _ShortRefusal(refusal, language)
        await response.send(send, _text(headers.get(b"traceparent")), next(self._retry_seconds))
        return True

    async def wait(self, scope: Scope, headers: Headers, receive: Receive) -> None:
        """Wait for the turn of the request, whose body has been read from `receive`.

        Raises: Overloaded, ShareUsedUp, Disconnected where the client has left.
        """
        left = asyncio.ensure_future(receive())
        try:
            await self.admission.wait(self._priority(scope), self._caller(scope, headers))
            if left.done():
                self.admission.leave()
                raise Disconnected
        finally:
            left.cancel()

    def _is_webhook(self, path: str) -> bool:
        return any(each.partner(path) is not None for each in self._webhooks)

    def _priority(self, scope: Scope) -> Priority:
        if scope["method"] in _READS:
            return Priority.READ
        for router in self._webhooks:
            if (partner := router.partner(scope["path"])) is not None:
                return router.priority(partner)
        return Priority.COMMAND

    def _caller(self, scope: Scope, headers: Headers) -> str:
        """Who shares in the turns as one: a partner, a tenant with all of its people, another person, or an address."""
        for router in self._webhooks:
            if (partner := router.partner(scope["path"])) is not None:
                return router.caller(partner)
        actor = self._verifier.remembered(_text(headers.get(b"authorization")))
        if actor is not None:
            return caller_of(actor)
        return f"address:{(scope.get('client') or ('',))[0]}"


class _ShortRefusal:
    """The problem document of a refusal, made once: only the trace id and the time of the next attempt differ."""

    def __init__(self, refusal: Refusal, language: str) -> None:
        headers = [(b"accept-language", language.encode())]
        with tracing.unrecorded(None) as span:
            response = problems.problem_response(Request({"type": "http", "headers": headers}), refusal)
        self._status, self._trace_id = response.status_code, span.context.trace_id.encode()
        self._before, _, self._after = bytes(response.body).partition(self._trace_id)
        left_out = (b"retry-after",)
        self._headers = [*(each for each in response.raw_headers if each[0] not in left_out), *ALWAYS_SENT, NO_STORE]

    async def send(self, send: Send, traceparent: str | None, retry_seconds: bytes) -> None:
        trace_id = (tracing.parse(traceparent) or tracing.TraceContext.fresh()).trace_id.encode()
        headers = [*self._headers, (b"retry-after", retry_seconds), (b"trace-id", trace_id)]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._before + trace_id + self._after})


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value else None
