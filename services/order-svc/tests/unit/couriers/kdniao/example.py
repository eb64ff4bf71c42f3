"""快递鸟: how it signs, a delivery, and its codes."""

import base64
from datetime import datetime
from typing import Any

from courier_wire import Example, Rows, Signed, form, in_china, md5, text_of
from order_svc.integrations.couriers.partners import kdniao

CODES: Rows = {
    "0 10": "pending",
    "1": "picked_up",
    "2 201 204 205 206": "in_transit",
    "5": "in_transit !forwarded",
    "6 601 602 603": "customs",
    "604": "customs !customs_delay",
    "202 419": "out_for_delivery",
    "211": "ready_for_pickup",
    "3 302": "delivered",
    "301": "delivered @person",
    "304": "delivered @proxy",
    "311": "delivered @station",
    "4": "exception",
    "401 402 403": "exception !delayed",
    "404": "returning !consignee_refused",
    "407": "returning",
    "406": "returned",
    "405": "attempt_failed",
    "416": "attempt_failed !consignee_not_available",
    "420": "attempt_failed !consignee_incorrect_address",
    "421": "attempt_failed !consignee_incorrect_phone",
    "412": "exception !pickup_overdue",
    "413": "cancelled !intercepted",
    "415": "cancelled !cancelled_by_sender",
    "414": "exception !carrier_damaged_parcel",
    "422 423": "exception !carrier_sorting_error",
}


def sign(content: object, secret: str, _: datetime) -> Signed:
    text = text_of(content)
    proof = base64.b64encode(md5(text + secret).hex().encode()).decode()
    return form(RequestData=text, RequestType="102", DataSign=proof)


def delivered(number: str, at: datetime) -> Any:
    trace = {"AcceptTime": in_china(at), "AcceptStation": "已签收", "Action": "301"}
    return {"EBusinessID": "1", "Data": [{"LogisticCode": number, "ShipperCode": "ZTO", "Traces": [trace]}]}


def say(content: Any, sentence: str) -> Any:
    content["Data"][0]["Traces"][0]["AcceptStation"] = sentence
    return content


EXAMPLES = {
    "kdniao": Example(
        sign=sign, delivered=delivered, say=say, failure={"Success": False}, tables={"states": (CODES, kdniao._STATES)}
    )
}
