"""What SF answers, read."""

import json
from datetime import datetime
from decimal import Decimal

from aftercare_events.waybills import waybill

from order_svc.domain.shipping.model import Shipment
from order_svc.integrations.couriers.entries import Entry, read, read_json
from order_svc.integrations.couriers.fields import local_time
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    CourierResult,
    Quote,
    TrackingResult,
    WaybillResult,
)
from order_svc.integrations.couriers.outward.requests import (
    NOT_FOUND,
    UNKNOWN,
    UNREADABLE,
    refused,
)

_C = CourierRefusal
_CALLED, _SUCCESS = "A1000", "S0000"
_NOT_CALLED = {
    "A1001": _C.CONTENT_INVALID,
    "A1003": _C.PERMISSION_MISSING,
    "A1004": _C.PERMISSION_MISSING,
    "A1005": _C.RATE_LIMITED,
    "A1006": _C.CREDENTIALS_INVALID,
    "A1011": _C.CREDENTIALS_INVALID,
}
_REFUSALS = {
    **dict.fromkeys(("1010", "1011", "1012", "1014", "1015", "1016", "1023", "8196"), _C.CONTENT_INVALID),
    **dict.fromkeys(("S0001", "S0002", "S0004", "S0005", "S0006", "S0007"), _C.CONTENT_INVALID),
    **dict.fromkeys(("6126", "8114", "8119"), _C.PERMISSION_MISSING),
    **dict.fromkeys(("8037", "8044", "8252"), _C.TOO_LATE),
    "8096": _C.PICKUP_TIME_NOT_OFFERED,
}
_NO_ORDER = frozenset({"8018", "8024"})
_OPEN = frozenset({"8016", "S0003"})
"""Refusals that leave open what has become of an earlier request, or of this one."""
CANCELLED = "8037"
_NOT_SERVED = "3"
_MAIN = "1"


class _Envelope(Entry):
    apiResultCode: str
    apiResultData: object = None


class Answer(Entry):
    success: object = None
    errorCode: str
    msgData: object = None


class _Number(Entry):
    waybillType: str | None = None
    waybillNo: str


class _Ordered(Entry):
    orderId: str
    filterResult: str | None = None
    waybillNoInfoList: list[object] | None = None
    routeLabelInfo: list[object] | None = None


class _RouteLabel(Entry):
    destRouteLabel: str


class Updated(Entry):
    resStatus: str | None = None


class _Time(Entry):
    businessTypeDesc: str | None = None
    deliverTime: str | None = None
    fee: Decimal | None = None


class _Routes(Entry):
    mailNo: str
    routes: list[object]


def answered(body: bytes | CourierResult) -> Answer | CourierResult:
    """The answer where the service has carried it out, else what has become of it."""
    if isinstance(body, CourierResult):
        return body
    try:
        envelope = read_json(_Envelope, body)
        if envelope.apiResultCode in _NOT_CALLED:
            return refused(_NOT_CALLED[envelope.apiResultCode], envelope.apiResultCode)
        if envelope.apiResultCode != _CALLED:
            return UNKNOWN
        data = envelope.apiResultData
        answer = read_json(Answer, data) if isinstance(data, str) else read(Answer, data)
    except UNREADABLE:
        return UNKNOWN
    if str(answer.success).lower() == "true" and answer.errorCode == _SUCCESS:
        return answer
    if answer.errorCode in _OPEN or answer.errorCode == _SUCCESS:
        return UNKNOWN
    if answer.errorCode in _NO_ORDER:
        return NOT_FOUND
    return refused(_REFUSALS.get(answer.errorCode, _C.OTHER), answer.errorCode)


def ordered(answer: Answer | CourierResult, shipment: Shipment) -> WaybillResult:
    """The shipment, where the answer is about it."""
    if isinstance(answer, CourierResult):
        return WaybillResult(outcome=answer.outcome, refusal=answer.refusal, reason=answer.reason)
    try:
        order = read(_Ordered, answer.msgData)
        numbers = [read(_Number, each) for each in order.waybillNoInfoList or ()]
        main = next((waybill(each.waybillNo) for each in numbers if each.waybillType in (None, _MAIN)), None)
    except UNREADABLE:
        return WaybillResult(outcome=CourierOutcome.UNKNOWN)
    if order.orderId != shipment.number:
        return WaybillResult(outcome=CourierOutcome.UNKNOWN)
    if order.filterResult == _NOT_SERVED:
        reason = f"filterResult:{_NOT_SERVED}"
        return WaybillResult(outcome=CourierOutcome.REFUSED, refusal=_C.ADDRESS_NOT_SERVED, reason=reason)
    return WaybillResult(outcome=CourierOutcome.DONE, waybill_no=main, routing_code=_routing_code(order))


def _routing_code(order: _Ordered) -> str | None:
    first = next(iter(order.routeLabelInfo or ()), None)
    try:
        label = read(_RouteLabel, first.get("routeLabelData") if isinstance(first, dict) else None)
    except UNREADABLE:
        return None
    code = label.destRouteLabel.strip()
    return code if 0 < len(code) <= 40 and code.isprintable() else None


def quote(value: object) -> Quote | None:
    try:
        time = read(_Time, value)
    except UNREADABLE:
        return None
    minor = (time.fee or Decimal("NaN")) * 100
    if not minor.is_finite() or not 0 <= minor <= 10_000_000 or minor != minor.to_integral_value():
        return None
    service = (time.businessTypeDesc or "")[:60]
    return Quote(carrier="sf", service=service, price_minor=int(minor), deliver_by=_latest(time.deliverTime))


def _latest(text: str | None) -> datetime | None:
    """The later of the two times, which are written with a comma between them."""
    try:
        return local_time((text or "").rpartition(",")[2])
    except ValueError:
        return None


def tracked(answer: Answer, waybill_no: str) -> TrackingResult:
    """The routes as a push of SF has them. Those of another parcel are none."""
    found = answer.msgData.get("routeResps") if isinstance(answer.msgData, dict) else None
    try:
        parcels = [read(_Routes, each) for each in found] if isinstance(found, list) else []
        routes = [route for each in parcels if waybill(each.mailNo) == waybill(waybill_no) for route in each.routes]
    except UNREADABLE:
        return TrackingResult(outcome=CourierOutcome.UNKNOWN)
    if not routes:
        return TrackingResult(outcome=CourierOutcome.NOT_FOUND)
    scans = [{**route, "mailno": waybill_no} for route in routes if isinstance(route, dict)]
    push = {"Body": {"WaybillRoute": scans}}
    return TrackingResult(outcome=CourierOutcome.DONE, push=json.dumps(push, ensure_ascii=False).encode())
