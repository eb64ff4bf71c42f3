"""EasyPost: JSON events with the whole history of a tracker; header `X-Hmac-Signature`, `hmac-sha256-hex=` and the HMAC-SHA256 of the
body under the secret in NFKD. Any 2xx acknowledges. When it repeats a push is not publicly known: six times here."""

import hashlib
import hmac
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import UTC
from typing import ClassVar

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json


class EasyPost(Partner):
    """`tracker.updated`."""

    name = "easypost"
    histories = True
    pauses = (60, 300, 900, 3600, 14400, 28800)
    codes: ClassVar[Codes] = {
        "pending": ("pre_transit", "Shipping label created"),
        "in_transit": ("in_transit", "Departed from the facility"),
        "out_for_delivery": ("out_for_delivery", "Out for delivery"),
        "ready_for_pickup": ("available_for_pickup", "Available for pickup"),
        "delivered": ("delivered", "Delivered, front door"),
        "exception": ("failure", "Delivery exception"),
        "returning": ("return_to_sender", "Returning"),
        "returned": ("return_to_sender", "Delivered to the original sender"),
        "cancelled": ("cancelled", "Shipment cancelled"),
    }

    def content(self, history: Sequence[Scan]) -> str:
        """All details, oldest first."""
        last = history[-1]
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"{last.waybill_no} {len(history)} {last.at.isoformat()}")
        details = []
        for scan in history:
            status, text = self.code(scan)
            at = scan.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            details.append({"object": "TrackingDetail", "datetime": at, "status": status, "message": text})
        tracker = {
            "object": "Tracker",
            "tracking_code": last.waybill_no,
            "carrier": (last.carrier or "").upper(),
            "status": self.code(last)[0],
            "tracking_details": details,
        }
        return as_json(
            {"id": f"evt_{number.hex}", "object": "Event", "description": "tracker.updated", "result": tracker}
        )

    def wrap(self, content: str, secret: str) -> Request:
        """The JSON and its header."""
        body, key = content.encode(), unicodedata.normalize("NFKD", secret).encode()
        proof = hmac.new(key, body, hashlib.sha256).hexdigest()
        return Request(body, {"Content-Type": "application/json", "X-Hmac-Signature": f"hmac-sha256-hex={proof}"})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """Any 2xx."""
        return 200 <= status < 300


PARTNERS: tuple[Partner, ...] = (EasyPost(),)
