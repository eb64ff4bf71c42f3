"""A shop and its payment provider: the real service on a real database, and the real simulator, in one process."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from aftercare_chassis.testing.revisions import OldDatabase, old_database
from aftercare_events import AfterSaleRequested, CaseLine, Envelope, Event, RefundRequested
from aftercare_simulators.payment import create
from aftercare_simulators.payment.ledger import Status
from order_svc import main, tables
from order_svc.commands.parcels import parcels
from order_svc.commands.partners import partner_inbox
from order_svc.commands.payments import call_queue
from order_svc.domain.partners.pushes import PushSource
from order_svc.domain.tracking import ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.settings import Settings
from provider_worlds import ROTATING, WORLDS, World
from shipping_depot import Depot, open_depot
from standardwebhooks import Webhook

SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk="
ADDRESS = {
    "name": "王芳",
    "phone": "13800000000",
    "country": "CN",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
}


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def kettle_order(quantity: int = 3, **other: Any) -> dict[str, Any]:
    """The order of the journey: 3 kettles at 99.00 less 10.00, and 8.00 for shipping."""
    line = {"sku": "KETTLE-1", "title": "电热水壶 1.7L", "quantity": quantity, "unit_price": cny(9900)}
    return {
        "buyer_id": "buyer-1",
        "currency": "CNY",
        "lines": [{**line, "discount": cny(1000), "category": "kitchen"}],
        "shipping_fee": cny(800),
        "shipping_address": ADDRESS,
        **other,
    }


class Network(httpx.AsyncBaseTransport):
    """The way from the service to its provider, which a test may interrupt."""

    def __init__(self, provider: httpx.AsyncBaseTransport) -> None:
        self._provider = self._now = provider

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._now.handle_async_request(request)

    def use(self, transport: httpx.AsyncBaseTransport) -> None:
        self._now = transport

    def fail(self, error: type[httpx.TransportError]) -> None:
        """Every request fails: ConnectError where the provider cannot be reached, ReadTimeout where it does not respond."""

        def raise_it(request: httpx.Request) -> httpx.Response:
            raise error("as the test requires", request=request)

        self.use(httpx.MockTransport(raise_it))

    def restore(self) -> None:
        self.use(self._provider)


class Shop:
    """One merchant, one buyer, and short names for what they do."""

    def __init__(self, harness: Harness, provider: Any, network: Network) -> None:
        self.h, self.provider, self.network = harness, provider, network
        self.buyer = harness.client("buyer", "buyer-1")
        self.seller = harness.client("seller", "seller-1", tenant="m-1")
        self.problem = harness.problem

    async def place(self, **other: Any) -> dict[str, Any]:
        response = await self.seller.post("/v1/orders", json=kettle_order(**other))
        assert response.status_code == 201, response.text
        return response.json()

    async def start_payment(self, order_id: str, method: str = "sim_success") -> dict[str, Any]:
        body = {"provider": "simulator", "payment_method": method}
        response = await self.buyer.post(f"/v1/orders/{order_id}/payments", json=body)
        assert response.status_code == 201, response.text
        return response.json()

    async def settle(self) -> None:
        """Have the workers call the provider, the provider call back, and the inbox processed."""
        await self.h.run_workers(call_queue.WORKER)
        await self.provider.callbacks.settled()
        await self.process_callbacks()

    async def process_callbacks(self) -> None:
        """Have the worker process what providers called back with."""
        await self.h.run_workers(partner_inbox.WORKERS[PushSource.PAYMENT])

    async def paid(self, method: str = "sim_success", **other: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """An order that is paid, and its payment."""
        order = await self.place(**other)
        payment = await self.start_payment(order["id"], method)
        await self.settle()
        return await self.order(order["id"]), await self.payment(payment["id"])

    async def ship(self, order: dict[str, Any], quantity: int, waybill_no: str = "73001") -> dict[str, Any]:
        response = await self.try_ship(order, quantity, waybill_no)
        assert response.status_code == 201, response.text
        return response.json()

    async def try_ship(self, order: dict[str, Any], quantity: int, waybill_no: str = "73001") -> httpx.Response:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"carrier": "zto", "waybill_no": waybill_no, "lines": lines}
        return await self.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)

    async def scan(self, status: ParcelStatus, waybill_no: str = "73001", hours: float = 0, **other: Any) -> None:
        """The courier reports this scan; `hours` shifts the time at which it happened."""
        at = self.h.clock.now() + timedelta(hours=hours)
        key = other.pop("key", f"{status}-{at.isoformat()}")
        async with self.h.runtime.transaction() as tx:
            scan = Scan(key=key, status=status, occurred_at=at, **other)
            await parcels.apply_scans(tx, ParcelKey(carrier="zto", waybill_no=waybill_no), [scan])

    async def delivered(self) -> dict[str, Any]:
        """An order of which everything has arrived."""
        order, _ = await self.paid()
        await self.ship(order, 3)
        await self.scan(ParcelStatus.DELIVERED)
        return await self.order(order["id"])

    async def callback(self, kind: str, data: dict[str, Any], **other: Any) -> httpx.Response:
        """Post a callback as the provider would, and have it processed."""
        response = await self.post_callback(kind, data, **other)
        await self.process_callbacks()
        return response

    async def post_callback(
        self,
        kind: str,
        data: dict[str, Any],
        *,
        message_id: str = "msg_1",
        secret: str = SECRET,
        age: float = 0,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Post a callback as the provider would, `age` seconds old."""
        body = json.dumps({"type": kind, "data": data})
        at = self.h.clock.now().replace(microsecond=0) - timedelta(seconds=age)
        signature = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(message_id, at, body),
        }
        client = self.h.client()
        return await client.post("/v1/payment-webhooks/simulator", content=body, headers=(headers or {}) | signature)

    def paid_back(self, payment: dict[str, Any]) -> int:
        """What the provider's own books say went back."""
        return self.provider.ledger.refunded(payment["id"], Status.SUCCEEDED)

    async def callbacks(self) -> list[tuple[str, str | None]]:
        """The state of every stored callback and its reason, oldest first."""
        admin = self.h.client("admin", "ops-1")
        listed = (await admin.get("/v1/payment-callbacks", params={"limit": 100})).json()["data"]
        return [(each["state"], each["why"]) for each in reversed(listed)]

    async def order(self, order_id: str) -> dict[str, Any]:
        return (await self.buyer.get(f"/v1/orders/{order_id}")).json()

    async def payment(self, payment_id: str) -> dict[str, Any]:
        return (await self.buyer.get(f"/v1/payments/{payment_id}")).json()

    async def events(self, kind: type[Event]) -> list[Any]:
        """The events of one kind in the outbox."""
        return [event for event in await self.h.published() if isinstance(event, kind)]

    def case(self, kind: type[Event], order: dict[str, Any], case_id: str = "case_1", **other: Any) -> Any:
        """An event of a case or dispute about this order, as aftersale-svc publishes it."""
        facts = {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": "buyer-1",
            "time": self.h.clock.now(),
            "result": "x",
            "case_id": case_id,
            "order_id": order["id"],
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
            "case_type": "refund_only",
            "state": "x",
        }
        return kind(**facts | other)

    def units(self, order: dict[str, Any], quantity: int) -> tuple[CaseLine, ...]:
        """Units of the order's first line, as cases name them."""
        return (CaseLine(line_id=order["lines"][0]["id"], sku="KETTLE-1", quantity=quantity, amount_minor=0),)

    async def open_case(
        self, order: dict[str, Any], quantity: int, *, case_id: str = "case_1", case_type: str = "refund_only"
    ) -> None:
        lines = self.units(order, quantity)
        money = {"requested_minor": 0, "currency": "CNY", "reason": "changed_mind", "stage": "pre_ship"}
        await self.h.consume(self.case(AfterSaleRequested, order, case_id, case_type=case_type, lines=lines, **money))

    async def ask_refund(
        self, order: dict[str, Any], amount: int, *, refund_id: str = "refund_1", case_id: str = "case_1", **other: Any
    ) -> Envelope:
        facts = {"payment_id": order["payment_id"], "amount_minor": amount, "currency": "CNY", "cause": "approval"}
        return await self.h.consume(self.case(RefundRequested, order, case_id, refund_id=refund_id, **facts | other))


@asynccontextmanager
async def open_shop(postgres_url: str, **settings: Any) -> AsyncIterator[Shop]:
    """A shop with a database and a provider of its own; they reach each other inside the process."""
    simulator = create(SECRET, clock=lambda: harness.clock.now(), delay=0, slow=0.05, retry_pauses=(0.01, 0.05))
    network = Network(httpx.ASGITransport(app=simulator))

    def service(settings: Settings | None = None) -> Service[Settings]:
        return main.service(settings, simulator_transport=network)

    addresses = {"payment_simulator_url": "http://provider.test", "public_url": "http://shop.test"}
    given = {**addresses, "payment_webhook_secret": SECRET, **settings}
    async with Harness.start(service, postgres_url, **given) as harness:
        to_shop = httpx.ASGITransport(app=harness.service.app, raise_app_exceptions=False)
        provider = simulator.state.provider
        provider.callbacks.client = httpx.AsyncClient(transport=to_shop)
        yield Shop(harness, provider, network)
        await provider.callbacks.close()
        assert await harness.parked() == []


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    async with open_shop(postgres_url) as opened:
        yield opened


@pytest.fixture(params=["sf", "kuaidi100"])
async def depot(request: pytest.FixtureRequest, shop: Shop) -> AsyncIterator[Depot]:
    """The merchant's account with each courier of which shipments are ordered."""
    async with open_depot(shop, request.param) as opened:
        yield opened


@pytest.fixture
def kettles() -> Any:
    """Makes the body of the journey's order."""
    return kettle_order


@pytest.fixture
def secret() -> str:
    """What the provider signs its callbacks with."""
    return SECRET


@pytest.fixture
async def old(request: pytest.FixtureRequest, postgres_url: str) -> AsyncIterator[OldDatabase]:
    """A database at the revision of the parameter."""
    async with old_database(postgres_url, "order_svc", tables.metadata, request.param) as database:
        yield database


@pytest.fixture(params=[name for name in WORLDS if name != "simulator"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """A provider that is connected beside the simulator."""
    made, connect = {**WORLDS, **ROTATING}[request.param](), main.payment_providers

    def providers(
        settings: Settings, simulator_transport: httpx.AsyncBaseTransport | None = None
    ) -> Mapping[str, PaymentProvider]:
        return {**connect(settings, simulator_transport), made.payment.provider: made.adapter}

    monkeypatch.setattr(main, "payment_providers", providers)
    return made
