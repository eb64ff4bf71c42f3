"""Kuaidi100's interfaces: `/order/borderapi.do`, `/label/order`, `/poll` and `/poll/query.do`. Source: kuaidi100-api/java-demo."""

import hashlib
import json
from datetime import timedelta, timezone

from fastapi import FastAPI, Request
from fastapi.responses import Response

from aftercare_simulators.shipping import faults
from aftercare_simulators.shipping.books import Books, Fault, Json, Order

CHINA = timezone(timedelta(hours=8))
_REPEATED_FOR = timedelta(hours=48)


def add(app: FastAPI, books: Books) -> None:
    """Serve these interfaces."""
    kuaidi100 = _Kuaidi100(books)
    for path in ("/order/borderapi.do", "/label/order"):
        app.post(path)(kuaidi100.ordering)
    app.post("/poll")(kuaidi100.subscribe)
    app.post("/poll/query.do")(kuaidi100.query)


class _Kuaidi100:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._methods = {
            "price": self._price,
            "bOrder": self._order,
            "detail": self._detail,
            "cancel": self._cancel,
            "modifyOrder": self._modify,
            "interceptOrder": self._intercept,
        }

    async def ordering(self, request: Request) -> Response:
        """A method of orders, signed with param + t + key + secret."""
        fields, account = await faults.fields(request), self._books.account
        param, method = fields.get("param", ""), fields.get("method", "")
        self._books.calls.append(f"kuaidi100 {method}")
        if (failed := await faults.instead(self._books)) is not None:
            return failed
        expected = _md5(param + fields.get("t", "") + account.key + account.secret)
        if self._books.fault is Fault.BAD_SIGNATURE or fields.get("sign") != expected:
            return self._refused("503", "验证签名失败")
        if self._books.fault is Fault.REFUSED:
            return self._refused("500", "当前线路未设置价格")
        if self._books.fault is Fault.UNAVAILABLE:
            return self._refused("501", "重复提交")
        act = self._methods.get(method)
        return self._refused("400", "method") if act is None else act(json.loads(param))

    async def subscribe(self, request: Request) -> Response:
        """A subscription: not signed, the key is part of it."""
        form = await faults.fields(request)
        self._books.calls.append("kuaidi100 poll")
        if (failed := await faults.instead(self._books)) is not None:
            return failed
        param = json.loads(form.get("param", "{}"))
        if self._books.fault is Fault.BAD_SIGNATURE or param.get("key") != self._books.account.key:
            return self._refused("600", "您不是合法的订阅者")
        known = any(each["number"] == param["number"] for each in self._books.subscriptions)
        self._books.subscriptions.append(param)
        return self._refused("501", "重复订阅") if known else self._done(message="提交成功")

    async def query(self, request: Request) -> Response:
        """The scans of a parcel, signed with param + key + customer."""
        form, account = await faults.fields(request), self._books.account
        self._books.calls.append("kuaidi100 query")
        if (failed := await faults.instead(self._books)) is not None:
            return failed
        param = form.get("param", "")
        expected = _md5(param + account.key + account.account_no)
        if self._books.fault is Fault.BAD_SIGNATURE or form.get("sign") != expected:
            return self._refused("503", "验证签名失败")
        asked = json.loads(param)
        scans = self._books.scans.get(asked["num"], [])
        if not scans:
            return self._refused("500", "查询无结果，请隔段时间再查")
        times = [f"{each.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" for each in scans]
        rows = [
            {"time": time, "ftime": time, "context": each.text, "statusCode": each.code, "status": ""}
            for time, each in zip(times, scans, strict=True)
        ]
        other = self._books.fault is Fault.OTHER_WAYBILL
        content: Json = {
            "message": "ok",
            "nu": "73999999999999" if other else asked["num"],
            "ischeck": "0",
            "com": asked["com"],
            "status": "200",
            "state": scans[-1].code,
            "data": rows[::-1],
        }
        return faults.answer(self._books, content)

    def _price(self, param: Json) -> Response:
        yuan = f"{self._books.price / 100:.2f}"
        named = {"kuaidiCom": param["kuaidicom"], "serviceType": "标准快递"}
        return self._done({**named, "price": yuan, "defPrice": yuan, "firstPrice": yuan, "overPrice": "0"})

    def _order(self, param: Json) -> Response:
        number = param["thirdOrderId"]
        known = self._books.orders.get(number)
        if known is not None and self._books.clock() - known.made_at > _REPEATED_FOR:
            del self._books.orders[number]
            self._books.orders[f"{number} before"] = known
        order = self._books.order(number, param["kuaidicom"], "7", param)
        if "dayType" in param:
            order.pickup = (param["pickupStartTime"], param["pickupEndTime"])
        return self._done(self._numbers(order))

    def _numbers(self, order: Order) -> Json:
        waybill_no: str | None = order.waybill_no
        if self._books.fault is Fault.NO_WAYBILL_YET:
            waybill_no = None
        elif self._books.fault is Fault.BAD_WAYBILL:
            waybill_no = "<script>" * 40
        return {"taskId": order.task_no, "orderId": order.task_no[-8:], "kuaidinum": waybill_no}

    def _detail(self, param: Json) -> Response:
        order = self._books.of_task(param["taskId"])
        if order is None:
            return self._refused("400", "taskId")
        return self._done({**self._numbers(order), "status": 99 if order.cancelled else 0})

    def _cancel(self, param: Json) -> Response:
        order = self._books.of_task(param["taskId"])
        if order is None or order.collected:
            return self._refused("500", "快件已揽收，请联系快递公司")
        order.cancelled = True
        return self._done(message="取消成功")

    def _modify(self, param: Json) -> Response:
        order = self._books.of_task(param["taskId"])
        if order is None or order.collected or order.cancelled:
            return self._refused("500", "当前状态不能修改")
        order.pickup = (param["pickupStartTime"], param["pickupEndTime"])
        return self._done()

    def _intercept(self, param: Json) -> Response:
        self._books.intercepts.append(param)
        return self._done()

    def _done(self, data: Json | None = None, message: str = "成功") -> Response:
        return faults.answer(
            self._books, {"result": True, "returnCode": "200", "message": message, **({"data": data} if data else {})}
        )

    def _refused(self, code: str, message: str) -> Response:
        return faults.answer(self._books, {"result": False, "returnCode": code, "message": message})


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
