"""SF's gateway `/std/service`. Source: open.sf-express.com (EXP_RECE_CREATE_ORDER, SEARCH_ORDER_RESP, UPDATE_ORDER, SEARCH_ROUTES, QUERY_DELIVERTM)."""

import base64
import hashlib
import json
from datetime import timedelta, timezone
from urllib.parse import quote_plus
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import Response

from aftercare_simulators.shipping import faults
from aftercare_simulators.shipping.books import Books, Fault, Json, Order

CHINA = timezone(timedelta(hours=8))


def add(app: FastAPI, books: Books) -> None:
    """Serve the gateway."""
    app.post("/std/service")(_Gateway(books).call)


class _Gateway:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._services = {
            "EXP_RECE_CREATE_ORDER": self._create,
            "EXP_RECE_SEARCH_ORDER_RESP": self._search,
            "EXP_RECE_UPDATE_ORDER": self._update,
            "EXP_RECE_SEARCH_ROUTES": self._routes,
            "EXP_RECE_QUERY_DELIVERTM": self._times,
            "EXP_RECE_WANTED_INTERCEPT": self._intercept,
        }

    async def call(self, request: Request) -> Response:
        """One service, by its code."""
        fields = await faults.fields(request)
        service, data = fields.get("serviceCode", ""), fields.get("msgData", "")
        self._books.calls.append(f"sf {service}")
        if (failed := await faults.instead(self._books)) is not None:
            return failed
        signed = _digest(data + fields.get("timestamp", "") + self._books.account.secret)
        if self._books.fault is Fault.BAD_SIGNATURE or fields.get("msgDigest") != signed:
            return self._envelope("A1006", "")
        if fields.get("partnerID") != self._books.account.account_no or service not in self._services:
            return self._envelope("A1004", "")
        if self._books.fault is Fault.UNAVAILABLE:
            return self._envelope("A1009", "")
        return self._services[service](json.loads(data))

    def _create(self, content: Json) -> Response:
        if self._books.fault is Fault.REFUSED:
            return self._done({"orderId": content["orderId"], "filterResult": 3, "remark": "2"})
        if content["orderId"] in self._books.orders:
            self._books.orders[content["orderId"]].ordered += 1
            return self._failed("8016", "重复下单")
        order = self._books.order(content["orderId"], "sf", "SF", content)
        if content.get("isDocall") == 1:
            order.pickup = (content["sendStartTm"], content["extraInfoList"][0]["attrVal"])
        return self._done(self._order(order))

    def _order(self, order: Order) -> Json:
        waybill_no = "<b>" if self._books.fault is Fault.BAD_WAYBILL else order.waybill_no
        numbers = [] if self._books.fault is Fault.NO_WAYBILL_YET else [{"waybillType": 1, "waybillNo": waybill_no}]
        return {
            "orderId": "SOMEBODY-ELSES" if self._books.fault is Fault.OTHER_ORDER else order.number,
            "originCode": "571",
            "destCode": "755",
            "filterResult": 2,
            "waybillNoInfoList": numbers,
            "routeLabelInfo": [{"code": "1000", "routeLabelData": {"destRouteLabel": "755W-AB12"}}],
        }

    def _search(self, content: Json) -> Response:
        order = self._books.orders.get(content["orderId"])
        if order is None:
            return self._failed("8024", "未下单")
        return self._failed("8037", "已消单") if order.cancelled else self._done(self._order(order))

    def _update(self, content: Json) -> Response:
        order = self._books.orders.get(content["orderId"])
        if order is None:
            return self._failed("8018", "未获取到订单信息")
        if order.cancelled:
            return self._failed("8037", "已消单")
        if order.collected:
            return self._failed("8252", "订单已确认")
        if content["dealType"] == 2:
            order.cancelled = True
        else:
            order.pickup = (content["sendStartTm"], content["pickupAppointEndtime"])
        return self._done({"orderId": order.number, "resStatus": 2, "waybillNoInfoList": []})

    def _routes(self, content: Json) -> Response:
        found: list[Json] = []
        for number in content["trackingNumber"]:
            asked = "SF0000000000000" if self._books.fault is Fault.OTHER_WAYBILL else number
            routes = [
                {
                    "acceptTime": f"{each.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
                    "acceptAddress": "杭州市",
                    "remark": each.text,
                    "opCode": each.code,
                }
                for each in self._books.scans.get(number, [])
            ]
            found.append({"mailNo": asked, "routes": routes})
        return self._done({"routeResps": found})

    def _times(self, content: Json) -> Response:
        at = f"{self._books.clock().astimezone(CHINA) + timedelta(days=2):%Y-%m-%d} 18:00:00"
        price = self._books.price / 100
        offer = {"businessType": "2", "businessTypeDesc": "顺丰标快", "deliverTime": f"{at},{at}", "fee": price}
        return self._done({"deliverTmDto": [{**offer, "searchPrice": "1"}]})

    def _intercept(self, content: Json) -> Response:
        if self._books.fault is Fault.REFUSED:
            return self._failed("8252", "运单已派送，不能截单")
        self._books.intercepts.append(content)
        return self._done(None)

    def _done(self, data: Json | None) -> Response:
        return self._result({"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": data})

    def _failed(self, code: str, message: str) -> Response:
        return self._result({"success": False, "errorCode": code, "errorMsg": message, "msgData": None})

    def _result(self, result: Json) -> Response:
        return self._envelope("A1000", json.dumps(result, ensure_ascii=False))

    def _envelope(self, code: str, data: str) -> Response:
        content: Json = {"apiErrorMsg": "", "apiResponseID": uuid4().hex, "apiResultCode": code, "apiResultData": data}
        return faults.answer(self._books, content)


def _digest(text: str) -> str:
    """base64(md5(urlencode(text))), as Java writes URLs."""
    encoded = quote_plus(text, safe="*").replace("~", "%7E")
    return base64.b64encode(hashlib.md5(encoded.encode(), usedforsecurity=False).digest()).decode()
