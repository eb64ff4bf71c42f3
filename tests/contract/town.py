"""Five services wired together by hand: what one publishes, every listener hears through its real inbox.

No broker is needed for that, so the events are the producers' own, and the consumers' reading of them is the real one.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar

import httpx
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.service import Service
from aftercare_chassis.testing import Harness
from aftercare_cli.couriers import PARTNERS, Scan
from aftercare_events import Envelope
from aftercare_simulators.payment import create
from aftersale_svc import main as aftersale
from analytics_svc import main as analytics
from cs_svc import main as cs
from fastapi import FastAPI
from kb_svc import main as kb
from order_svc import main as order
from order_svc.settings import Settings as OrderSettings

SERVICES: dict[str, ModuleType] = {"order": order, "aftersale": aftersale, "cs": cs, "kb": kb, "analytics": analytics}
PROVIDER_SECRET = "whsec_bm90LWEtcmVhbC1zZWNyZXQtZm9yLXRlc3RzLW9ubHk="
PROVIDER = {
    "payment_simulator_url": "http://provider.test",
    "public_url": "http://shop.test",
    "payment_webhook_secret": PROVIDER_SECRET,
}
PEOPLE: dict[str, tuple[str, ...]] = {
    "buyer": ("buyer", "buyer-1"),
    "seller": ("seller", "seller-1", "m-1"),
    "agent": ("agent", "agent-1"),
    "arbitrator": ("arbitrator", "arb-1"),
    "admin": ("admin", "admin-1"),
}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Town:
    """The services, everybody who calls them, and the log of all that was said."""

    def __init__(self, services: dict[str, Harness], provider: Any) -> None:
        self.services, self.provider = services, provider
        self.log: list[Envelope] = []
        self.orders: dict[str, str] = {}
        self._read = dict.fromkeys(services, 0)
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}
        self._courier: tuple[str, str] | None = None

    @property
    def now(self) -> datetime:
        return self.services["order"].clock.now()

    async def call(self, who: str, service: str, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        """One call that works; everything it leads to has happened when this returns."""
        response = await self.client(who, service).request(method, f"/v1/{path}", json=body)
        assert response.is_success, f"{who} {method} {path}: {response.text}"
        await self.settle()
        found: dict[str, Any] = response.json()
        return found

    async def see(self, who: str, service: str, path: str) -> dict[str, Any]:
        return await self.call(who, service, path, method="GET")

    def client(self, who: str, service: str) -> httpx.AsyncClient:
        if (who, service) not in self._clients:
            self._clients[who, service] = self.services[service].client(*PEOPLE[who])
        return self._clients[who, service]

    async def push(self, waybill_no: str, status: str) -> None:
        """The courier 中通 scans a parcel."""
        if self._courier is None:
            made = await self.call("admin", "order", "courier-endpoints", {"partner": "zto"})
            self._courier = made["path"], made["secret"]
        path, secret = self._courier
        request = PARTNERS["zto"](Scan(waybill_no=waybill_no, status=status, at=self.now), secret)
        client = self.services["order"].client()
        response = await client.post(path, content=request.body, headers=request.headers)
        assert response.status_code == 200, response.text
        await self.settle()

    async def let_pass(self, hours: float) -> None:
        """Time goes by everywhere, and what was due happens."""
        for harness in self.services.values():
            harness.clock.advance(hours=hours)
        # Tokens would be too old by now.
        self._clients.clear()
        for harness in self.services.values():
            await harness.run_due()
        await self.settle()

    async def settle(self) -> None:
        """Until nobody has anything left to do or to say."""
        for harness in self.services.values():
            harness.clock.advance(seconds=1)
        while True:
            await self.services["order"].run_workers()
            await self.provider.callbacks.settled()
            await self.services["order"].run_workers()
            if not await self._carry():
                return

    async def _carry(self) -> bool:
        """Bring what is new in every outbox to everybody who listens; whether there was anything."""
        fresh: list[Envelope] = []
        for name, harness in self.services.items():
            said = await harness.envelopes()
            fresh += said[self._read[name] :]
            self._read[name] = len(said)
        self.log += fresh
        for name, harness in self.services.items():
            topics = Dispatcher(harness.service.handlers).topics
            for envelope in (each for each in fresh if each.topic in topics):
                await self._bring(name, envelope)
        return bool(fresh)

    async def _bring(self, name: str, envelope: Envelope) -> None:
        await self.services[name].deliver(envelope)


AnyTown = TypeVar("AnyTown", bound=Town)


@asynccontextmanager
async def open_town(postgres_url: str, kind: type[AnyTown]) -> AsyncIterator[AnyTown]:
    """Five services on five databases, and a payment provider."""
    simulator = create(
        PROVIDER_SECRET, clock=lambda: services["order"].clock.now(), delay=0, slow=0.05, patience=(0.01, 0.05)
    )
    async with AsyncExitStack() as stack:
        services: dict[str, Harness] = {}
        for name, module in SERVICES.items():
            factory = _order_service(simulator) if name == "order" else module.service
            settings = PROVIDER if name == "order" else {}
            harness = await stack.enter_async_context(Harness.start(factory, postgres_url, **settings))
            harness.clock.set(START)
            # Ids that only count up would be the same in every service, and a listener takes an event once.
            harness.runtime.ids = Uuid7Ids()
            services[name] = harness
        application = httpx.ASGITransport(app=services["order"].service.app, raise_app_exceptions=False)
        simulator.state.provider.callbacks.client = httpx.AsyncClient(transport=application)
        yield kind(services, simulator.state.provider)
        await simulator.state.provider.callbacks.close()


def _order_service(simulator: FastAPI) -> Callable[[OrderSettings | None], Service[OrderSettings]]:
    """Makes order-svc with its calls to the provider going to the simulator in this process."""

    def service(settings: OrderSettings | None = None) -> Service[OrderSettings]:
        return order.service(settings, simulator_transport=httpx.ASGITransport(app=simulator))

    return service
