"""Pushes as each partner makes them, with the arithmetic of its documentation and not with that of the adapters."""

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.couriers.port import Reports
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.integrations.pushes import Acceptance, Acknowledgement, ExaminedPush, examine

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECRET = "key-66"


@dataclass(frozen=True, slots=True)
class Signed:
    """A push on the wire. `query` is what its partner adds to the address."""

    raw: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def base64_md5(text: str) -> str:
    return base64.b64encode(md5(text)).decode()


def text_of(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def form(**fields: str) -> Signed:
    return Signed(urlencode(fields).encode(), {"content-type": "application/x-www-form-urlencoded"})


def zto(content: object, secret: str) -> Signed:
    text = text_of(content)
    return form(data=text, data_digest=base64_md5(text + secret), company_id="c-1", msg_type="Traces")


def kuaidi100(content: object, secret: str) -> Signed:
    text = text_of(content)
    return form(param=text, sign=md5(text + secret).hex().upper())


def kdniao(content: object, secret: str) -> Signed:
    text = text_of(content)
    sign = base64.b64encode(md5(text + secret).hex().encode()).decode()
    return form(RequestData=text, RequestType="102", DataSign=sign)


def yto(content: object, secret: str) -> Signed:
    text = text_of(content)
    return form(logistics_interface=text, data_digest=base64_md5(text + secret), clientId="K210000001")


def jt(content: object, secret: str) -> Signed:
    text = text_of(content)
    signed = form(bizContent=text)
    proof = {"apiaccount": "640826271705595946", "timestamp": "1622520000000", "digest": base64_md5(text + secret)}
    return Signed(signed.raw, signed.headers | proof)


def sf(content: object, secret: str) -> Signed:
    return Signed(text_of(content).encode(), {"content-type": "application/json"}, f"?token={quote(secret, safe='')}")


def aftership(content: object, secret: str) -> Signed:
    raw = text_of(content).encode()
    proof = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
    return Signed(raw, {"aftership-hmac-sha256": proof})


def easypost(content: object, secret: str) -> Signed:
    raw = text_of(content).encode()
    key = unicodedata.normalize("NFKD", secret).encode()
    return Signed(raw, {"x-hmac-signature": f"hmac-sha256-hex={hmac.new(key, raw, hashlib.sha256).hexdigest()}"})


def standard_webhooks(content: object, secret: str, at: datetime = NOW) -> Signed:
    raw, stamp = text_of(content).encode(), str(int(at.timestamp()))
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:  # a secret of another partner
        key = secret.encode()
    proof = hmac.new(key, f"msg_1.{stamp}.".encode() + raw, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(proof).decode()}"
    return Signed(raw, {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature})


SIGNERS: dict[str, Callable[[object, str], Signed]] = {
    "zto": zto,
    "kuaidi100": kuaidi100,
    "kdniao": kdniao,
    "yto": yto,
    "jt": jt,
    "jt-my": jt,
    "jt-vn": jt,
    "sf": sf,
    "aftership": aftership,
    "easypost": easypost,
    "standard-webhooks": standard_webhooks,
}


def signed(partner: str, content: object, secret: str, at: datetime = NOW) -> Signed:
    """The push of this content, signed at this time, which the proof of Standard Webhooks alone covers."""
    if partner == "standard-webhooks":
        return standard_webhooks(content, secret, at)
    return SIGNERS[partner](content, secret)


def secret_of(partner: str, text: str = SECRET) -> str:
    """A secret that the partner can have, made of this text."""
    if partner == "standard-webhooks":
        return "whsec_" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text


def contents(waybill_no: str, at: datetime = NOW) -> dict[str, Any]:
    """For each partner the content of a push of one scan that delivers this waybill."""
    china = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    row = {"context": "已签收", "ftime": china, "statusCode": "301"}
    trace = {"AcceptTime": china, "AcceptStation": "已签收", "Action": "301"}
    jt_parcel = {"billCode": waybill_no, "details": [{"scanTypeCode": 100, "scanTime": china, "desc": "Signed"}]}
    return {
        "zto": {"billCode": waybill_no, "action": "SIGNED", "actionTime": china},
        "kuaidi100": {"status": "polling", "lastResult": {"com": "zhongtong", "nu": waybill_no, "data": [row]}},
        "kdniao": {"EBusinessID": "1", "Data": [{"LogisticCode": waybill_no, "ShipperCode": "ZTO", "Traces": [trace]}]},
        "yto": f"<UpdateInfo><txLogisticID>{waybill_no}</txLogisticID><infoType>STATUS</infoType><infoContent>SIGNED</infoContent>"
        f"<acceptTime>{china}.0 CST</acceptTime></UpdateInfo>",
        "jt": jt_parcel,
        "jt-my": jt_parcel,
        "jt-vn": jt_parcel,
        "sf": {
            "Body": {"WaybillRoute": [{"mailno": waybill_no, "acceptTime": china, "opCode": "80", "remark": "已签收"}]}
        },
        "aftership": {
            "event": "tracking_update",
            "event_id": "e-1",
            "msg": {
                "tracking_number": waybill_no,
                "slug": "zto-express",
                "checkpoints": [{"checkpoint_time": at.isoformat(), "tag": "Delivered"}],
            },
        },
        "easypost": {
            "id": "evt_1",
            "description": "tracker.updated",
            "result": {
                "tracking_code": waybill_no,
                "carrier": "ZTO",
                "tracking_details": [{"datetime": at.isoformat(), "status": "delivered"}],
            },
        },
        "standard-webhooks": {
            "type": "parcel.status",
            "data": {"waybill_no": waybill_no, "carrier": "zto", "status": "delivered", "occurred_at": at.isoformat()},
        },
    }


def examined(
    partner: str, content: object, *, secret: str | None = None, verified_with: str | None = None
) -> ExaminedPush[Reports]:
    """The push of this content, signed with `secret`, as the adapter of an endpoint with `verified_with` examines it."""
    own = secret_of(partner)
    return examined_as(partner, SIGNERS[partner](content, secret or own), verified_with or own)


def examined_as(partner: str, push: Signed, *secrets: str) -> ExaminedPush[Reports]:
    """The push as the adapter of an endpoint with these secrets examines it; without any, the endpoint is revoked."""
    headers = push.headers | {":path": f"/v1/courier-webhooks/{partner}/ce_1{push.query}"}
    return examine(COURIERS[partner], push.raw, headers, secrets, NOW, revoked=not secrets)


def parsed(partner: str, content: object) -> Reports:
    """The reports of a push that has to be verified and readable."""
    push = examined(partner, content)
    assert push.verified, push.rejection
    assert push.content is not None, push.rejection
    return push.content


def accepted(partner: str, content: object) -> Acknowledgement:
    return COURIERS[partner].accepted(Acceptance.PROCESSED, examined(partner, content))


def shown(reports: Reports) -> list[tuple[str, str | None, str]]:
    """Status, raw code and time in UTC of each report."""
    return [(each.scan.status.value, each.scan.raw_code, f"{each.scan.occurred_at:%m-%d %H:%M:%S}") for each in reports]
