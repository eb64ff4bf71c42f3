"""快递100: a form with the whole history of a parcel in `param`, newest row first, and `sign` = upper-case hexadecimal MD5(param + salt).

What is not acknowledged is sent again after 30 minutes, three times.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json, form, json_of, md5

_CARRIERS: Mapping[str, str] = {
    "sf": "shunfeng",
    "zto": "zhongtong",
    "yto": "yuantong",
    "yunda": "yunda",
    "sto": "shentong",
    "best": "huitongkuaidi",
    "jd": "jd",
    "ems": "ems",
    "jt": "jtexpress",
}
_SIGNATURES = {
    "person": ("301", "已签收，签收人：本人"),
    "proxy": ("303", "已由家人代签"),
    "station": ("304", "已存放至驿站，请及时领取"),
}


class Kuaidi100(Partner):
    """The push of a subscribed parcel, of any carrier."""

    name = "kuaidi100"
    histories = True
    pauses = (1800, 1800, 1800)
    codes: ClassVar[Codes] = {
        "pending": ("101", "已下单"),
        "picked_up": ("1", "已揽收"),
        "in_transit": ("1002", "运输中"),
        "customs": ("8", "清关中"),
        "out_for_delivery": ("5", "正在派件"),
        "ready_for_pickup": ("501", "已投柜"),
        "attempt_failed": ("204", "派送异常，电话无人接听"),
        "delivered": ("3", "已签收"),
        "exception": ("2", "疑难件"),
        "returning": ("6", "退回中"),
        "returned": ("4", "退签"),
        "cancelled": ("401", "已销单"),
    }

    def code(self, scan: Scan) -> tuple[str, str]:
        """Who took the parcel is part of the code."""
        found = super().code(scan)
        return _SIGNATURES.get(scan.delivered_to or "", found) if scan.status == "delivered" else found

    def content(self, history: Sequence[Scan]) -> str:
        """All scans, newest first, and the state of the parcel."""
        last = history[-1]
        rows = []
        for scan in reversed(history):
            code, text = self.code(scan)
            rows.append({"time": scan.china, "ftime": scan.china, "context": text, "statusCode": code})
        state = self.code(last)[0]
        result = {
            "message": "ok",
            "nu": last.waybill_no,
            "com": _CARRIERS.get(last.carrier or "", last.carrier or ""),
            "ischeck": "1" if last.status == "delivered" else "0",
            "state": state,
            "data": rows,
        }
        return as_json({"status": "polling", "billstatus": "change", "message": "", "lastResult": result})

    def wrap(self, content: str, secret: str) -> Request:
        """The form."""
        return form({"param": content, "sign": md5(content + secret).hex().upper()})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`"result": true`, or the same as text."""
        return status == 200 and str(json_of(body).get("result")).lower() == "true"


PARTNERS: tuple[Partner, ...] = (Kuaidi100(),)
