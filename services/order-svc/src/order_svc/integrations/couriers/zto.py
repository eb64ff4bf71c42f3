"""ZTO 中通: form pushes of single scans, proved by base64(md5(data + secret)), out of order and more than once."""

import base64
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from aftercare_events.waybills import waybill
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.model import Answer, DeliveredTo, Refused, Report, report
from order_svc.integrations.couriers.reading import code, naive_time

_CHINA = timezone(timedelta(hours=8))

# INBOUND and HANDOVERSCAN_SIGNED leave the parcel at a station: the buyer does not have it before DEPARTURE_SIGNED.
_ACTIONS: dict[str, tuple[ParcelStatus, DeliveredTo | None]] = {
    "GOT": (ParcelStatus.PICKED_UP, None),
    "ARRIVAL": (ParcelStatus.IN_TRANSIT, None),
    "DEPARTURE": (ParcelStatus.IN_TRANSIT, None),
    "DISPATCH": (ParcelStatus.OUT_FOR_DELIVERY, None),
    "INBOUND": (ParcelStatus.READY_FOR_PICKUP, DeliveredTo.STATION),
    "HANDOVERSCAN_SIGNED": (ParcelStatus.READY_FOR_PICKUP, DeliveredTo.STATION),
    "DEPARTURE_SIGNED": (ParcelStatus.DELIVERED, DeliveredTo.STATION),
    "SIGNED": (ParcelStatus.DELIVERED, DeliveredTo.PERSON),
    "PROBLEM": (ParcelStatus.EXCEPTION, None),
    "RETURN_SCAN": (ParcelStatus.RETURNING, None),
    "RETURN_SIGNED": (ParcelStatus.RETURNED, None),
    "RESIGN": (ParcelStatus.RETURNED, None),
}
_RECEIVERS = (
    (DeliveredTo.LOCKER, ("快递柜", "自提柜", "智能柜", "丰巢", "格口")),
    (DeliveredTo.STATION, ("驿站", "代收点", "服务点", "自提点", "取货码", "超市", "便利店")),
    (DeliveredTo.PROXY, ("代收", "代签", "家人", "门卫", "物业", "前台", "保安", "同事", "邻居")),
)


class _Trace(BaseModel):
    model_config = ConfigDict(extra="ignore")

    billCode: str
    action: str
    actionTime: str
    desc: str | None = None
    courier: str | None = None
    expressSigner: str | None = None
    problemCode: str | None = None
    returnType: str | None = None


_TRACES = TypeAdapter[list[_Trace] | _Trace](list[_Trace] | _Trace)


class Zto:
    """中通's trace push (msg_type=Traces)."""

    partner = "zto"

    def new_secret(self) -> str:
        """32 hex digits, as ZTO gives them out."""
        return random.token_hex(16)

    def fits(self, secret: str) -> bool:
        """8 to 128 printable characters."""
        return 8 <= len(secret) <= 128 and secret.isprintable() and secret.isascii()

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Refused | None:
        """The digest covers `data` alone and no time, so that an old push proves as well as a new one."""
        try:
            fields = form(raw)
        except ValueError as error:
            return Refused("not_a_form", str(error), stranger=True)
        digest, data = fields.get("data_digest", ""), fields.get("data", "")
        if not digest or not data:
            return Refused("signature_missing", "data and data_digest are required", stranger=True)
        # Every secret is tried: the time taken tells nothing about which one it was.
        proofs = [hmac.compare_digest(_digest(data, secret).encode(), digest.encode()) for secret in secrets]
        return None if any(proofs) else Refused("signature_invalid", "data_digest does not fit")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """ZTO numbers nothing: the signed text itself, apart for each answer to whether it is read as traces."""
        fields = form(raw)
        kind = "" if _has_traces(fields) else "other "
        return f"{kind}sha256:{hashlib.sha256(fields['data'].encode()).hexdigest()}"

    def parse(self, raw: bytes) -> list[Report]:
        """One scan as a rule; a list is read as well."""
        fields = form(raw)
        if not _has_traces(fields):
            return []
        try:
            traces = _TRACES.validate_json(fields.get("data", ""))
        except ValidationError as error:
            raise ValueError(f"data is not a trace: {error.errors(include_input=False)[0]['msg']}") from None
        return [_scan(trace) for trace in (traces if isinstance(traces, list) else [traces])]

    def accepted(self) -> Answer:
        """ZTO looks at `status` in the body and at nothing else."""
        return _answer(200, {"message": "", "result": "success", "status": True, "statusCode": "0"})

    def refused(self, why: Refused) -> Answer:
        """200 as well: a partner whose secret we lost must read our word, not a gateway's page; a stranger gets 401."""
        body = {"message": f"{why.code}: {why.detail}", "result": "fail", "status": False, "statusCode": "1"}
        return _answer(401 if why.stranger else 200, body)


def sign(data: str, secret: str) -> str:
    """The digest ZTO would send with this text."""
    return _digest(data, secret)


def _digest(data: str, secret: str) -> str:
    # The partner's scheme, not ours: MD5 is what they compute.
    return base64.b64encode(hashlib.md5((data + secret).encode(), usedforsecurity=False).digest()).decode()


def _has_traces(fields: Mapping[str, str]) -> bool:
    return fields.get("msg_type") == "Traces"


def _scan(trace: _Trace) -> Report:
    desc = trace.desc or ""
    status, delivered_to = _ACTIONS.get(trace.action, (ParcelStatus.UNKNOWN, None))
    reason = None
    if status is ParcelStatus.RETURNING and _only_redirected(trace):
        status, reason = ParcelStatus.IN_TRANSIT, "address_changed"
    if status is ParcelStatus.EXCEPTION and ("拒收" in desc or "拒签" in desc):
        reason = "consignee_refused"
    return report(
        "zto",
        carrier="zto",
        waybill_no=waybill(trace.billCode),
        status=status,
        occurred_at=naive_time(trace.actionTime, _CHINA),
        raw_code=code(trace.action + (f":{trace.problemCode}" if trace.problemCode else "")),
        text=mask(desc, (trace.courier, trace.expressSigner)),
        reason=reason,
        delivered_to=_receiver(trace, delivered_to),
    )


def _only_redirected(trace: _Trace) -> bool:
    # RETURN_SCAN stands for "sent back or address changed"; only the type and the text tell them apart.
    return any(word in f"{trace.returnType or ''} {trace.desc or ''}" for word in ("改地址", "更址", "改址"))


def _receiver(trace: _Trace, by_action: DeliveredTo | None) -> DeliveredTo | None:
    """The action says that it was signed; who signed stands only in the text."""
    if by_action is not DeliveredTo.PERSON:
        return by_action
    said = f"{trace.expressSigner or ''} {(trace.desc or '').split('感谢')[0]}"
    return next((kind for kind, words in _RECEIVERS if any(word in said for word in words)), by_action)


def _answer(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")
