"""ZTO 中通: form pushes of single scans, signed with base64(md5(data + secret)), out of order and more than once.

Signature [V] (recomputed over thirteen recorded pushes), acknowledgement [R] (the receiver of honovation/veil). No public
push of a return or a problem was found: RETURN*, RESIGN and PROBLEM are [U].
"""

from collections.abc import Mapping

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.entries import Entry, read, read_each, read_list
from order_svc.integrations.couriers.fields import code, local_time
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Report, Reports, report
from order_svc.integrations.couriers.schemes import SignedForm, status_of_refusal
from order_svc.integrations.couriers.sentences import explained
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush
from order_svc.integrations.signatures import md5_base64

_S, _TO = ParcelStatus, DeliveredTo
# INBOUND and HANDOVERSCAN_SIGNED leave the parcel at a station: the buyer does not have it before DEPARTURE_SIGNED.
_ACTIONS = {
    "GOT": Meaning(_S.PICKED_UP),
    "ARRIVAL": Meaning(_S.IN_TRANSIT),
    "DEPARTURE": Meaning(_S.IN_TRANSIT),
    "DISPATCH": Meaning(_S.OUT_FOR_DELIVERY),
    "INBOUND": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "HANDOVERSCAN_SIGNED": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "DEPARTURE_SIGNED": Meaning(_S.DELIVERED, _TO.PERSON),
    "SIGNED": Meaning(_S.DELIVERED),
    "PROBLEM": Meaning(_S.EXCEPTION),
    "RETURN_SCAN": Meaning(_S.RETURNING),
    "RETURN_SIGNED": Meaning(_S.RETURNED),
    "RESIGN": Meaning(_S.RETURNED),
}
_REDIRECTED = ("改地址", "更址", "改址")


class _Trace(Entry):
    billCode: str
    action: str
    actionTime: str
    desc: str | None = None
    courier: str | None = None
    expressSigner: str | None = None
    problemCode: str | None = None
    returnType: str | None = None


class Zto(SignedForm):
    """中通's trace push (msg_type=Traces)."""

    partner = carrier = "zto"
    content_field, digest_field = "data", "data_digest"

    def digest(self, content: str, secret: str) -> str:
        """base64(md5(data + secret))."""
        return md5_base64(content + secret)

    def is_read(self, fields: Mapping[str, str]) -> bool:
        """Whether the form has traces."""
        return fields.get("msg_type") == "Traces"

    def parse(self, raw: bytes) -> Reports:
        """One scan as a rule; a list is read as well."""
        fields = form(raw)
        if not self.is_read(fields):
            return Reports()
        return Reports(*read_each(read_list(self.content(fields)), _scan))

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """ZTO reads `status` in the body and nothing else."""
        return Acknowledgement.of_json(200, {"message": "", "result": "success", "status": True, "statusCode": "0"})

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`"status": false`, which ZTO reads in the body."""
        body = {"message": f"{code}: {detail}", "result": "fail", "status": False, "statusCode": "1"}
        return Acknowledgement.of_json(status_of_refusal(code), body)


def _scan(value: object) -> Report:
    trace = read(_Trace, value)
    desc = trace.desc or ""
    return report(
        "zto",
        carrier="zto",
        waybill_no=waybill(trace.billCode),
        meaning=_meaning(trace, desc),
        occurred_at=local_time(trace.actionTime),
        raw_code=code(trace.action + (f":{trace.problemCode}" if trace.problemCode else "")),
        text=mask(desc, (trace.courier, trace.expressSigner)),
    )


def _meaning(trace: _Trace, desc: str) -> Meaning | None:
    meaning = _ACTIONS.get(trace.action)
    # RETURN_SCAN is "sent back or address changed"; only the type and the text differ.
    redirected = any(word in f"{trace.returnType or ''} {desc}" for word in _REDIRECTED)
    if meaning is not None and meaning.status is _S.RETURNING and redirected:
        return Meaning(_S.IN_TRANSIT, reason="address_changed")
    return explained(meaning, f"{trace.expressSigner or ''} {desc}")


COURIERS: tuple[Courier, ...] = (Zto(),)
