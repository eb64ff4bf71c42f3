"""SF 顺丰 route push (丰桥): up to ten scans a push, as JSON, and in an older form as XML.

Shape and acknowledgement [D]; `{"return_code": "0000"}`, a failure `"1000"`. No signature was found in the pushes that public
receivers take [U]: they prove themselves by a token in the address, `?token=` and the secret of the endpoint. A push in form
fields `msgData`, `timestamp` and `msgDigest` is verified by base64(md5(urlencode(msgData + timestamp + checkword))) [V] (the
example of the documentation). The older XML (`content`, or as the body) [D] has another acknowledgement. Codes [D], 43, 46, 51,
607, 34, 47, 630 and 634 [R]; 501 and 407 exist, what they mean is [U]. The status code of a scan is preferred to its opCode.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.elements import document
from order_svc.integrations.couriers.entries import Entries, Entry, read, read_each, read_json
from order_svc.integrations.couriers.fields import code, local_time, reference
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Report, Reports, report
from order_svc.integrations.couriers.schemes import GivenSecret, status_of_refusal
from order_svc.integrations.couriers.sentences import explained, next_waybill
from order_svc.integrations.pushes import (
    CHINESE,
    Acceptance,
    Acknowledgement,
    ExaminedPush,
    Rejection,
    RejectionCode,
)
from order_svc.integrations.signatures import matches_any, md5_base64

_S, _TO = ParcelStatus, DeliveredTo
_INFORMATION = Meaning(_S.UNKNOWN)  # known, and no state of the parcel
_OP_CODES = {
    "50": Meaning(_S.PICKED_UP),
    "54": Meaning(_S.PICKED_UP),
    "43": Meaning(_S.PICKED_UP),
    "46": Meaning(_S.PICKED_UP),
    "51": Meaning(_S.PICKED_UP),
    "607": Meaning(_S.PICKED_UP),
    "30": Meaning(_S.IN_TRANSIT),
    "31": Meaning(_S.IN_TRANSIT),
    "36": Meaning(_S.IN_TRANSIT),
    "105": Meaning(_S.IN_TRANSIT),
    "106": Meaning(_S.IN_TRANSIT),
    "310": Meaning(_S.IN_TRANSIT),
    "3036": Meaning(_S.IN_TRANSIT),
    "99": Meaning(_S.IN_TRANSIT, reason="forwarded"),
    "44": Meaning(_S.OUT_FOR_DELIVERY),
    "204": Meaning(_S.OUT_FOR_DELIVERY),
    "34": Meaning(_S.OUT_FOR_DELIVERY),
    "47": Meaning(_S.OUT_FOR_DELIVERY),
    "630": Meaning(_S.OUT_FOR_DELIVERY),
    "634": Meaning(_S.OUT_FOR_DELIVERY),
    "123": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "125": Meaning(_S.READY_FOR_PICKUP, _TO.LOCKER),
    "130": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "70": Meaning(_S.ATTEMPT_FAILED),
    "33": Meaning(_S.ATTEMPT_FAILED),
    "80": Meaning(_S.DELIVERED),
    "8000": _INFORMATION,
    "611": Meaning(_S.EXCEPTION),
    "631": Meaning(_S.EXCEPTION),
    "648": Meaning(_S.RETURNING),
}
_STATUS_CODES = {
    "201": Meaning(_S.IN_TRANSIT),
    "301": Meaning(_S.OUT_FOR_DELIVERY),
    "1301": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
}
_CUSTOMS = ("204", "205")
# Scans that end the parcel's way, or turn it round, are not replaced by what their status code states in general.
_BY_OP_CODE = (_S.DELIVERED, _S.RETURNING)
_WITH_ANOTHER_NUMBER = ("648", "99")
_BEFORE_XML = "\ufeff \t\r\n"
_XML_ACCEPTED = '<?xml version="1.0" encoding="UTF-8"?><Response service="RoutePushService"><Head>OK</Head></Response>'


class _Route(Entry):
    mailno: str | None = None
    orderid: str | None = None
    id: str | None = None
    acceptTime: str
    acceptAddress: str | None = None
    remark: str | None = None
    opCode: str | None = None
    opcode: str | None = None
    reasonCode: str | None = None
    reasonName: str | None = None
    secondaryStatusCode: str | None = None
    secondaryStatusName: str | None = None


class _Body(Entry):
    WaybillRoute: Entries = None


class _Push(Entry):
    Body: _Body


class Sf(GivenSecret):
    """顺丰's route push."""

    partner = carrier = "sf"
    signs = False

    def address_query(self, secret: str) -> str:
        """The token that proves its pushes."""
        return f"?token={quote(secret, safe='')}"

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """The digest of the form, where the push has one, else the token of the address."""
        fields = _form(raw)
        if "msgDigest" in fields:
            signed = fields.get("msgData", "") + fields.get("timestamp", "")
            given, expected = fields["msgDigest"], [sf_digest(signed, secret) for secret in secrets]
        else:
            given, expected = _token(headers), list(secrets)
        if not given:
            return Rejection(RejectionCode.SIGNATURE_MISSING, "token of the address, or msgDigest, is required")
        if matches_any(given, expected):
            return None
        return Rejection(RejectionCode.SIGNATURE_INVALID, "neither token nor msgDigest fits")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """A hash of the body: SF numbers the scans, not the pushes."""
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"

    def parse(self, raw: bytes) -> Reports:
        """The scans; each is identified by its time and code, since the `id` of a push is in no answer to a query."""
        content = _content(raw)
        routes = _xml_routes(content) if _is_xml(content) else read_json(_Push, content).Body.WaybillRoute
        return Reports(*read_each(routes or (), _scan))

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """`0000`, or `OK` in XML; what is not acknowledged is sent again."""
        if _is_xml(_content(push.raw)):
            return Acknowledgement(200, _XML_ACCEPTED.encode(), "text/xml")
        return Acknowledgement.of_json(200, {"return_code": "0000", "return_msg": "成功"})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`1000`."""
        body = {"return_code": "1000", "return_msg": f"{code}: {detail}"}
        return Acknowledgement.of_json(status_of_refusal(code), body)


def sf_digest(signed: str, secret: str) -> str:
    """base64(md5(urlencode(signed + secret))), with the URL encoding of Java."""
    return md5_base64(quote_plus(signed + secret, safe="*").replace("~", "%7E"))


def _token(headers: Mapping[str, str]) -> str:
    query = urlsplit(headers.get(":path", "")).query
    return parse_qs(query, max_num_fields=10).get("token", [""])[0] if query.count("&") < 10 else ""


def _form(raw: bytes) -> Mapping[str, str]:
    """The fields of a form; none where the body is JSON or XML."""
    if raw[:1] in (b"{", b"<"):
        return {}
    try:
        return form(raw)
    except ValueError:
        return {}


def _content(raw: bytes) -> str:
    fields = _form(raw)
    content = fields.get("msgData") or fields.get("content")
    return raw.decode(errors="replace") if content is None else content


def _is_xml(content: str) -> bool:
    return content.lstrip(_BEFORE_XML).startswith("<")


def _xml_routes(content: str) -> list[object]:
    return [element.attributes for element in document(content.strip(_BEFORE_XML)).all("WaybillRoute")]


def _scan(value: object) -> Report:
    route = read(_Route, value)
    op_code = route.opCode or route.opcode
    order = reference(route.orderid)
    if not route.mailno and order is None:
        raise ValueError("mailno: there is neither a waybill nor an order")
    sentence = " ".join(text for text in (route.remark, route.reasonName) if text)
    at = local_time(route.acceptTime)
    return report(
        "sf",
        carrier="sf",
        waybill_no=waybill(route.mailno) if route.mailno else "",
        meaning=_meaning(route, op_code, sentence),
        occurred_at=at,
        raw_code=_raw_code(route, op_code),
        text=mask(sentence),
        event_id=f"{at.isoformat()} {op_code or mask(sentence)}",
        reference=order,
        next_waybill_no=next_waybill(sentence) if op_code in _WITH_ANOTHER_NUMBER else None,
    )


def _raw_code(route: _Route, op_code: str | None) -> str | None:
    parts = [part for part in (op_code, route.reasonCode) if part]
    return code(":".join(parts)) if op_code else None


def _meaning(route: _Route, op_code: str | None, sentence: str) -> Meaning | None:
    by_op_code = _OP_CODES.get(op_code or "")
    by_status = _STATUS_CODES.get(route.secondaryStatusCode or "")
    if route.secondaryStatusCode in _CUSTOMS and "关" in (route.secondaryStatusName or ""):
        by_status = Meaning(_S.CUSTOMS)
    if by_status is None or (by_op_code is not None and by_op_code.status in _BY_OP_CODE):
        return explained(by_op_code, sentence)
    return explained(by_status, sentence)


COURIERS: tuple[Courier, ...] = (Sf(),)
