"""A merchant's account with one courier, and the courier's simulator: what the tests of labels have in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from aftercare_simulators.shipping import Account, create
from order_svc.commands.shipping import shipping_queue
from order_svc.domain.shipping.model import CourierName
from order_svc.integrations.couriers.outward.kuaidi100 import Kuaidi100Service
from order_svc.integrations.couriers.outward.sf import SfService

SENDER = {
    "name": "仓库",
    "phone": "13900000000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 2 号",
}
CARRIER = {"sf": "sf", "kuaidi100": "zto"}


class Depot:
    """The merchant's account with one courier, and the courier's books."""

    def __init__(self, shop, books, courier: str, service) -> None:
        self.shop, self.books, self.courier, self.service = shop, books, courier, service
        self.agent = shop.h.client("agent", "agent-1")

    async def connect(self, **other: object):
        body = {
            "courier": self.courier,
            "account_no": "SHOP1",
            "secret": "a-secret-of-no-courier",
            "key": "a-key-of-no-courier",
            "sender": SENDER,
            **other,
        }
        return await self.shop.seller.post("/v1/shipping-accounts", json=body)

    async def order(self, order, quantity: int = 3, **other: object):
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"carrier": CARRIER[self.courier], "weight_grams": 1530, "lines": lines, **other}
        return await self.shop.seller.post(f"/v1/orders/{order['id']}/labels", json=body)

    async def ordered(self, order, **other: object):
        response = await self.order(order, **other)
        assert response.status_code == 201, response.text
        return response.json()

    async def work(self, seconds: float = 0) -> None:
        """Have the calls made that are due, after this time."""
        self.shop.h.clock.advance(seconds=seconds)
        await self.shop.h.run_workers(shipping_queue.WORKER)

    async def label(self, label):
        return (await self.shop.seller.get(f"/v1/labels/{label['id']}")).json()

    async def act(self, label, action: str, body=None):
        return await self.shop.seller.post(f"/v1/labels/{label['id']}/{action}", json=body)


@asynccontextmanager
async def open_depot(shop, courier: str) -> AsyncIterator[Depot]:
    """The merchant is connected with this courier; both simulators are in the process, by the clock of the shop."""
    clock = shop.h.clock.now
    app = create(Account(), clock=clock)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    services = {
        CourierName.SF: SfService(client, url="http://courier/std/service", clock=clock),
        CourierName.KUAIDI100: Kuaidi100Service(client, url="http://courier", label_url="http://courier", clock=clock),
    }
    worker = next(each for each in shop.h.service.workers if each.name == shipping_queue.WORKER)
    worker.step.__self__._services = services
    found = Depot(shop, app.state.books, courier, services[CourierName(courier)])
    assert (await found.connect(billing_no="K571")).status_code == 201
    yield found
    await client.aclose()
