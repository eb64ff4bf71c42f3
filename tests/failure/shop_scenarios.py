"""Scenarios of buyers and merchants, run while processes fail. Each ends when its last effect is visible."""

import asyncio
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from aftercare_cli.couriers import PARTNERS, Request, Scan
from aftercare_cli.journey import RETURN_ADDRESS, SHIPPING_ADDRESS, cny, new_waybill
from retrying_clients import Client
from suite_processes import SuiteProcesses

Body = dict[str, Any]
ARBITRATOR: Client = ("arbitrator", "arbitrator-1", None)
ADMIN: Client = ("admin", "admin-1", None)
METHODS = ["sim_success"] * 6 + ["sim_duplicate_callback", "sim_callback_first", "sim_lost_answer"]


class EffectMissing(AssertionError):
    """An effect was not visible in time, or a command failed."""


@dataclass(slots=True)
class Scenarios:
    """A new buyer and a shop. `timeout` is in seconds, per step."""

    suite: SuiteProcesses
    timeout: float = 90.0
    buyer: Client = field(default_factory=lambda: ("buyer", f"buyer-{uuid.uuid4().hex[:8]}", None))
    shop: Client = ("seller", "seller-1", "m-1")
    _endpoints: dict[str, Body] = field(default_factory=dict)

    async def command(self, service: str, path: str, body: Body, client: Client) -> Body:
        found = await self.suite.clients.command(service, path, body, client=client)
        if found is None:
            raise EffectMissing(self.suite.clients.failed[-1])
        return found

    async def wait(self, service: str, path: str, until: Callable[[Body], bool]) -> Body:
        end = time.monotonic() + self.timeout
        found: Body | None = None
        while time.monotonic() < end:
            found = await self.suite.clients.get(service, path, self.buyer)
            if found is not None and until(found):
                return found
            await asyncio.sleep(0.1)
        raise EffectMissing(f"not within {self.timeout:.0f} s: {path} {str(found)[:600]}")

    async def wait_state(self, service: str, path: str, state: str) -> Body:
        return await self.wait(service, path, lambda body: body["state"] == state)

    async def wait_completed(self, case: Body) -> Body:
        return await self.wait_state("aftersale-svc", f"/v1/cases/{case['id']}", "completed")

    async def paid_order(self, method: str = "sim_success") -> Body:
        line = {"sku": "KETTLE-1", "title": "电热水壶", "quantity": 3, "unit_price": cny(9900)}
        line |= {"discount": cny(1000), "category": "kitchen"}
        body = {"buyer_id": self.buyer[1], "currency": "CNY", "lines": [line], "shipping_fee": cny(800)}
        order = await self.command("order-svc", "/v1/orders", body | {"shipping_address": SHIPPING_ADDRESS}, self.shop)
        payment = {"provider": "simulator", "payment_method": method}
        await self.command("order-svc", f"/v1/orders/{order['id']}/payments", payment, self.buyer)
        await self.wait_state("order-svc", f"/v1/orders/{order['id']}", "paid")
        return order

    async def delivered_order(self, method: str = "sim_success") -> Body:
        order = await self.paid_order(method)
        number = new_waybill("73")
        lines = [{"line_id": order["lines"][0]["id"], "quantity": 3}]
        parcel = {"carrier": "zto", "waybill_no": number, "lines": lines}
        await self.command("order-svc", f"/v1/orders/{order['id']}/parcels", parcel, self.shop)
        for status in ("picked_up", "delivered"):
            await self.push("zto", Scan(number, status, datetime.now(UTC)))
        return await self.wait_state("order-svc", f"/v1/orders/{order['id']}", "delivered")

    async def open_case(self, order: Body, quantity: int, kind: str, reason: str) -> Body:
        lines = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
        body = {"order_id": order["id"], "type": kind, "reason": reason, "description": "漏水", "evidence": []}
        return await self.command("aftersale-svc", "/v1/cases", body | {"lines": lines}, self.buyer)

    async def return_case(self, order: Body, quantity: int) -> Body:
        """A case about goods that the buyer has. It is refused, to be tried again, until aftersale-svc knows that they have left."""
        return await self.open_case(order, quantity, "return_refund", "quality_defect")

    async def approve(self, case: Body) -> Body:
        address = {} if case["type"] == "refund_only" else {"return_address": RETURN_ADDRESS}
        path = f"/v1/cases/{case['id']}/approve"
        return await self.command("aftersale-svc", path, {"note": "同意", **address}, self.shop)

    async def refund_before_shipment(self, method: str = "sim_success") -> Body:
        """A refund of a whole order that was not shipped."""
        order = await self.paid_order(method)
        case = await self.open_case(order, 3, "refund_only", "not_shipped_in_time")
        await self.approve(case)
        return await self.wait_completed(case)

    async def return_by_post(self) -> Body:
        """A return of two of three units, one or two of which are accepted."""
        order = await self.delivered_order(random.choice(METHODS))
        case = await self.return_case(order, 2)
        await self.approve(case)
        number = new_waybill("SF")
        body = {"carrier": "sf", "waybill_no": number}
        await self.command("aftersale-svc", f"/v1/cases/{case['id']}/ship", body, self.buyer)
        await self.push("standard-webhooks", Scan(number, "delivered", datetime.now(UTC), "sf"))
        await self.wait_state("aftersale-svc", f"/v1/cases/{case['id']}", "await_inspection")
        line = {"line_id": case["lines"][0]["line_id"], "accepted": random.choice([1, 2]), "grade": "a"}
        inspection = {"lines": [line], "note": "已验货"}
        await self.command("aftersale-svc", f"/v1/cases/{case['id']}/inspect", inspection, self.shop)
        return await self.wait_completed(case)

    async def dispute(self) -> Body:
        """A rejected case, a complaint about it, and a verdict for the buyer; the complaint, resolved."""
        case, complaint, dispute = await self.open_dispute()
        await self.decide(case, dispute)
        return await self.wait_state("cs-svc", f"/v1/complaints/{complaint['id']}", "resolved")

    async def open_dispute(self) -> tuple[Body, Body, str]:
        """A rejected case, a complaint about it, and the path of the dispute that it began."""
        order = await self.delivered_order()
        case = await self.return_case(order, 1)
        rejection = {"reason": "used_or_affects_resale", "note": "有使用痕迹"}
        await self.command("aftersale-svc", f"/v1/cases/{case['id']}/reject", rejection, self.shop)
        body = {"channel": "web", "order_id": order["id"], "case_id": case["id"], "category": "unfair_rejection"}
        complaint = await self.command("cs-svc", "/v1/complaints", body | {"text": "为什么不退?"}, self.buyer)
        await self.wait_state("aftersale-svc", f"/v1/cases/{case['id']}", "disputed")
        found = await self.wait("aftersale-svc", f"/v1/disputes?case_id={case['id']}", lambda body: bool(body["data"]))
        return case, complaint, f"/v1/disputes/{found['data'][0]['id']}"

    async def decide(self, case: Body, dispute: str) -> None:
        """The merchant's answer, and a verdict for the buyer, which is executed."""
        await self.command("aftersale-svc", f"{dispute}/answer", {"text": "外观有划痕", "evidence": []}, self.shop)
        verdict = {"liable": "seller", "remedy": "refund", "amount": case["requested"], "grounds": "支持退款"}
        await self.command("aftersale-svc", f"{dispute}/verdict", verdict, ARBITRATOR)
        await self.wait_completed(case)

    async def random_scenario(self) -> None:
        """One of the three; the refund before shipment as often as the other two together."""
        refund = self.refund_before_shipment
        await random.choice([refund, refund, self.return_by_post, self.dispute])()

    async def push(self, partner: str, scan: Scan) -> None:
        """Post a courier's push until it is acknowledged."""
        if partner not in self._endpoints:
            body = {"partner": partner}
            self._endpoints[partner] = await self.command("order-svc", "/v1/courier-endpoints", body, ADMIN)
        endpoint = self._endpoints[partner]
        request: Request = PARTNERS[partner](scan, endpoint["secret"])
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            url = random.choice(self.suite.urls("order-svc")) + endpoint["path"]
            if await self._acknowledged(url, request):
                return
            await asyncio.sleep(0.3)
        raise EffectMissing(f"order-svc does not acknowledge the push about {scan.waybill_no}")

    async def _acknowledged(self, url: str, request: Request) -> bool:
        try:
            response = await self.suite.clients.http.post(url, content=request.body, headers=request.headers)
        except (OSError, httpx.HTTPError):
            return False
        return response.status_code == 200 and '"status": false' not in response.text.lower()
