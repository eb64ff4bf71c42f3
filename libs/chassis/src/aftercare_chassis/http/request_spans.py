"""The spans of requests, by OpenTelemetry's semantic conventions for HTTP servers.

They have the template of the route and not the path, which contains ids and, of webhooks, secrets.
"""

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import Span

PROBES = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})
"""Paths that the platform asks every few seconds: no span is recorded for them, and no rate limit counts them."""
_SERVER_ERROR = 500
_METHODS = {"OTHER": "_OTHER"}


def span(path: str, method: str, traceparent: str | None, tracestate: str | None) -> Span:
    """The span of a request; `complete` it before its end, where it is recorded."""
    if path in PROBES:
        return tracing.unrecorded(traceparent, tracestate)
    return tracing.span(method, traceparent, tracestate, kind="SERVER")


def complete(span: Span, scheme: str, method: str, route: str | None, status: int) -> None:
    """Add what is known once the response was sent; `route` is None where no route matches. From 500 on the span is one of failed work."""
    name = "HTTP" if method in _METHODS else method
    span.rename(name if route is None else f"{name} {route}")
    span.set(
        {
            "http.request.method": _METHODS.get(method, method),
            "http.response.status_code": status,
            "url.scheme": scheme,
            **({} if route is None else {"http.route": route}),
        }
    )
    if status >= _SERVER_ERROR:
        span.failed(str(status))
