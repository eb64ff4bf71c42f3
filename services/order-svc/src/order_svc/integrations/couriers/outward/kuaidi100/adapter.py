"""The adapter of Kuaidi100: what it asks for."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from order_svc.domain.shipping.carriers import CARRIERS
from order_svc.domain.shipping.model import CourierAccount, PickupWindow, Shipment
from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.couriers.outward.kuaidi100.answers import (
    REPEATED,
    Answer,
    answered,
    ordered,
    quote,
    too_late,
    tracked,
    waybill_result,
)
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    CourierResult,
    InterceptAction,
    InterceptRequest,
    Quote,
    QuoteResult,
    TrackingResult,
    WaybillResult,
)
from order_svc.integrations.couriers.outward.requests import (
    DONE,
    NOT_FOUND,
    UNSUPPORTED,
    post,
    refused,
)
from order_svc.integrations.signatures import md5_hex

REPEATED_FOR = timedelta(hours=47)
"""For how long a repeated order is the same one; 48 hours by the documentation, and an hour for two clocks."""
_C = CourierRefusal
_DAYS = ("今天", "明天", "后天")
_INTERCEPTS = {InterceptAction.RETURN_TO_SENDER: "RETURN_SEND_ADDR", InterceptAction.REDIRECT: "MODIFY_ADDR"}


class Kuaidi100Service:
    """The adapter. `url` is the address of orders and queries, `label_url` that of intercepts."""

    name, query_period = "kuaidi100", REPEATED_FOR

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        url: str,
        label_url: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.resources = (client,)
        self._client, self._url, self._label_url, self._clock = client, url.rstrip("/"), label_url.rstrip("/"), clock

    def carries(self, carrier: str) -> bool:
        """See the port."""
        return carrier in CARRIERS

    async def price(self, account: CourierAccount, shipment: Shipment, carriers: Sequence[str]) -> QuoteResult:
        """See the port. Each carrier is a request of its own; those that state no price are left out."""
        quotes: list[Quote] = []
        failure: CourierResult | None = None
        for carrier in carriers:
            param = {**_way(shipment), "kuaidicom": CARRIERS[carrier].at_kuaidi100, "weight": _kilograms(shipment)}
            answer = await self._order(account, "price", param)
            if isinstance(answer, CourierResult):
                failure = answer
            elif (found := quote(carrier, answer.data)) is not None:
                quotes.append(found)
        if not quotes and failure is not None:
            return QuoteResult(outcome=failure.outcome, refusal=failure.refusal, reason=failure.reason)
        return QuoteResult(outcome=CourierOutcome.DONE, quotes=tuple(quotes))

    async def create(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """See the port. Scans of the shipment are subscribed with it."""
        times = {} if shipment.pickup is None else self._times(shipment.pickup)
        if times is None:
            return waybill_result(refused(_C.PICKUP_TIME_NOT_OFFERED))
        param = {
            **_way(shipment),
            **times,
            "kuaidicom": CARRIERS[shipment.carrier].at_kuaidi100,
            "sendManName": shipment.sender.name,
            "sendManMobile": shipment.sender.phone,
            "recManName": shipment.receiver.name,
            "recManMobile": shipment.receiver.phone,
            "cargo": shipment.goods,
            "weight": _kilograms(shipment),
            "thirdOrderId": shipment.number,
            "payment": "SHIPPER",
            "callBackUrl": account.callback_url,
            "salt": account.callback_secret,
            "op": "1",
            "pollCallBackUrl": account.callback_url,
            "resultv2": "4",
        }
        return ordered(await self._order(account, "bOrder", param))

    async def find(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """See the port. Without Kuaidi100's number of it, the order is repeated: see the top of the module."""
        if shipment.courier_ref is None:
            return await self.create(account, shipment)
        task, _ = _numbers(shipment)
        return ordered(await self._order(account, "detail", {"taskId": task}))

    async def cancel(self, account: CourierAccount, shipment: Shipment) -> CourierResult:
        """See the port. A shipment that is collected is refused."""
        if shipment.courier_ref is None:
            return NOT_FOUND
        task, order = _numbers(shipment)
        answer = await self._order(account, "cancel", {"taskId": task, "orderId": order, "cancelMsg": "商家取消"})
        if isinstance(answer, CourierResult):
            return too_late(answer)
        return DONE

    async def move_pickup(self, account: CourierAccount, shipment: Shipment, window: PickupWindow) -> CourierResult:
        """See the port."""
        times = self._times(window)
        if times is None:
            return refused(_C.PICKUP_TIME_NOT_OFFERED)
        if shipment.courier_ref is None:
            return NOT_FOUND
        task, order = _numbers(shipment)
        answer = await self._order(account, "modifyOrder", {"taskId": task, "orderId": order, **times})
        return too_late(answer) if isinstance(answer, CourierResult) else DONE

    async def intercept(self, account: CourierAccount, request: InterceptRequest) -> CourierResult:
        """See the port. Only parcels of an account with the carrier itself (`billing_no`) can be intercepted.

        What its refusals mean is not published [U]: a code that is about none of our fields may be about the account as well.
        """
        if account.billing_no is None or request.carrier not in CARRIERS:
            return UNSUPPORTED
        if request.receiver.is_abroad:
            return refused(_C.ADDRESS_NOT_SERVED)
        param = {
            "orderId": request.number,
            "kuaidicom": CARRIERS[request.carrier].at_kuaidi100,
            "kuaidinum": request.waybill_no,
            "partnerId": account.billing_no,
            "interceptType": _INTERCEPTS[request.action],
            "recManInfo": {
                "name": request.receiver.name,
                "mobile": request.receiver.phone,
                "printAddr": request.receiver.whole_address,
            },
            "orderRole": "1",
            "interceptPayType": "MONTHLY",
            "reason": "商家拦截",
        }
        answer = await self._signed(account, f"{self._label_url}/label/order", "interceptOrder", param)
        return answer if isinstance(answer, CourierResult) else DONE

    async def subscribe(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> CourierResult:
        """See the port. A subscription that there is already is done."""
        param = {
            "company": CARRIERS[carrier].at_kuaidi100,
            "number": waybill_no,
            "key": account.key,
            "parameters": {
                "callbackurl": account.callback_url,
                "salt": account.callback_secret,
                "resultv2": "4",
                "phone": phone_end,
            },
        }
        answer = answered(await post(self._client, f"{self._url}/poll", {"schema": "json", "param": _text(param)}))
        if isinstance(answer, CourierResult):
            return DONE if answer.reason == REPEATED else answer
        return DONE

    async def track(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> TrackingResult:
        """See the port."""
        param = _text({"com": CARRIERS[carrier].at_kuaidi100, "num": waybill_no, "phone": phone_end, "resultv2": "4"})
        sign = md5_hex(param + account.key + account.account_no).upper()
        fields = {"customer": account.account_no, "sign": sign, "param": param}
        body = await post(self._client, f"{self._url}/poll/query.do", fields)
        if isinstance(body, CourierResult):
            return TrackingResult(outcome=body.outcome)
        return tracked(body, waybill_no)

    def _times(self, window: PickupWindow) -> dict[str, str] | None:
        """The window in Kuaidi100's words: today, tomorrow or the day after, by the clocks of China; None for another day."""
        begins, ends = window.begins_at.astimezone(CHINA), window.ends_at.astimezone(CHINA)
        day = (begins.date() - self._clock().astimezone(CHINA).date()).days
        if not 0 <= day < len(_DAYS) or ends.date() != begins.date():
            return None
        return {"dayType": _DAYS[day], "pickupStartTime": f"{begins:%H:%M}", "pickupEndTime": f"{ends:%H:%M}"}

    # Any: JSON, as the method has it.
    async def _order(self, account: CourierAccount, method: str, param: Mapping[str, Any]) -> Answer | CourierResult:
        return await self._signed(account, f"{self._url}/order/borderapi.do", method, param)

    async def _signed(
        self, account: CourierAccount, url: str, method: str, param: Mapping[str, Any]
    ) -> Answer | CourierResult:
        text, at = _text(param), str(int(self._clock().timestamp() * 1000))
        sign = md5_hex(text + at + account.key + account.secret).upper()
        fields = {"method": method, "key": account.key, "t": at, "sign": sign, "param": text}
        return answered(await post(self._client, url, fields))


def _text(param: Mapping[str, Any]) -> str:
    return json.dumps(param, ensure_ascii=False, separators=(",", ":"))


def _numbers(shipment: Shipment) -> tuple[str, str]:
    task, _, order = (shipment.courier_ref or "").partition("/")
    return task, order


def _way(shipment: Shipment) -> dict[str, str]:
    sender, receiver = shipment.sender.whole_address, shipment.receiver.whole_address
    return {"sendManPrintAddr": sender, "recManPrintAddr": receiver}


def _kilograms(shipment: Shipment) -> str:
    return f"{shipment.weight_grams // 1000}.{shipment.weight_grams % 1000:03d}"
