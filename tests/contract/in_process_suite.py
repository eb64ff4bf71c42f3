"""The five services in this process, without a broker: published events are delivered to the inboxes of the consumers.

The databases, the events of the producers and the handlers of the consumers are the real ones.
"""

import tempfile
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
TELEPHONE_SECRET = "whsec_dGVsZXBob25lLXN5c3RlbS1vZi10ZXN0cy1vbmx5ISE="
PROVIDER = {
    "payment_simulator_url": "http://provider.test",
    "public_url": "http://shop.test",
    "payment_webhook_secret": PROVIDER_SECRET,
}
SETTINGS: dict[str, dict[str, object]] = {
    "order": {**PROVIDER},
    "aftersale": {
        "evidence_public_url": "http://service.test",
        "second_person_above": {"CNY": 29000},
        "testing_bodies": {"lab-1": "?"},
    },
    "cs": {
        "reply_limits": {"CNY": 500_000},
        "attachment_public_url": "http://service.test",
        "phone_webhook_secrets": TELEPHONE_SECRET,
        "sms_key_id": "key-1",
        "sms_key_secret": "only for tests",
        "sms_push_tokens": "push-token",
        "sms_sign_name": "示例商城",
        "sms_template": "SMS_100000001",
        "survey_conversations": True,
    },
}
PRINCIPALS: dict[str, tuple[str, ...]] = {
    "buyer": ("buyer", "buyer-1"),
    "seller": ("seller", "seller-1", "m-1"),
    "agent": ("agent", "agent-1"),
    "second agent": ("agent", "agent-2"),
    "arbitrator": ("arbitrator", "arb-1"),
    "second arbitrator": ("arbitrator", "arb-2"),
    "admin": ("admin", "admin-1"),
}
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROMPT_WORKERS = ("provider-calls", "courier-pushes", "payment-callbacks", "shipping-calls")
"""The workers of order-svc that act on what a command or a push has left; the others have a time of their own."""


class InProcessSuite:
    """The services, a client per principal, and the log of all published events."""

    def __init__(self, services: dict[str, Harness], provider: Any) -> None:
        self.services, self.provider = services, provider
        self.dispatchers = {name: Dispatcher(harness.service.handlers) for name, harness in services.items()}
        self.log: list[Envelope] = []
        self.orders: dict[str, str] = {}
        self._read = dict.fromkeys(services, 0)
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}
        self._courier: tuple[str, str] | None = None

    @property
    def now(self) -> datetime:
        return self.services["order"].clock.now()

    async def call(self, who: str, service: str, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        """The body of a successful call, after all events that it causes have been handled."""
        response = await self.client(who, service).request(method, f"/v1/{path}", json=body)
        assert response.is_success, f"{who} {method} {path}: {response.text}"
        await self.settle()
        found: dict[str, Any] = response.json()
        return found

    async def get(self, who: str, service: str, path: str) -> dict[str, Any]:
        return await self.call(who, service, path, method="GET")

    def client(self, who: str, service: str) -> httpx.AsyncClient:
        if (who, service) not in self._clients:
            self._clients[who, service] = self.services[service].client(*PRINCIPALS[who])
        return self._clients[who, service]

    async def push(self, waybill_no: str, status: str) -> None:
        """A push of the courier 中通 about a parcel."""
        if self._courier is None:
            endpoint = await self.call("admin", "order", "courier-endpoints", {"partner": "zto"})
            self._courier = endpoint["path"], endpoint["secret"]
        path, secret = self._courier
        request = PARTNERS["zto"](Scan(waybill_no=waybill_no, status=status, at=self.now), secret)
        client = self.services["order"].client()
        response = await client.post(path, content=request.body, headers=request.headers)
        assert response.status_code == 200, response.text
        await self.settle()

    async def advance(self, hours: float) -> None:
        """Advance all clocks and run what is due then."""
        for harness in self.services.values():
            harness.clock.advance(hours=hours)
        # Their tokens have expired.
        self._clients.clear()
        for harness in self.services.values():
            await harness.run_due()
        await self.services["order"].run_workers()
        await self.settle()

    async def settle(self) -> None:
        """Run prompt workers, callbacks and deliveries until there is nothing left to do."""
        for harness in self.services.values():
            harness.clock.advance(seconds=1)
        while True:
            await self.services["order"].run_workers(*PROMPT_WORKERS)
            await self.provider.callbacks.settled()
            await self.services["order"].run_workers("payment-callbacks")
            if not await self._deliver_new():
                return

    async def _deliver_new(self) -> bool:
        """Deliver the new events of every outbox to the services that read their topics; whether there were any."""
        fresh: list[Envelope] = []
        for name, harness in self.services.items():
            published = await harness.envelopes(skip=self._read[name])
            fresh += published
            self._read[name] += len(published)
        self.log += fresh
        for name, dispatcher in self.dispatchers.items():
            for envelope in (each for each in fresh if each.topic in dispatcher.topics):
                await self._deliver(name, envelope)
        return bool(fresh)

    async def _deliver(self, name: str, envelope: Envelope) -> None:
        await self.services[name].deliver(envelope)


AnySuite = TypeVar("AnySuite", bound=InProcessSuite)


def _folders(name: str, folder: str) -> dict[str, object]:
    """Where this service keeps files."""
    settings = {"aftersale": "evidence_folder", "cs": "attachment_folder"}
    return {settings[name]: f"{folder}/{name}"} if name in settings else {}


@asynccontextmanager
async def in_process_suite(postgres_url: str, kind: type[AnySuite]) -> AsyncIterator[AnySuite]:
    """Five services with a database each, and the payment simulator."""
    simulator = create(
        PROVIDER_SECRET, clock=lambda: services["order"].clock.now(), delay=0, slow=0.05, retry_pauses=(0.01, 0.05)
    )
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftercare-evidence-"))
        services: dict[str, Harness] = {}
        for name, module in SERVICES.items():
            factory = _order_service(simulator) if name == "order" else module.service
            settings = SETTINGS.get(name, {}) | _folders(name, folder)
            harness = await stack.enter_async_context(Harness.start(factory, postgres_url, **settings))
            harness.clock.set(START)
            # Counting ids would be the same in every service, and a consumer takes each id once.
            harness.runtime.ids = Uuid7Ids()
            services[name] = harness
        application = httpx.ASGITransport(app=services["order"].service.app, raise_app_exceptions=False)
        simulator.state.provider.callbacks.client = httpx.AsyncClient(transport=application)
        yield kind(services, simulator.state.provider)
        await simulator.state.provider.callbacks.close()


def _order_service(simulator: FastAPI) -> Callable[[OrderSettings | None], Service[OrderSettings]]:
    """Makes order-svc so that its calls to the provider go to the simulator in this process."""

    def service(settings: OrderSettings | None = None) -> Service[OrderSettings]:
        return order.service(settings, simulator_transport=httpx.ASGITransport(app=simulator))

    return service
