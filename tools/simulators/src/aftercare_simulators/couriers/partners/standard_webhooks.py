"""Standard Webhooks 1.0.0, the shop's own partner API: one scan as JSON, signed over id, time and body. 2xx acknowledges, 410 ends it.

The schedule of repetitions is that of the specification.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from standardwebhooks import Webhook

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json

_STATUSES = (
    *("pending", "picked_up", "in_transit", "customs", "out_for_delivery", "ready_for_pickup", "attempt_failed"),
    *("delivered", "exception", "returning", "returned", "lost", "cancelled"),
)


class StandardWebhooks(Partner):
    """`parcel.status`. A clock may be given where the shop's is not that of this machine."""

    name = "standard-webhooks"
    pauses = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    codes: ClassVar[Codes] = {status: (status, "") for status in _STATUSES}

    def __init__(self) -> None:
        self.now: Callable[[], datetime] = partial(datetime.now, UTC)

    def content(self, history: Sequence[Scan]) -> str:
        """The last scan."""
        scan = history[-1]
        data = {"waybill_no": scan.waybill_no, "status": self.code(scan)[0], "occurred_at": scan.at.isoformat()}
        named = {"carrier": scan.carrier, "delivered_to": scan.delivered_to}
        return as_json({"type": "parcel.status", "data": data | {key: each for key, each in named.items() if each}})

    def wrap(self, content: str, secret: str) -> Request:
        """The JSON and its headers."""
        number, now = f"msg_{uuid.uuid4().hex}", self.now().replace(microsecond=0)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(number, now, content),
        }
        return Request(content.encode(), headers)

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """Any 2xx; a redirect is a failure."""
        return 200 <= status < 300


PARTNERS: tuple[Partner, ...] = (StandardWebhooks(),)
