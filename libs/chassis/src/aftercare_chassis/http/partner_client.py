"""The HTTP client for calls to other companies' systems: each request is a span, by OpenTelemetry's conventions for HTTP clients."""

from collections.abc import Collection
from typing import Any

import httpx

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import Attributes

_PORTS = {"http": 80, "https": 443}
_CLIENT_ERROR = 400


class PartnerClient(httpx.AsyncClient):
    """httpx's client. `traceparent` is sent to `trace_hosts` only: to others it would show which of their calls belong together.

    A class and not hooks, which do not learn of errors; and not a transport, with which httpx would ignore HTTPS_PROXY.
    """

    def __init__(self, *, trace_hosts: Collection[str] = (), **options: Any) -> None:  # Any: options of httpx
        super().__init__(**options)
        self._trace_hosts = frozenset(trace_hosts)

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # Any: options of httpx
        """Send a request in a span of its own. Raises: as httpx."""
        with tracing.span(request.method, kind="CLIENT", attributes=lambda: _attributes(request)) as span:
            if request.url.host in self._trace_hosts:
                request.headers["traceparent"] = span.context.traceparent
            response = await super().send(request, **options)
            span.set({"http.response.status_code": response.status_code})
            if response.status_code >= _CLIENT_ERROR:
                span.failed(str(response.status_code))
            return response


def _attributes(request: httpx.Request) -> Attributes:
    """Without the path and the query, which have ids and keys of partners."""
    url = request.url
    return {
        "http.request.method": request.method,
        "server.address": url.host,
        "server.port": url.port or _PORTS.get(url.scheme, 0),
        "url.scheme": url.scheme,
    }
