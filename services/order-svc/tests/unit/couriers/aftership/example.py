"""AfterShip: how it signs, a delivery, and its tags."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from courier_wire import Example, Rows, Signed, text_of
from order_svc.integrations.couriers.partners import aftership

TAGS: Rows = {
    "Pending InfoReceived": "pending",
    "InTransit": "in_transit",
    "InTransit_002": "picked_up",
    "OutForDelivery": "out_for_delivery",
    "AttemptFail": "attempt_failed",
    "AttemptFail_002": "attempt_failed !consignee_not_available",
    "AvailableForPickup": "ready_for_pickup",
    "Delivered": "delivered",
    "Delivered_002 Delivered_003": "delivered @person",
    "Delivered_005": "delivered @proxy",
    "Exception": "exception",
    "Exception_003": "exception !consignee_refused",
    "Exception_004": "customs !customs_delay",
    "Exception_005 Exception_016 Exception_017 Exception_019": "exception !delayed",
    "Exception_007": "exception !consignee_incorrect_address",
    "Exception_008": "exception !pickup_overdue",
    "Exception_010": "returning",
    "Exception_011": "returned",
    "Exception_012": "exception !carrier_damaged_parcel",
    "Exception_013": "lost",
    "Exception_020": "cancelled",
    "Exception_021": "exception !disposed",
    "Expired": "unknown",  # not lost
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    raw = text_of(content).encode()
    proof = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    return Signed(raw, {"aftership-hmac-sha256": proof})


def delivered(number: str, at: datetime) -> Any:
    checkpoints = [{"checkpoint_time": at.isoformat(), "tag": "Delivered"}]
    tracking = {"tracking_number": number, "slug": "zto-express", "checkpoints": checkpoints}
    return {"event": "tracking_update", "event_id": "e-1", "msg": tracking}


def say(content: Any, sentence: str) -> Any:
    content["msg"]["checkpoints"][0]["message"] = sentence
    return content


EXAMPLES = {
    "aftership": Example(
        sign=sign, delivered=delivered, say=say, failure={"status": "refused"}, tables={"tags": (TAGS, aftership._TAGS)}
    )
}
