"""A shop with another payment provider beside the simulator, and the administrator who looks after its statements."""

from typing import Any

import httpx
from order_svc.commands.payments import call_queue
from order_svc.workers.reconciliation import WORKER
from provider_worlds import World


class Office:
    """The shop, its provider, and the administrator who looks after differences."""

    def __init__(self, shop: Any, world: World) -> None:
        self.shop, self.world, self.name = shop, world, world.payment.provider
        self.admin, self.finance = shop.h.client("admin", "ops-1"), shop.h.client("finance", "finance-1")
        to_shop = httpx.ASGITransport(app=shop.h.service.app, raise_app_exceptions=False)
        world.provider.callbacks.client = httpx.AsyncClient(transport=to_shop)
        world.now = shop.h.clock.now()

    async def settle(self) -> None:
        for _ in range(2):
            self.world.now = self.shop.h.clock.advance(seconds=5)
            await self.shop.h.run_workers(call_queue.WORKER)
            await self.world.settled()
            await self.shop.process_callbacks()

    async def paid(self) -> tuple[dict[str, Any], dict[str, Any]]:
        order = await self.shop.place()
        path, body = f"/v1/orders/{order['id']}/payments", self.world.request
        response = await self.shop.buyer.post(path, json=body)
        assert response.status_code == 201, response.text
        payment = response.json()
        await self.settle()
        return await self.shop.order(order["id"]), payment

    async def next_day(self) -> None:
        """The next day, when the statements of the day before are there and compared."""
        self.world.now = self.shop.h.clock.advance(hours=24)
        await self.shop.h.run_workers(WORKER)

    async def differences(self, **filters: str) -> list[dict[str, Any]]:
        found = await self.admin.get("/v1/payment-differences", params={"provider": self.name, **filters})
        return list(reversed(found.json()["data"]))

    async def report(self) -> list[tuple[int, int]]:
        """The compared days of the provider, oldest first: entries and differences."""
        listed = (await self.admin.get("/v1/payment-reconciliations")).json()["data"]
        return [(row["entries"], row["differences"]) for row in reversed(listed) if row["provider"] == self.name]
