"""极兔: how it signs, a delivery, and its codes in each country."""

from datetime import datetime
from typing import Any

from courier_wire import Example, Rows, Signed, base64_md5, form, in_china, text_of
from order_svc.integrations.couriers.partners import jt

CODES: Rows = {
    "10 400": "picked_up",
    "20 30 403 404 405": "in_transit",
    "401 402": "customs",
    "94": "out_for_delivery",
    "700 701 702 703 704": "ready_for_pickup @station",
    "100": "delivered",
    "110": "exception",
    "200 201": "exception !carrier_damaged_parcel",
    "301 305": "exception !disposed",
    "302": "exception !consignee_refused",
    "303": "exception !customs_confiscated",
    "304": "exception !delayed",
    "172": "returning",
    "173": "returned",
    "300": "lost",
}
FAILURE = {"code": "0"}
IN_VIETNAM: Rows = {"110": "in_transit"}


def sign(content: object, secret: str, _: datetime) -> Signed:
    text = text_of(content)
    signed = form(bizContent=text)
    proof = {"apiaccount": "640826271705595946", "timestamp": "1622520000000", "digest": base64_md5(text + secret)}
    return Signed(signed.raw, signed.headers | proof)


def delivered(number: str, at: datetime) -> Any:
    return {"billCode": number, "details": [{"scanTypeCode": 100, "scanTime": in_china(at), "desc": "Signed"}]}


def say(content: Any, sentence: str) -> Any:
    return content | {"details": [content["details"][0] | {"desc": sentence}]}


MALAYSIA = Example(
    sign=sign, delivered=delivered, say=say, failure=FAILURE, tables={"scanTypeCode": (CODES, jt.MALAYSIA)}
)
VIETNAM = Example(
    sign=sign,
    delivered=delivered,
    say=say,
    failure=FAILURE,
    tables={"scanTypeCode": (IN_VIETNAM, jt.VIETNAM)},
    status="unknown",  # what a delivery is called in Vietnam is [U]
)
EXAMPLES = {"jt": MALAYSIA, "jt-my": MALAYSIA, "jt-vn": VIETNAM}
