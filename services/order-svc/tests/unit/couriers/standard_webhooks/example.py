"""Standard Webhooks: how a message is signed, and a delivery. Its statuses are our own."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from courier_wire import Example, Signed, text_of


def sign(content: object, secret: str, at: datetime) -> Signed:
    raw, stamp = text_of(content).encode(), str(int(at.timestamp()))
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:  # a secret of another partner
        key = secret.encode()
    proof = hmac.new(key, f"msg_1.{stamp}.".encode() + raw, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(proof).decode()}"
    return Signed(raw, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature})


def delivered(number: str, at: datetime) -> Any:
    data = {"waybill_no": number, "carrier": "zto", "status": "delivered", "occurred_at": at.isoformat()}
    return {"type": "parcel.status", "data": data}


def say(content: Any, sentence: str) -> Any:
    content["data"]["text"] = sentence
    return content


def secret(text: str) -> str:
    return "whsec_" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


EXAMPLES = {
    "standard-webhooks": Example(sign=sign, delivered=delivered, say=say, failure={"status": "refused"}, secret=secret)
}
