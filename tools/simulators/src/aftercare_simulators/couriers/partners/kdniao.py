"""快递鸟: a form with the whole history of a parcel in `RequestData`, oldest row first; `DataSign` = base64 of the hexadecimal
MD5(RequestData + AppKey). When it repeats a push is not publicly known: three times here."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json, base64_of, form, json_of, md5

_CARRIERS: Mapping[str, str] = {"yunda": "YD", "best": "HTKY", "jt": "JTSD"}
_SIGNATURES = {"person": ("301", "已签收"), "proxy": ("304", "已由前台代收"), "station": ("311", "已从驿站取出")}


class KdNiao(Partner):
    """The push of subscribed parcels (102)."""

    name = "kdniao"
    histories = True
    codes: ClassVar[Codes] = {
        "pending": ("10", "待揽件"),
        "picked_up": ("1", "已揽收"),
        "in_transit": ("2", "运输中"),
        "customs": ("601", "清关中"),
        "out_for_delivery": ("202", "派件中"),
        "ready_for_pickup": ("211", "已到达驿站"),
        "attempt_failed": ("405", "派件失败"),
        "delivered": ("3", "已签收"),
        "exception": ("4", "问题件"),
        "returning": ("407", "退货中"),
        "returned": ("406", "退货签收"),
        "cancelled": ("415", "已取消"),
    }

    def code(self, scan: Scan) -> tuple[str, str]:
        """Who took the parcel is part of the code."""
        found = super().code(scan)
        return _SIGNATURES.get(scan.delivered_to or "", found) if scan.status == "delivered" else found

    def content(self, history: Sequence[Scan]) -> str:
        """All scans, oldest first."""
        last = history[-1]
        traces = []
        for scan in history:
            code, text = self.code(scan)
            traces.append({"Action": code, "AcceptTime": scan.china, "AcceptStation": text})
        entry = {
            "EBusinessID": "1000001",
            "ShipperCode": _CARRIERS.get(last.carrier or "", (last.carrier or "").upper()),
            "LogisticCode": last.waybill_no,
            "OrderCode": last.reference,
            "Success": True,
            "State": self.code(last)[0][:1],
            "StateEx": self.code(last)[0],
            "Traces": traces,
        }
        return as_json({"EBusinessID": "1000001", "PushTime": last.china, "Count": "1", "Data": [entry]})

    def wrap(self, content: str, secret: str) -> Request:
        """The form."""
        sign = base64_of(md5(content + secret).hex().encode())
        return form({"RequestData": content, "RequestType": "102", "DataSign": sign})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`"Success": true`."""
        return status == 200 and json_of(body).get("Success") is True


PARTNERS: tuple[Partner, ...] = (KdNiao(),)
