"""圆通: how it signs, a delivery, and its codes."""

from datetime import datetime

from courier_wire import Example, Rows, Signed, base64_md5, form, in_china, text_of
from order_svc.integrations.couriers.partners import yto

CODES: Rows = {
    "ACCEPT": "pending",
    "UNACCEPT": "cancelled",
    "NOT_SEND": "exception !pickup_failed",
    "GOT": "picked_up",
    "ARRIVAL DEPARTURE AIRSEND AIRARRIVAL": "in_transit",
    "SENT_SCAN": "out_for_delivery",
    "INBOUND": "ready_for_pickup @station",
    "SIGNED": "delivered",
    "FAILED": "attempt_failed",
    "TMS_RETURN FORWARDING": "returning",
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    text = text_of(content)
    return form(logistics_interface=text, data_digest=base64_md5(text + secret), clientId="K210000001")


def delivered(number: str, at: datetime) -> str:
    return (
        f"<UpdateInfo><txLogisticID>{number}</txLogisticID><infoType>STATUS</infoType><infoContent>SIGNED</infoContent>"
        f"<acceptTime>{in_china(at)}.0 CST</acceptTime></UpdateInfo>"
    )


EXAMPLES = {
    "yto": Example(
        sign=sign,
        delivered=delivered,
        say=lambda content, sentence: content.replace("</UpdateInfo>", f"<remark>{sentence}</remark></UpdateInfo>"),
        failure=b"<success>false</success>",
        tables={"infoContent": (CODES, yto._CODES)},
    )
}
