"""What Kuaidi100 answers, read."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from aftercare_events.waybills import waybill

from order_svc.integrations.couriers.entries import Entry, read, read_json
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    CourierResult,
    Quote,
    TrackingResult,
    WaybillResult,
)
from order_svc.integrations.couriers.outward.requests import (
    UNKNOWN,
    UNREADABLE,
    refused,
)

# Any: JSON.
_C = CourierRefusal
_REFUSALS = {
    "400": _C.CONTENT_INVALID,
    "503": _C.CREDENTIALS_INVALID,
    "600": _C.CREDENTIALS_INVALID,
    "601": _C.CREDENTIALS_INVALID,
    "700": _C.CONTENT_INVALID,
}
_SUCCESS, REPEATED = "200", "501"
_CANCELLED_STATES = frozenset({"9", "99"})


class Answer(Entry):
    result: object = None  # true, false, or the same as text
    returnCode: str | None = None
    data: object = None


class _Ordered(Entry):
    taskId: str
    orderId: str | None = None
    kuaidinum: str | None = None
    kuaidiNum: str | None = None
    status: str | None = None


class _Price(Entry):
    price: str
    serviceType: str | None = None


class _Tracked(Entry):
    com: str | None = None
    nu: str
    status: str | None = None
    data: list[object] | None = None


def _text(param: Mapping[str, Any]) -> str:
    return json.dumps(param, ensure_ascii=False, separators=(",", ":"))


def answered(body: bytes | CourierResult) -> Answer | CourierResult:
    """The answer where Kuaidi100 has carried it out, else what has become of it."""
    if isinstance(body, CourierResult):
        return body
    try:
        answer = read_json(Answer, body.decode())
    except UNREADABLE:
        return UNKNOWN
    succeeded, code = str(answer.result).lower() == "true", answer.returnCode or ""
    if succeeded and code == _SUCCESS:
        return answer
    if succeeded or not code:
        return UNKNOWN
    return CourierResult(outcome=CourierOutcome.UNKNOWN, reason=REPEATED) if code == REPEATED else refusal_of(code)


def refusal_of(code: str) -> CourierResult:
    return refused(_REFUSALS.get(code, _C.OTHER), code)


def too_late(answer: CourierResult) -> CourierResult:
    """Of a shipment that exists, a refusal that is about none of our fields is about how far it has got."""
    return refused(_C.TOO_LATE, answer.reason) if answer.refusal is _C.OTHER else answer


def waybill_result(result: CourierResult) -> WaybillResult:
    return WaybillResult(outcome=result.outcome, refusal=result.refusal, reason=result.reason)


def ordered(answer: Answer | CourierResult) -> WaybillResult:
    if isinstance(answer, CourierResult):
        return waybill_result(answer)
    try:
        order = read(_Ordered, answer.data)
        number = order.kuaidinum or order.kuaidiNum
        waybill_no = waybill(number) if number else None
        if "/" in order.taskId or len(order.taskId) > 100 or len(order.orderId or "") > 100:
            raise ValueError("the numbers of the order are none")
    except UNREADABLE:
        return waybill_result(UNKNOWN)
    return WaybillResult(
        outcome=CourierOutcome.DONE,
        waybill_no=waybill_no,
        courier_ref=f"{order.taskId}/{order.orderId or ''}",
        cancelled=order.status in _CANCELLED_STATES,
    )


def quote(carrier: str, data: object) -> Quote | None:
    try:
        price = read(_Price, data)
        minor = Decimal(price.price) * 100
    except (*UNREADABLE, InvalidOperation):
        return None
    if not minor.is_finite() or not 0 <= minor <= 10_000_000 or minor != minor.to_integral_value():
        return None
    return Quote(carrier=carrier, service=(price.serviceType or "")[:60], price_minor=int(minor))


def tracked(body: bytes, waybill_no: str) -> TrackingResult:
    """The scans as a push of Kuaidi100 has them. An answer about another parcel is none."""
    try:
        text = body.decode()
        tracked = read_json(_Tracked, text)
        same = waybill(tracked.nu) == waybill(waybill_no)
    except UNREADABLE:
        answer = answered(body)
        refused_ = isinstance(answer, CourierResult) and answer.outcome is CourierOutcome.REFUSED
        return TrackingResult(outcome=CourierOutcome.NOT_FOUND if refused_ else CourierOutcome.UNKNOWN)
    if not same:
        return TrackingResult(outcome=CourierOutcome.UNKNOWN)
    push = {"status": "polling", "message": "", "lastResult": json.loads(text)}
    return TrackingResult(outcome=CourierOutcome.DONE, push=urlencode({"param": _text(push)}).encode())
