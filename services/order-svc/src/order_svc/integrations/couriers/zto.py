"""ZTO 中通: form pushes of single scans, signed with base64(md5(data + secret)), out of order and more than once."""

import hashlib
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

from aftercare_events.waybills import waybill
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.fields import code, naive_time
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import DeliveredTo, Report, report
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, Rejection, RejectionCode
from order_svc.integrations.signatures import matches_any, zto_digest

_CHINA = timezone(timedelta(hours=8))
_UNLIKE_A_PUSH = (RejectionCode.NOT_A_FORM, RejectionCode.SIGNATURE_MISSING)

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
    """中通's trace push (msg_type=Traces). The digest is part of the form, so no header is read."""

    partner = "zto"
    signature_headers = ()

    def new_secret(self) -> str:
        """32 hex digits, as ZTO issues them."""
        return randomness.token_hex(16)

    def is_valid_secret(self, secret: str) -> bool:
        """8 to 128 printable characters."""
        return 8 <= len(secret) <= 128 and secret.isprintable() and secret.isascii()

    def verify(self, raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> Rejection | None:
        """The digest covers `data` alone and no time: an old push is as valid as a new one."""
        try:
            fields = form(raw)
        except ValueError as error:
            return Rejection(RejectionCode.NOT_A_FORM, str(error))
        digest, data = fields.get("data_digest", ""), fields.get("data", "")
        if not digest or not data:
            return Rejection(RejectionCode.SIGNATURE_MISSING, "data and data_digest are required")
        fits = matches_any(digest, (zto_digest(data, secret) for secret in secrets))
        return None if fits else Rejection(RejectionCode.SIGNATURE_INVALID, "data_digest does not fit")

    def push_id(self, raw: bytes, headers: Mapping[str, str]) -> str:
        """ZTO sends no message id: it is a hash of the signed text, and whether that is read as traces."""
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

    def accepted(self, acceptance: Acceptance) -> Acknowledgement:
        """ZTO reads `status` in the body and nothing else."""
        return Acknowledgement.of_json(200, {"message": "", "result": "success", "status": True, "statusCode": "0"})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """200 as well, so that the partner reads the body and not a gateway's page; 401 where nothing is like its push."""
        body = {"message": f"{code}: {detail}", "result": "fail", "status": False, "statusCode": "1"}
        return Acknowledgement.of_json(401 if code in _UNLIKE_A_PUSH else 200, body)


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
    # RETURN_SCAN means "sent back or address changed"; only the type and the text differ.
    return any(word in f"{trace.returnType or ''} {trace.desc or ''}" for word in ("改地址", "更址", "改址"))


def _receiver(trace: _Trace, by_action: DeliveredTo | None) -> DeliveredTo | None:
    """The kind of receiver. The action shows that the parcel was signed for; only the text shows by whom."""
    if by_action is not DeliveredTo.PERSON:
        return by_action
    text = f"{trace.expressSigner or ''} {(trace.desc or '').split('感谢')[0]}"
    return next((kind for kind, words in _RECEIVERS if any(word in text for word in words)), by_action)
