"""The spans of requests, by OpenTelemetry's semantic conventions for HTTP servers.

They have the template of the route and not the path, which contains ids and, of webhooks, secrets.
"""

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.types import Scope

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import Span

PROBES = frozenset({"/livez", "/readyz", "/startupz", "/metrics"})
"""Paths that the platform asks every few seconds: no span is recorded for them, and no rate limit counts them."""
Network = IPv4Network | IPv6Network
_SERVER_ERROR = 500
_ADDRESSES = 1024  # of callers that are remembered
_METHODS = {"OTHER": "_OTHER"}


class RequestSpans:
    """Begins the spans of requests. Callers in the `trusted` networks decide by the flag in their `traceparent` whether these are recorded;
    anybody else could have all of their calls recorded, or none."""

    def __init__(self, trusted: Collection[Network]) -> None:
        self._trusted = trusted
        self._decides = lru_cache(_ADDRESSES)(self._is_trusted)

    def begin(self, scope: Scope, method: str, traceparent: str | None, tracestate: str | None) -> Span:
        """The span of a request; `complete` it before its end, where it is recorded."""
        if scope["path"] in PROBES:
            return tracing.unrecorded(traceparent, tracestate)
        client = scope.get("client")
        flag_counts = bool(self._trusted and traceparent and client and self._decides(client[0]))
        return tracing.received(method, traceparent, tracestate, flag_counts=flag_counts)

    def _is_trusted(self, host: str) -> bool:
        try:
            address = ip_address(host)
        except ValueError:  # a Unix socket has no address
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in each for each in self._trusted)


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
