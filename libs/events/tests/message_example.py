"""An envelope to encode in tests, and its headers with one of them changed."""

from datetime import UTC, datetime
from uuid import UUID

from aftercare_events import Envelope, codec
from aftercare_events.codec import Headers

NOW = datetime(2026, 3, 4, 5, 6, 7, 891, tzinfo=UTC)
ENVELOPE = Envelope(
    id=UUID("018f2b6e-0000-7000-8000-000000000001"),
    type="OrderShipped.v1",
    source="/order-svc",
    subject="ord_1",
    time=NOW,
    sequence=3,
    topic="aftercare.orders.v1",
    correlation_id="req-1",
    causation_id="018f2b6e-0000-7000-8000-000000000000",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    data=b"{}",
)


def headers_with(name: str, value: bytes | None) -> Headers:
    """Return the headers of ENVELOPE with this value of one of them; None leaves it out."""
    headers = [(n, v) for n, v in codec.encode(ENVELOPE)[2] if n != name]
    return headers if value is None else [*headers, (name, value)]
