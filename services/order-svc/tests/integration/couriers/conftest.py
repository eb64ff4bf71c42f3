"""order-svc with a paid order, an administrator who opens endpoints, and couriers that post to them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from aftercare_events import CaseEvent, ParcelStatusChanged, ReturnShipped, ShippedLine
from aftercare_simulators.payment import create
from courier_pushes import signed
from order_svc import main
from order_svc.commands.partners.partner_inbox import WORKERS
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.signatures import md5_base64
from order_svc.settings import Settings
from standardwebhooks import Webhook

PAYMENT_SECRET = "whsec_dGVzdHMgb25seTogcGF5bWVudCBjYWxsYmFja3M="
CHINA = timezone(timedelta(hours=8))
WAYBILL = "73000000000001"
SETTINGS = {
    "payment_webhook_secret": PAYMENT_SECRET,
    "payment_simulator_url": "http://provider",
    "public_url": "http://shop",
}


@dataclass
class Desk:
    """The service and a client for each role."""

    harness: Harness
    admin: httpx.AsyncClient
    seller: httpx.AsyncClient
    buyer: httpx.AsyncClient
    courier: httpx.AsyncClient
    provider: Any

    async def endpoint(self, partner: str = "zto", secret: str | None = None) -> dict[str, Any]:
        response = await self.admin.post(
            "/v1/courier-endpoints", json={"partner": partner} | ({"secret": secret} if secret else {})
        )
        assert response.status_code == 201, response.text
        return response.json()

    def trace(self, action: str, at: datetime | None = None, **fields: Any) -> dict[str, Any]:
        """A scan in the format of 中通."""
        china = (at or self.harness.clock.now()).astimezone(CHINA)
        return {"billCode": WAYBILL, "action": action, "actionTime": f"{china:%Y-%m-%d %H:%M:%S}"} | fields

    async def zto(self, endpoint: dict[str, Any], action: str, **fields: Any) -> httpx.Response:
        secret = fields.pop("signed_with", endpoint["secret"])
        return await self.zto_text(endpoint, json.dumps(self.trace(action, **fields), ensure_ascii=False), secret)

    async def zto_text(
        self,
        endpoint: dict[str, Any],
        data: str,
        secret: str | None = None,
        *,
        msg_type: str = "Traces",
        ending: bytes = b"",
        charset: str = "",
    ) -> httpx.Response:
        """A signed push of this text; `ending` is what the form has behind its last field."""
        digest = md5_base64(data + (secret or endpoint["secret"]))
        form = {"data": data, "data_digest": digest, "company_id": "c-1", "msg_type": msg_type}
        headers = {"content-type": "application/x-www-form-urlencoded" + charset}
        return await self.courier.post(endpoint["path"], content=urlencode(form).encode() + ending, headers=headers)

    async def standard(
        self,
        endpoint: dict[str, Any],
        data: dict[str, Any],
        *,
        at: datetime | None = None,
        type_: str = "parcel.status",
    ) -> httpx.Response:
        return await self.standard_text(endpoint, json.dumps({"type": type_, "data": data}), at=at)

    async def standard_text(
        self, endpoint: dict[str, Any], body: str, *, at: datetime | None = None, id_: str = "msg_1"
    ) -> httpx.Response:
        moment = (at or self.harness.clock.now()).replace(microsecond=0)
        headers = {
            "webhook-id": id_,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(endpoint["secret"]).sign(id_, moment, body),
        }
        return await self.courier.post(endpoint["path"], content=body, headers=headers)

    async def push(self, endpoint: dict[str, Any], content: object) -> httpx.Response:
        """This content, signed by the endpoint's partner and posted to the address that it was given."""
        push = signed(endpoint["partner"], content, endpoint["secret"], self.harness.clock.now())
        return await self.courier.post(endpoint["path"], content=push.raw, headers=push.headers)

    async def ship(
        self, order: dict[str, Any], waybill: str = WAYBILL, *, seller: httpx.AsyncClient | None = None, **more: Any
    ) -> dict[str, Any]:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
        response = await (seller or self.seller).post(
            f"/v1/orders/{order['id']}/parcels",
            json={"carrier": "zto", "waybill_no": waybill, "lines": lines} | more,
        )
        assert response.status_code == 201, response.text
        return response.json()

    async def returned(
        self, order: dict[str, Any], kind: type[CaseEvent] = ReturnShipped, **other: Any
    ) -> dict[str, Any]:
        """aftersale-svc publishes that the unit of this order is on its way back; the newest return parcel of the case."""
        facts = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "buyer-1",
            "time": self.harness.clock.now(),
            "result": "return_in_transit",
            "case_id": "case_1",
            "order_id": order["id"],
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "case_type": "return_refund",
            "state": "return_in_transit",
            "carrier": "zto",
            "waybill_no": WAYBILL,
            "lines": (ShippedLine(line_id=order["lines"][0]["id"], quantity=1),),
        }
        await self.harness.consume(kind(**facts | other))
        return (await self.returns(order))[0]

    async def returns(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """The return parcels of the order, newest first."""
        params = {"order_id": order["id"], "leg": "return"}
        return (await self.buyer.get("/v1/parcels", params=params)).json()["data"]

    async def moves(self, leg: str) -> list[str]:
        """The statuses that parcels of this leg have moved to, oldest first."""
        events = [event for event in await self.harness.published() if isinstance(event, ParcelStatusChanged)]
        return [event.status for event in events if event.leg == leg]

    async def scans(self, parcel: dict[str, Any]) -> list[tuple[str, str | None]]:
        """What is shown of the parcel's history: the status of each scan, and why it does not count."""
        return [(event["status"], event["ignored"]) for event in (await self.parcel(parcel))["events"]]

    async def parcel(self, parcel: dict[str, Any]) -> dict[str, Any]:
        return (await self.buyer.get(f"/v1/parcels/{parcel['id']}")).json()

    async def pushes(self, **filters: Any) -> list[dict[str, Any]]:
        return (await self.admin.get("/v1/courier-pushes", params=filters)).json()["data"]

    async def ordered(self, **by: Any) -> dict[str, Any]:
        """One more paid order of one kettle; `by` names another seller or buyer."""
        return await ordered(self, **by)

    async def work(self) -> None:
        await self.harness.run_workers(WORKERS[PushSource.COURIER])


@pytest.fixture
async def desk(postgres_url: str) -> AsyncIterator[Desk]:
    simulator = create(PAYMENT_SECRET, clock=lambda: harness.clock.now(), delay=0)

    def service(settings: Settings | None = None) -> Service[Settings]:
        return main.service(settings, simulator_transport=httpx.ASGITransport(simulator))

    async with Harness.start(service, postgres_url, **SETTINGS) as harness:
        to_shop = httpx.ASGITransport(harness.service.app)
        simulator.state.provider.callbacks.client = httpx.AsyncClient(transport=to_shop)
        yield Desk(
            harness,
            admin=harness.client("admin", "admin-1"),
            seller=harness.client("seller", "seller-1", tenant="m-1"),
            buyer=harness.client("buyer", "buyer-1"),
            courier=harness.client(),
            provider=simulator.state.provider,
        )


@pytest.fixture
async def order(desk: Desk) -> dict[str, Any]:
    """An order of one kettle, paid through the provider."""
    return await ordered(desk)


@pytest.fixture
async def another_order(desk: Desk) -> dict[str, Any]:
    """The same once more."""
    return await ordered(desk)


async def ordered(
    desk: Desk,
    seller: httpx.AsyncClient | None = None,
    buyer: httpx.AsyncClient | None = None,
    buyer_id: str = "buyer-1",
) -> dict[str, Any]:
    price = {"amount": 9900, "currency": "CNY"}
    address = {"name": "王芳", "phone": "13800000000", "country": "CN", "province": "浙江省", "city": "杭州市"}
    made = await (seller or desk.seller).post(
        "/v1/orders",
        json={
            "buyer_id": buyer_id,
            "currency": "CNY",
            "lines": [{"sku": "KETTLE-1", "title": "电热水壶", "quantity": 1, "unit_price": price}],
            "shipping_address": address | {"district": "西湖区", "street": "文三路 1 号"},
        },
    )
    assert made.status_code == 201, made.text
    await _pay(desk, made.json(), buyer or desk.buyer)
    return made.json()


async def _pay(desk: Desk, order: dict[str, Any], buyer: httpx.AsyncClient) -> None:
    payment = await buyer.post(f"/v1/orders/{order['id']}/payments", json={"provider": "simulator"})
    assert payment.status_code == 201, payment.text
    await desk.harness.run_workers()
    await desk.provider.callbacks.settled()
    await desk.harness.run_workers()
    paid = (await buyer.get(f"/v1/orders/{order['id']}")).json()
    assert paid["state"] == "paid", paid
