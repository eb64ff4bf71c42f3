"""顺丰: routes as JSON, or in an older form as XML. The push has no signature of its own that is publicly known: the token of the address proves it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote_plus
from xml.sax.saxutils import quoteattr

from aftercare_simulators.couriers.wire import Codes, Partner, Request, Scan, as_json, base64_of, form, json_of, md5

_SIGNATURES = {"proxy": "快件已由物业代收", "locker": "快件已放入丰巢快递柜", "station": "快件已由驿站代收点签收"}


class Sf(Partner):
    """The push of routes (丰桥), in the form that is signed: `msgData`, `timestamp`, `msgDigest`."""

    name = "sf"
    pauses = (60, 300)
    codes: ClassVar[Codes] = {
        "picked_up": ("50", "顺丰速运已收取快件"),
        "in_transit": ("31", "快件到达中转场"),
        "out_for_delivery": ("44", "正在派送途中"),
        "ready_for_pickup": ("123", "快件已放至合作点"),
        "attempt_failed": ("33", "派件不成功，再次派送"),
        "delivered": ("80", "已签收"),
        "exception": ("631", "快件滞留"),
        "returning": ("648", "快件退回"),
        "returned": ("80", "退件已签收"),
    }
    shown: ClassVar[Mapping[str, str]] = {"returned": "delivered"}

    def content(self, history: Sequence[Scan]) -> str:
        """The last scan; its id is the same in every push, and another one for another scan of the same second."""
        scan = history[-1]
        code, text = self.code(scan)
        if scan.status == "delivered":
            text = _SIGNATURES.get(scan.delivered_to or "", text)
        route = {
            "id": f"{scan.at.timestamp():.0f}{code:0>4}",
            "mailno": scan.waybill_no,
            "orderid": scan.reference or "",
            "acceptTime": scan.china,
            "acceptAddress": "杭州市",
            "remark": text,
            "opCode": code,
            "reasonCode": "",
            "reasonName": "",
        }
        return self.written(route)

    def written(self, route: Mapping[str, str]) -> str:
        """The document with one route."""
        return as_json({"Body": {"WaybillRoute": [route]}})

    def wrap(self, content: str, secret: str) -> Request:
        """The signed form. The plain JSON is as valid at an address with the token."""
        stamp = "1772449200000"
        signed = quote_plus(content + stamp + secret, safe="*").replace("~", "%7E")
        return form({"msgData": content, "timestamp": stamp, "msgDigest": base64_of(md5(signed))})

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`"return_code": "0000"`."""
        return status == 200 and json_of(body).get("return_code") == "0000"


class SfXml(Sf):
    """The same form with XML in place of JSON; its acknowledgement is XML too."""

    name = "sf-xml"

    @property
    def adapter(self) -> str:
        """It posts to the address of `sf`."""
        return Sf.name

    def written(self, route: Mapping[str, str]) -> str:
        """The routes are elements, their fields attributes."""
        fields = " ".join(f"{name}={quoteattr(value)}" for name, value in route.items())
        return f'<Request service="RoutePushService" lang="zh-CN"><Body><WaybillRoute {fields}/></Body></Request>'

    def is_acknowledged(self, status: int, body: bytes) -> bool:
        """`<Head>OK</Head>`."""
        return status == 200 and b"<Head>OK</Head>" in body


PARTNERS: tuple[Partner, ...] = (Sf(), SfXml())
