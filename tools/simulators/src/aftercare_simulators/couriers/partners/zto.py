"""中通: a form with one scan as JSON in `data`, and `data_digest` = base64(md5(data + secret)). It reads `status` of the response."""

from collections.abc import Sequence
from typing import ClassVar

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json, base64_of, form, json_of, md5

_STATION = ("DEPARTURE_SIGNED", "快件已从驿站取出")
_SIGNATURES = {
    "proxy": ("SIGNED", "快件已由家人代收"),
    "locker": ("SIGNED", "快件已放入丰巢快递柜"),
    "station": _STATION,
}


class Zto(Partner):
    """The push of traces (`msg_type=Traces`)."""

    name = "zto"
    codes: ClassVar[Codes] = {
        "picked_up": ("GOT", "快件已揽收"),
        "in_transit": ("DEPARTURE", "快件已发往下一站"),
        "out_for_delivery": ("DISPATCH", "快件正在派送"),
        "ready_for_pickup": ("INBOUND", "快件已存放至驿站"),
        "delivered": ("SIGNED", "快件已签收"),
        "exception": ("PROBLEM", "收件人拒收"),
        "returning": ("RETURN_SCAN", "快件已退回"),
        "returned": ("RETURN_SIGNED", "退件已签收"),
    }

    def code(self, scan: Scan) -> tuple[str, str]:
        """Who took the parcel is in the sentence, or in the action."""
        found = super().code(scan)
        return _SIGNATURES.get(scan.delivered_to or "", found) if scan.status == "delivered" else found

    def content(self, history: Sequence[Scan]) -> str:
        """The last scan."""
        scan = history[-1]
        action, text = self.code(scan)
        return as_json({"billCode": scan.waybill_no, "action": action, "actionTime": scan.china, "desc": text})

    def wrap(self, content: str, secret: str) -> Request:
        """The form."""
        digest = base64_of(md5(content + secret))
        return form({"data": content, "data_digest": digest, "company_id": "aftercare-demo", "msg_type": "Traces"})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`"status": true`, whatever the HTTP status."""
        return json_of(body).get("status") is True


PARTNERS: tuple[Partner, ...] = (Zto(),)
