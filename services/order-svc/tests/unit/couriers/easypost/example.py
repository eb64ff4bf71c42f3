"""EasyPost: how it signs, a delivery, and its statuses."""

import hashlib
import hmac
import unicodedata
from datetime import datetime
from typing import Any

from courier_wire import Example, Rows, Signed, text_of
from order_svc.integrations.couriers.partners import easypost

STATUSES: Rows = {
    "unknown": "unknown",
    "pre_transit": "pending",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "ready_for_pickup",
    "delivered": "delivered",
    "return_to_sender": "returning",
    "returned": "returned",  # as the adapter calls a return that has reached the sender
    "failure error": "exception",
    "cancelled": "cancelled",
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    raw = text_of(content).encode()
    key = unicodedata.normalize("NFKD", secret).encode()
    return Signed(raw, {"x-hmac-signature": f"hmac-sha256-hex={hmac.new(key, raw, hashlib.sha256).hexdigest()}"})


def delivered(number: str, at: datetime) -> Any:
    details = [{"datetime": at.isoformat(), "status": "delivered"}]
    tracker = {"tracking_code": number, "carrier": "ZTO", "tracking_details": details}
    return {"id": "evt_1", "description": "tracker.updated", "result": tracker}


def say(content: Any, sentence: str) -> Any:
    content["result"]["tracking_details"][0]["message"] = sentence
    return content


EXAMPLES = {
    "easypost": Example(
        sign=sign,
        delivered=delivered,
        say=say,
        failure={"status": "refused"},
        tables={"statuses": (STATUSES, easypost._STATUSES)},
    )
}
