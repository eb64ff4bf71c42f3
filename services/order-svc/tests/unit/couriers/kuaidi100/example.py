"""快递100: how it signs, a delivery, and its codes."""

from datetime import datetime
from typing import Any

from courier_wire import Example, Rows, Signed, form, in_china, md5, text_of
from order_svc.integrations.couriers.partners import kuaidi100

CODES: Rows = {
    "101 102": "pending",
    "1 103": "picked_up",
    "0 1001 1002": "in_transit",
    "1003 7": "in_transit !forwarded",
    "8 10 11 12": "customs",
    "13": "customs !customs_delay",
    "5": "out_for_delivery",
    "501": "ready_for_pickup",
    "3 302": "delivered",
    "301": "delivered @person",
    "303": "delivered @proxy",
    "304": "delivered @station",
    "2": "exception",
    "201 202 208": "exception !delayed",  # 201 to 210 are [U]
    "203 14": "exception !consignee_refused",
    "204": "attempt_failed",
    "205": "exception !pickup_overdue",
    "206": "attempt_failed !consignee_not_available",
    "207": "attempt_failed !out_of_delivery_area",
    "209": "exception !carrier_damaged_parcel",
    "210": "exception !cancelled_by_sender",
    "6": "returning",
    "4": "returned",
    "401": "cancelled",
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    text = text_of(content)
    return form(param=text, sign=md5(text + secret).hex().upper())


def delivered(number: str, at: datetime) -> Any:
    row = {"context": "已签收", "ftime": in_china(at), "statusCode": "301"}
    return {"status": "polling", "lastResult": {"com": "zhongtong", "nu": number, "data": [row]}}


def say(content: Any, sentence: str) -> Any:
    content["lastResult"]["data"][0]["context"] = sentence
    return content


EXAMPLES = {
    "kuaidi100": Example(
        sign=sign,
        delivered=delivered,
        say=say,
        failure={"result": False},
        tables={"states": (CODES, kuaidi100._STATES)},
    )
}
