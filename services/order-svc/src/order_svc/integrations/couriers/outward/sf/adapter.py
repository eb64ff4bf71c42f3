"""The adapter of SF: what it asks for."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from order_svc.domain.shipping.model import Contact, CourierAccount, PickupWindow, Shipment
from order_svc.integrations.couriers.entries import read
from order_svc.integrations.couriers.fields import CHINA
from order_svc.integrations.couriers.outward.port import (
    CourierOutcome,
    CourierRefusal,
    CourierResult,
    InterceptAction,
    InterceptRequest,
    QuoteResult,
    TrackingResult,
    WaybillResult,
)
from order_svc.integrations.couriers.outward.requests import (
    DONE,
    UNKNOWN,
    UNREADABLE,
    UNSUPPORTED,
    post,
    refused,
)
from order_svc.integrations.couriers.outward.sf.answers import (
    CANCELLED,
    Answer,
    Updated,
    answered,
    ordered,
    quote,
    tracked,
)
from order_svc.integrations.couriers.partners.sf import sf_digest

_C = CourierRefusal
_INTERCEPTS = {InterceptAction.REDIRECT: "1", InterceptAction.RETURN_TO_SENDER: "2"}


class SfService:
    """The adapter. `url` is the address of the gateway."""

    name, query_period = "sf", None

    def __init__(
        self, client: httpx.AsyncClient, *, url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.resources = (client,)
        self._client, self._url, self._clock = client, url, clock

    def carries(self, carrier: str) -> bool:
        """See the port."""
        return carrier == "sf"

    async def price(self, account: CourierAccount, shipment: Shipment, carriers: Sequence[str]) -> QuoteResult:
        """See the port: every product that SF offers on the way, with the prices of the monthly account. Its question has no country."""
        if shipment.sender.is_abroad or shipment.receiver.is_abroad:
            return QuoteResult(outcome=CourierOutcome.REFUSED, refusal=_C.ADDRESS_NOT_SERVED)
        content = {
            "weight": shipment.weight_grams / 1000,
            "searchPrice": "1",
            "consignedTime": self._written(self._clock()),
            "srcAddress": _place(shipment.sender),
            "destAddress": _place(shipment.receiver),
            **({} if account.billing_no is None else {"monthlyCard": account.billing_no}),
        }
        answer = await self._call(account, "EXP_RECE_QUERY_DELIVERTM", content)
        if isinstance(answer, CourierResult):
            return QuoteResult(outcome=answer.outcome, refusal=answer.refusal, reason=answer.reason)
        times = answer.msgData.get("deliverTmDto") if isinstance(answer.msgData, dict) else None
        quotes = [quote(each) for each in times] if isinstance(times, list) else []
        return QuoteResult(outcome=CourierOutcome.DONE, quotes=tuple(each for each in quotes if each is not None))

    async def create(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """See the port."""
        pickup = shipment.pickup
        content = {
            "language": "zh-CN",
            "orderId": shipment.number,
            "cargoDetails": [{"name": shipment.goods, "count": 1}],
            "contactInfoList": [_contact(1, shipment.sender), _contact(2, shipment.receiver)],
            "payMethod": 1,
            "expressTypeId": 1,
            "parcelQty": 1,
            "totalWeight": shipment.weight_grams / 1000,
            "isReturnRoutelabel": 1,
            "isDocall": 0 if pickup is None else 1,
            **({} if pickup is None else {**self._begin(pickup), "extraInfoList": [self._end(pickup)]}),
            **({} if account.billing_no is None else {"monthlyCard": account.billing_no}),
        }
        return ordered(await self._call(account, "EXP_RECE_CREATE_ORDER", content), shipment)

    async def find(self, account: CourierAccount, shipment: Shipment) -> WaybillResult:
        """See the port."""
        content = {"orderId": shipment.number, "searchType": "1", "language": "zh-CN"}
        answer = await self._call(account, "EXP_RECE_SEARCH_ORDER_RESP", content)
        if isinstance(answer, CourierResult) and answer.reason == CANCELLED:
            return WaybillResult(outcome=CourierOutcome.DONE, cancelled=True)
        return ordered(answer, shipment)

    async def cancel(self, account: CourierAccount, shipment: Shipment) -> CourierResult:
        """See the port. What is cancelled already is done."""
        result = await self._update(account, {"orderId": shipment.number, "dealType": 2})
        return DONE if result.reason == CANCELLED else result

    async def move_pickup(self, account: CourierAccount, shipment: Shipment, window: PickupWindow) -> CourierResult:
        """See the port."""
        content = {
            "orderId": shipment.number,
            "dealType": 1,
            "isDocall": 1,
            **self._begin(window),
            "pickupAppointEndtime": self._written(window.ends_at),
        }
        return await self._update(account, content)

    async def intercept(self, account: CourierAccount, request: InterceptRequest) -> CourierResult:
        """See the port. A request that is taken is answered without content. The address of it has no country."""
        if request.receiver.is_abroad:
            return refused(_C.ADDRESS_NOT_SERVED)
        content = {
            "waybillNo": request.waybill_no,
            "serviceCode": _INTERCEPTS[request.action],
            "role": "1",
            "payMode": "1" if account.billing_no is None else "4",
            **({} if account.billing_no is None else {"monthlyCardNo": account.billing_no}),
            "newDestAddress": {
                **_place(request.receiver, "county"),
                "contact": request.receiver.name,
                "phone": request.receiver.phone,
            },
        }
        answer = await self._call(account, "EXP_RECE_WANTED_INTERCEPT", content)
        return answer if isinstance(answer, CourierResult) else DONE

    async def subscribe(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> CourierResult:
        """See the port: SF pushes the routes of all orders of the account to the address that is registered for it."""
        return UNSUPPORTED

    async def track(
        self, account: CourierAccount, carrier: str, waybill_no: str, phone_end: str = ""
    ) -> TrackingResult:
        """See the port. Routes have no id here: that of a push is not read."""
        content = {
            "language": "0",
            "trackingType": "1",
            "trackingNumber": [waybill_no],
            "methodType": "1",
            **({"checkPhoneNo": phone_end} if phone_end else {}),
        }
        answer = await self._call(account, "EXP_RECE_SEARCH_ROUTES", content)
        if isinstance(answer, CourierResult):
            return TrackingResult(outcome=answer.outcome, refusal=answer.refusal, reason=answer.reason)
        return tracked(answer, waybill_no)

    async def _update(self, account: CourierAccount, content: Mapping[str, object]) -> CourierResult:
        answer = await self._call(account, "EXP_RECE_UPDATE_ORDER", content)
        if isinstance(answer, CourierResult):
            return answer
        try:
            updated = read(Updated, answer.msgData)
        except UNREADABLE:
            return UNKNOWN
        return DONE if updated.resStatus == "2" else refused(_C.OTHER, updated.resStatus)

    # Any: JSON, as the service has it.
    async def _call(self, account: CourierAccount, service: str, content: Mapping[str, Any]) -> Answer | CourierResult:
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        at = str(int(self._clock().timestamp() * 1000))
        fields = {
            "partnerID": account.account_no,
            "requestID": uuid4().hex,
            "serviceCode": service,
            "timestamp": at,
            "msgDigest": sf_digest(data + at, account.secret),
            "msgData": data,
        }
        return answered(await post(self._client, self._url, fields))

    def _written(self, at: datetime) -> str:
        return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"

    def _begin(self, window: PickupWindow) -> dict[str, str]:
        return {"sendStartTm": self._written(window.begins_at)}

    def _end(self, window: PickupWindow) -> dict[str, str]:
        return {"attrName": "pickupAppointEndTime", "attrVal": self._written(window.ends_at)}


def _contact(kind: int, contact: Contact) -> dict[str, object]:
    person = {"contact": contact.name, "mobile": contact.phone, "country": contact.country}
    return {"contactType": kind, **person, **_place(contact, "county")}


def _place(contact: Contact, district: str = "district") -> dict[str, str]:
    """An address; what SF calls the district differs from service to service."""
    return {
        "province": contact.province,
        "city": contact.city,
        district: contact.district,
        "address": contact.street,
    }
