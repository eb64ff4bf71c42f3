"""YTO 圆通: one scan a push, as XML in a form. The push has no waybill, but the number that the parcel was registered with.

Form fields `logistics_interface` (XML) and `data_digest`, base64(md5(xml + partnerId)) [V] (recomputed over a published push
with a secret of 6 characters); the acknowledgement is XML with `<success>` [R] (honovation/veil). Retries [U]; the newer JSON
interface [U]. `clientID` and `acceptTime` may be absent.
"""

from xml.sax.saxutils import escape

from aftercare_events.waybills import waybill

from order_svc.domain.tracking import ParcelStatus
from order_svc.integrations.couriers.elements import Element, document
from order_svc.integrations.couriers.fields import code, local_time, reference
from order_svc.integrations.couriers.forms import form
from order_svc.integrations.couriers.masking import mask
from order_svc.integrations.couriers.port import Courier, DeliveredTo, Meaning, Report, Reports, report
from order_svc.integrations.couriers.schemes import SignedForm, status_of_refusal
from order_svc.integrations.couriers.sentences import explained
from order_svc.integrations.pushes import CHINESE, Acceptance, Acknowledgement, ExaminedPush
from order_svc.integrations.signatures import md5_base64

_S, _TO = ParcelStatus, DeliveredTo
_CODES = {
    "ACCEPT": Meaning(_S.PENDING),
    "UNACCEPT": Meaning(_S.CANCELLED),
    "NOT_SEND": Meaning(_S.EXCEPTION, reason="pickup_failed"),
    "GOT": Meaning(_S.PICKED_UP),
    "ARRIVAL": Meaning(_S.IN_TRANSIT),
    "DEPARTURE": Meaning(_S.IN_TRANSIT),
    "AIRSEND": Meaning(_S.IN_TRANSIT),
    "AIRARRIVAL": Meaning(_S.IN_TRANSIT),
    "SENT_SCAN": Meaning(_S.OUT_FOR_DELIVERY),
    "INBOUND": Meaning(_S.READY_FOR_PICKUP, _TO.STATION),
    "SIGNED": Meaning(_S.DELIVERED),
    "FAILED": Meaning(_S.ATTEMPT_FAILED),
    "TMS_RETURN": Meaning(_S.RETURNING),
    "FORWARDING": Meaning(_S.RETURNING),
}
_RETURNED = Meaning(_S.RETURNED)
_RESPONSE = (
    "<Response><logisticProviderID>YTO</logisticProviderID><txLogisticID>{order}</txLogisticID>"
    "<success>{success}</success>{reason}</Response>"
)


class Yto(SignedForm):
    """圆通's status push (infoType=STATUS)."""

    partner = carrier = "yto"
    content_field, digest_field = "logistics_interface", "data_digest"

    def digest(self, content: str, secret: str) -> str:
        """base64(md5(xml + partnerId))."""
        return md5_base64(content + secret)

    def parse(self, raw: bytes) -> Reports:
        """One scan; none where it is about something else than the status."""
        push = document(self.content(form(raw)).strip())
        return Reports([_scan(push)] if push.child_text("infoType") in (None, "STATUS") else [])

    def accepted(self, acceptance: Acceptance, push: ExaminedPush[object]) -> Acknowledgement:
        """`<success>true</success>` with the number of the order."""
        return _response(200, _order(self.content(form(push.raw))), "")

    def refused(self, code: str, detail: str, language: str = CHINESE) -> Acknowledgement:
        """`<success>false</success>` with the reason."""
        return _response(status_of_refusal(code), "", f"{code}: {detail}")


def _response(status: int, order: str, reason: str) -> Acknowledgement:
    why = f"<reason>{escape(reason)}</reason>" if reason else ""
    body = _RESPONSE.format(order=escape(order), success="false" if reason else "true", reason=why)
    return Acknowledgement(status, body.encode(), "text/xml; charset=utf-8")


def _order(content: str) -> str:
    try:
        return document(content.strip()).child_text("txLogisticID") or ""
    except ValueError:
        return ""


def _scan(push: Element) -> Report:
    order, status = reference(push.child_text("txLogisticID")), push.child_text("infoContent")
    number = push.child_text("mailNo")
    if order is None and number is None:
        raise ValueError("txLogisticID: there is none that can be a number of an order")
    if status is None:
        raise ValueError("infoContent: there is no status")
    remark, name, at = push.child_text("remark") or "", push.child_text("name"), push.child_text("acceptTime")
    return report(
        "yto",
        carrier="yto",
        waybill_no=waybill(number) if number else "",
        meaning=_meaning(status, name or "", remark),
        occurred_at=local_time(at) if at else None,
        raw_code=code(status),
        text=mask(remark, [name]),
        reference=order,
    )


def _meaning(status: str, name: str, remark: str) -> Meaning | None:
    # Signed by "退…" means that the sender has it back.
    if status == "SIGNED" and name.startswith("退"):
        return _RETURNED
    return explained(_CODES.get(status), f"{name} {remark}")


COURIERS: tuple[Courier, ...] = (Yto(),)
