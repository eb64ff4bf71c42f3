"""Each courier of which shipments are ordered: the adapter's real code against the courier's simulator, in one process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
from aftercare_simulators.shipping import Account, Books, create
from order_svc.domain.shipping.model import Contact, CourierAccount, PickupWindow, Shipment
from order_svc.integrations.couriers.outward.kuaidi100 import Kuaidi100Service
from order_svc.integrations.couriers.outward.port import CourierService
from order_svc.integrations.couriers.outward.sf import SfService

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENDER = Contact(
    name="仓库", phone="13900000000", province="浙江省", city="杭州市", district="西湖区", street="文三路 1 号"
)
RECEIVER = Contact(
    name="王芳", phone="13800000000", province="广东省", city="深圳市", district="南山区", street="科技园 2 号"
)
TOMORROW = PickupWindow(begins_at=NOW + timedelta(hours=17), ends_at=NOW + timedelta(hours=19))
SHIPMENT = Shipment(
    number="0195a1b2c3d47e5f8a9b0c1d2e3f4a5b",
    carrier="sf",
    sender=SENDER,
    receiver=RECEIVER,
    goods="电热水壶",
    weight_grams=1530,
)
ACCOUNT = CourierAccount(
    account_no="SHOP1",
    secret="a-secret-of-no-courier",
    key="a-key-of-no-courier",
    billing_no="7551234567",
    callback_url="http://shop/v1/courier-webhooks/kuaidi100/ce_1",
    callback_secret="a-salt",
)


@dataclass(slots=True)
class World:
    """A courier and its adapter; `now` is the time on both sides."""

    adapter: CourierService
    books: Books
    clock: "Clock"
    shipment: Shipment = SHIPMENT
    account: CourierAccount = ACCOUNT

    def at(self, **duration: float) -> None:
        """Let this much time pass."""
        self.clock.now += timedelta(**duration)

    def signed_wrongly(self) -> CourierAccount:
        """The account with another secret than the courier has."""
        return replace(self.account, secret="another", key="another")


@dataclass(slots=True)
class Clock:
    """The time on both sides."""

    now: datetime = NOW


def kuaidi100(transport: httpx.AsyncBaseTransport | None = None) -> World:
    """Kuaidi100."""
    clock = Clock()
    app = create(Account(), clock=lambda: clock.now)
    client = httpx.AsyncClient(transport=transport or httpx.ASGITransport(app=app))
    adapter = Kuaidi100Service(client, url="http://courier", label_url="http://courier", clock=lambda: clock.now)
    return World(adapter, app.state.books, clock)


def sf(transport: httpx.AsyncBaseTransport | None = None) -> World:
    """SF."""
    clock = Clock()
    app = create(Account(), clock=lambda: clock.now)
    client = httpx.AsyncClient(transport=transport or httpx.ASGITransport(app=app))
    return World(SfService(client, url="http://courier/std/service", clock=lambda: clock.now), app.state.books, clock)


WORLDS: Mapping[str, Callable[..., World]] = {"kuaidi100": kuaidi100, "sf": sf}
