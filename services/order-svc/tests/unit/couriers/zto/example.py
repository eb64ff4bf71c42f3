"""中通: how it signs, a delivery, and its codes."""

from datetime import datetime

from courier_wire import Example, Rows, Signed, base64_md5, form, in_china, text_of
from order_svc.integrations.couriers.partners import zto

CODES: Rows = {
    "GOT": "picked_up",
    "ARRIVAL DEPARTURE": "in_transit",
    "DISPATCH": "out_for_delivery",
    "INBOUND HANDOVERSCAN_SIGNED": "ready_for_pickup @station",
    "DEPARTURE_SIGNED": "delivered @person",  # collected
    "SIGNED": "delivered",
    "PROBLEM": "exception",
    "RETURN_SCAN": "returning",
    "RETURN_SIGNED RESIGN": "returned",
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    text = text_of(content)
    return form(data=text, data_digest=base64_md5(text + secret), company_id="c-1", msg_type="Traces")


EXAMPLES = {
    "zto": Example(
        sign=sign,
        delivered=lambda number, at: {"billCode": number, "action": "SIGNED", "actionTime": in_china(at)},
        say=lambda content, sentence: content | {"desc": sentence},
        failure={"status": False},
        tables={"actions": (CODES, zto._ACTIONS)},
    )
}
