"""A receiver of spans for tests: OTLP over HTTP with protobuf bodies, as the real wire format is."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2

_PATH, _CONTENT_TYPE = "/v1/traces", "application/x-protobuf"


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span as it arrived. `kind` is such as SERVER; `links` are the ids of spans; times are nanoseconds since 1970."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    attributes: dict[str, Any]  # Any: attributes have values of several types
    started: int
    ended: int
    failed: bool


class OtlpReceiver:
    """What arrived so far."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._bodies: list[bytes] = []

    def received(self, body: bytes) -> None:
        """Keep the body of a request. Raises: google.protobuf.message.DecodeError where it is none."""
        ExportTraceServiceRequest.FromString(body)
        self._bodies.append(body)

    def spans(self) -> list[ReceivedSpan]:
        """All spans, in the order of their arrival."""
        requests = map(ExportTraceServiceRequest.FromString, list(self._bodies))
        return [
            _span(str(_values(group.resource.attributes)["service.name"]), span)
            for request in requests
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """A receiver on a free loopback port, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            fits = self.path == _PATH and self.headers["content-type"] == _CONTENT_TYPE
            if fits:
                receiver.received(body)
            self.send_response(200 if fits else 400)
            self.send_header("content-type", _CONTENT_TYPE)
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = OtlpReceiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _span(service: str, span: trace_pb2.Span) -> ReceivedSpan:
    return ReceivedSpan(
        service=service,
        name=span.name,
        kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=tuple(link.span_id.hex() for link in span.links),
        attributes=_values(span.attributes),
        started=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        failed=span.status.code == trace_pb2.Status.StatusCode.STATUS_CODE_ERROR,
    )


def _values(attributes: Any) -> dict[str, Any]:  # Any: protobuf's repeated field; values of several types
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Any:  # Any: of several types
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, kind) if kind else None
