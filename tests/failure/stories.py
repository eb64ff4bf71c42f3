"""What people do in the town: orders paid, sent, returned, fought over. Each story ends when its effect shows."""

import asyncio
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aftercare_cli.couriers.partners import PARTNERS, Request, Scan
from aftercare_cli.journey import HOME, RETURNS, waybill, yuan
from whole_suite import Town

Body = dict[str, Any]
AGENT, ARBITRATOR, ADMIN = ("agent", "agent-1", None), ("arbitrator", "arbitrator-1", None), ("admin", "admin-1", None)
METHODS = ["sim_success"] * 6 + ["sim_duplicate_callback", "sim_callback_first", "sim_lost_answer"]


class Stuck(AssertionError):
    """An effect did not show in time."""


@dataclass(slots=True)
class People:
    """A buyer and a shop, and everybody they meet."""

    town: Town
    patience: float = 90.0
    told: int = 0
    buyer: tuple[str, str, str | None] = field(default_factory=lambda: ("buyer", f"buyer-{uuid.uuid4().hex[:8]}", None))
    shop: tuple[str, str, str | None] = ("seller", "seller-1", "m-1")
    _endpoints: dict[str, Body] = field(default_factory=dict)

    async def tell(self, service: str, path: str, body: Body, who: tuple[str, str, str | None]) -> Body:
        answer = await self.town.clients.command(service, path, body, who=who)
        if answer is None:
            raise Stuck(self.town.clients.failed[-1])
        self.told += 1
        return answer

    async def wait(self, service: str, path: str, until: Callable[[Body], bool], who: Any = None) -> Body:
        end = time.monotonic() + self.patience
        found: Body | None = None
        while time.monotonic() < end:
            found = await self.town.clients.get(service, path, who or self.buyer)
            if found is not None and until(found):
                return found
            await asyncio.sleep(0.1)
        raise Stuck(f"not within {self.patience:.0f} s: {path} {str(found)[:600]}")

    async def state(self, service: str, path: str, state: str) -> Body:
        return await self.wait(service, path, lambda body: body["state"] == state)

    async def paid(self, method: str = "sim_success", quantity: int = 3) -> tuple[Body, Body]:
        line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": quantity, "unit_price": yuan(9900)}
        line |= {"discount": yuan(1000), "category": "kitchen"}
        body = {"buyer_id": self.buyer[1], "currency": "CNY", "lines": [line], "shipping_fee": yuan(800)}
        order = await self.tell("order-svc", "/v1/orders", body | {"shipping_address": HOME}, self.shop)
        wish = {"provider": "simulator", "payment_method": method}
        payment = await self.tell("order-svc", f"/v1/orders/{order['id']}/payments", wish, self.buyer)
        await self.state("order-svc", f"/v1/orders/{order['id']}", "paid")
        return order, payment

    async def ask(self, order: Body, quantity: int, kind: str, reason: str) -> Body:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"order_id": order["id"], "type": kind, "reason": reason, "description": "漏水", "evidence": []}
        return await self.tell("aftersale-svc", "/v1/cases", body | {"lines": lines}, self.buyer)

    async def approve(self, case: Body) -> Body:
        where = {} if case["type"] == "refund_only" else {"return_address": RETURNS}
        return await self.tell("aftersale-svc", f"/v1/cases/{case['id']}/approve", {"note": "同意", **where}, self.shop)

    async def completed(self, case: Body) -> Body:
        return await self.state("aftersale-svc", f"/v1/cases/{case['id']}", "completed")

    async def cancels_before_shipping(self, method: str = "sim_success") -> Body:
        """The short way to a refund: paid, not sent, all of it back."""
        order, _ = await self.paid(method)
        case = await self.ask(order, 3, "refund_only", "not_shipped_in_time")
        await self.approve(case)
        return await self.completed(case)

    async def delivered(self, method: str = "sim_success") -> Body:
        order, _ = await self.paid(method)
        number = waybill("73")
        lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
        parcel = {"carrier": "zto", "waybill_no": number, "lines": lines}
        await self.tell("order-svc", f"/v1/orders/{order['id']}/parcels", parcel, self.shop)
        for status in ("picked_up", "delivered"):
            await self.push("zto", Scan(number, status, datetime.now(UTC)))
        return await self.state("order-svc", f"/v1/orders/{order['id']}", "delivered")

    async def returns(self) -> Body:
        """Two of three come back by post."""
        order = await self.delivered(random.choice(METHODS))
        case = await self.ask(order, 2, "return_refund", "quality_defect")
        await self.approve(case)
        number = waybill("SF")
        body = {"carrier": "sf", "waybill_no": number}
        await self.tell("aftersale-svc", f"/v1/cases/{case['id']}/ship", body, self.buyer)
        await self.push("standard-webhooks", Scan(number, "delivered", datetime.now(UTC), "sf"))
        await self.state("aftersale-svc", f"/v1/cases/{case['id']}", "await_inspection")
        line = {"line_id": case["lines"][0]["line_id"], "accepted": random.choice([1, 2]), "grade": "a"}
        found = {"lines": [line], "note": "已验货"}
        await self.tell("aftersale-svc", f"/v1/cases/{case['id']}/inspect", found, self.shop)
        return await self.completed(case)

    async def fights(self) -> Body:
        """Rejected, complained, decided by the platform."""
        order = await self.delivered()
        case = await self.ask(order, 1, "return_refund", "quality_defect")
        no = {"reason": "used_or_affects_resale", "note": "有使用痕迹"}
        await self.tell("aftersale-svc", f"/v1/cases/{case['id']}/reject", no, self.shop)
        complaint = {"channel": "web", "order_id": order["id"], "case_id": case["id"], "category": "unfair_rejection"}
        told = await self.tell("cs-svc", "/v1/complaints", complaint | {"text": "为什么不退?"}, self.buyer)
        await self.state("aftersale-svc", f"/v1/cases/{case['id']}", "disputed")
        found = await self.wait("aftersale-svc", f"/v1/disputes?case_id={case['id']}", lambda body: bool(body["data"]))
        dispute = f"/v1/disputes/{found['data'][0]['id']}"
        await self.tell("aftersale-svc", f"{dispute}/answer", {"text": "外观有划痕", "evidence": []}, self.shop)
        verdict = {"liable": "seller", "remedy": "refund", "amount": case["requested"], "grounds": "支持退款"}
        await self.tell("aftersale-svc", f"{dispute}/verdict", verdict, ARBITRATOR)
        await self.completed(case)
        return await self.state("cs-svc", f"/v1/complaints/{told['id']}", "resolved")

    async def any_story(self) -> None:
        tell = random.choice([self.cancels_before_shipping, self.cancels_before_shipping, self.returns, self.fights])
        await tell()

    async def push(self, partner: str, scan: Scan) -> None:
        """A courier posts until it is acknowledged, as couriers do."""
        if partner not in self._endpoints:
            self._endpoints[partner] = await self.tell(
                "order-svc", "/v1/courier-endpoints", {"partner": partner}, ADMIN
            )
        where = self._endpoints[partner]
        request: Request = PARTNERS[partner](scan, where["secret"])
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            url = random.choice(self.town.urls("order-svc")) + where["path"]
            if await self._posted(url, request):
                return
            await asyncio.sleep(0.3)
        raise Stuck(f"order-svc does not take the push of {scan.waybill_no}")

    async def _posted(self, url: str, request: Request) -> bool:
        try:
            answer = await self.town.clients.http.post(url, content=request.body, headers=request.headers)
        except OSError:
            return False
        except Exception as error:
            if type(error).__module__.startswith("httpx"):
                return False
            raise
        return answer.status_code == 200 and '"status": false' not in answer.text.lower()
