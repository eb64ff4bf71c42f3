"""AfterShip: JSON with the whole history of a parcel; header `aftership-hmac-sha256`, base64 HMAC-SHA256 of the body. Any 2xx acknowledges.

How often AfterShip repeats a push is not publicly known; TrackingMore, whose interface is alike, does so up to 14 times after 2ⁿ × 30 s.
"""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import UTC
from typing import ClassVar

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json, base64_of

_SIGNATURES = {"person": ("Delivered_003", "Signed by the addressee"), "station": ("Delivered_002", "Picked up")}


class AfterShip(Partner):
    """`tracking_update`; the codes are subtags."""

    name = "aftership"
    histories = True
    pauses = tuple(30.0 * 2**n for n in range(14))
    codes: ClassVar[Codes] = {
        "pending": ("InfoReceived_001", "Label created"),
        "picked_up": ("InTransit_002", "Accepted by the carrier"),
        "in_transit": ("InTransit_003", "Departed from the facility"),
        "customs": ("Exception_004", "Held by customs"),
        "out_for_delivery": ("OutForDelivery_001", "Out for delivery"),
        "ready_for_pickup": ("AvailableForPickup_001", "Available for pickup"),
        "attempt_failed": ("AttemptFail_001", "Delivery attempt failed"),
        "delivered": ("Delivered_001", "Delivered"),
        "exception": ("Exception_001", "Exception"),
        "returning": ("Exception_010", "Returning to sender"),
        "returned": ("Exception_011", "Returned to sender"),
        "lost": ("Exception_013", "Shipment lost"),
    }

    def code(self, scan: Scan) -> tuple[str, str]:
        """Who took the parcel is part of the subtag."""
        found = super().code(scan)
        return _SIGNATURES.get(scan.delivered_to or "", found) if scan.status == "delivered" else found

    def content(self, history: Sequence[Scan]) -> str:
        """All checkpoints, oldest first."""
        last, subtag = history[-1], self.code(history[-1])[0]
        number = uuid.uuid5(uuid.NAMESPACE_OID, f"{last.waybill_no} {len(history)} {last.at.isoformat()}")
        checkpoints = []
        for scan in history:
            code, text = self.code(scan)
            at = scan.at.astimezone(UTC).isoformat()
            tag = code.partition("_")[0]
            checkpoints.append(
                {
                    "checkpoint_time": at,
                    "created_at": at,
                    "tag": tag,
                    "subtag": code,
                    "message": text,
                    "slug": last.carrier,
                }
            )
        tracking = {
            "tracking_number": last.waybill_no,
            "slug": last.carrier,
            "order_id": last.reference,
            "tag": subtag.partition("_")[0],
            "subtag": subtag,
            "updated_at": last.at.astimezone(UTC).isoformat(),
            "checkpoints": checkpoints,
        }
        event = {"event": "tracking_update", "event_id": str(number), "is_tracking_first_tag": True}
        return as_json(event | {"ts": int(last.at.timestamp()), "msg": tracking})

    def wrap(self, content: str, secret: str) -> Request:
        """The JSON and its header."""
        body = content.encode()
        proof = base64_of(hmac.new(secret.encode(), body, hashlib.sha256).digest())
        return Request(body, {"Content-Type": "application/json", "aftership-hmac-sha256": proof})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """Any 2xx."""
        return 200 <= status < 300


PARTNERS: tuple[Partner, ...] = (AfterShip(),)
