"""圆通: a form with one scan as XML, which names the parcel by the number of its order; `data_digest` = base64(md5(xml + partnerId)).

When it repeats a push is not publicly known: three times here.
"""

import re
from collections.abc import Sequence
from typing import ClassVar
from xml.sax.saxutils import escape

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, base64_of, form, md5

_ACKNOWLEDGED = re.compile(rb"<success>\s*true\s*</success>")
_NAMES = {"proxy": "家人代收", "locker": "丰巢快递柜", "station": "驿站"}


class Yto(Partner):
    """The push of a status (infoType STATUS)."""

    name = "yto"
    codes: ClassVar[Codes] = {
        "pending": ("ACCEPT", "接单成功"),
        "picked_up": ("GOT", "已揽收"),
        "in_transit": ("DEPARTURE", "已发出"),
        "out_for_delivery": ("SENT_SCAN", "派件中"),
        "ready_for_pickup": ("INBOUND", "已到驿站"),
        "attempt_failed": ("FAILED", "派件失败"),
        "delivered": ("SIGNED", "已签收"),
        "exception": ("NOT_SEND", "揽收失败"),
        "returning": ("TMS_RETURN", "退回"),
        "returned": ("SIGNED", "已签收"),
        "cancelled": ("UNACCEPT", "不接单"),
    }

    def content(self, history: Sequence[Scan]) -> str:
        """The last scan."""
        scan = history[-1]
        code, text = self.code(scan)
        name = "退件签收" if scan.status == "returned" else _NAMES.get(scan.delivered_to or "", "本人")
        fields = {
            "logisticProviderID": "YTO",
            "clientID": "K210000001",
            "txLogisticID": scan.reference or scan.waybill_no,
            "infoType": "STATUS",
            "infoContent": code,
            "acceptTime": f"{scan.china}.0 CST",
            "remark": text,
            "name": name if code == "SIGNED" else "",
        }
        return "<UpdateInfo>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items()) + "</UpdateInfo>"

    def wrap(self, content: str, secret: str) -> Request:
        """The form."""
        digest = base64_of(md5(content + secret))
        return form({"logistics_interface": content, "data_digest": digest, "clientId": "K210000001"})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`<success>true</success>`."""
        return status == 200 and _ACKNOWLEDGED.search(body) is not None


PARTNERS: tuple[Partner, ...] = (Yto(),)
