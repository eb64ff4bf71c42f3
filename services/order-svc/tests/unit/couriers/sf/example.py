"""顺丰: its token, a delivery, and its codes."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from courier_wire import Example, Rows, Signed, in_china, text_of
from order_svc.integrations.couriers.partners import sf

CODES: Rows = {
    "50 54 43 46 51 607": "picked_up",
    "30 31 36 105 106 310 3036": "in_transit",
    "99": "in_transit !forwarded",
    "44 204 34 47 630 634": "out_for_delivery",
    "123 130": "ready_for_pickup @station",
    "125": "ready_for_pickup @locker",
    "70 33": "attempt_failed",
    "80": "delivered",
    "8000": "unknown",  # information about the receipt, and no state
    "611 631": "exception",
    "648": "returning",
}
STATUSES: Rows = {"201": "in_transit", "301": "out_for_delivery", "1301": "ready_for_pickup @station"}


def sign(content: object, secret: str, _: datetime) -> Signed:
    return Signed(text_of(content).encode(), {"content-type": "application/json"}, f"?token={quote(secret, safe='')}")


def delivered(number: str, at: datetime) -> Any:
    route = {"mailno": number, "acceptTime": in_china(at), "opCode": "80", "remark": "已签收"}
    return {"Body": {"WaybillRoute": [route]}}


def say(content: Any, sentence: str) -> Any:
    content["Body"]["WaybillRoute"][0]["remark"] = sentence
    return content


EXAMPLES = {
    "sf": Example(
        sign=sign,
        delivered=delivered,
        say=say,
        failure={"return_code": "1000"},
        tables={"opCode": (CODES, sf._OP_CODES), "secondaryStatusCode": (STATUSES, sf._STATUS_CODES)},
    )
}
