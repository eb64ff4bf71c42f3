"""极兔: a form with the scans of a parcel in `bizContent`; apiAccount, timestamp and `digest` = base64(md5(bizContent + privateKey)) are
headers. The codes are those of Malaysia, for China too; of those of Vietnam only the arrival is publicly known. When it repeats a push is not publicly known: three times here."""

from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from typing import ClassVar

from aftercare_simulators.couriers.wire import (
    CHINA,
    Codes,
    Partner,
    Request,
    Scan,
    as_json,
    base64_of,
    form,
    json_of,
    md5,
)

_SIGNATURES = {"proxy": "已由家人代收", "locker": "已放入快递柜", "station": "已存放至驿站"}


MALAYSIA: Codes = {
    "picked_up": ("10", "快件揽收"),
    "in_transit": ("20", "发件扫描"),
    "customs": ("401", "清关"),
    "out_for_delivery": ("94", "出仓扫描"),
    "ready_for_pickup": ("700", "入库"),
    "delivered": ("100", "快件签收"),
    "exception": ("110", "问题件扫描"),
    "returning": ("172", "退件扫描"),
    "returned": ("173", "退件签收"),
    "lost": ("300", "遗失"),
}
VIETNAM: Codes = {"in_transit": ("110", "Hàng đến")}


class JtExpress(Partner):
    """The push of tracking, in one country: its codes, and its clocks."""

    codes: ClassVar[Codes] = MALAYSIA
    zone: ClassVar[tzinfo] = CHINA

    def __init__(self, name: str) -> None:
        self.name = name

    def content(self, history: Sequence[Scan]) -> str:
        """The last scan; its time may have a `T`, and its code is a number."""
        scan = history[-1]
        code, text = self.code(scan)
        if scan.status == "delivered":
            text = _SIGNATURES.get(scan.delivered_to or "", text)
        detail = {
            "scanTime": scan.local(self.zone).replace(" ", "T"),
            "scanTypeCode": int(code),
            "scanType": text,
            "desc": text,
        }
        return as_json([{"billCode": scan.waybill_no, "txlogisticId": scan.reference, "details": [detail]}])

    def wrap(self, content: str, secret: str) -> Request:
        """The form and its headers."""
        headers = {"apiAccount": "640826271705595946", "timestamp": "1772449200000"}
        return form({"bizContent": content}, digest=base64_of(md5(content + secret)), **headers)

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`"code": "1"`."""
        return status == 200 and str(json_of(body).get("code")) == "1"


class JtVietnam(JtExpress):
    """The same in Vietnam."""

    codes: ClassVar[Codes] = VIETNAM
    zone: ClassVar[tzinfo] = timezone(timedelta(hours=7))


PARTNERS: tuple[Partner, ...] = (JtExpress("jt"), JtExpress("jt-my"), JtVietnam("jt-vn"))
