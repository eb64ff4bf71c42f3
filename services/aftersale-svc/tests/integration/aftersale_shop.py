"""One shop and everybody around it: order-svc, cs-svc and the courier as events, people over HTTP."""

from datetime import datetime
from itertools import count
from typing import Any

import httpx
from aftercare_chassis.testing import Harness
from aftercare_events import (
    ComplaintOpened,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
    ParcelStatusChanged,
    RefundFailed,
    RefundRequested,
    RefundSucceeded,
    ShippedLine,
)
from checked_files import files_of
from published_events import PublishedEvents

KETTLE = OrderLine(
    line_id="line_1", sku="KETTLE-1", quantity=3, unit_price_minor=9900, discount_minor=1000, paid_minor=28700
)
CUP = OrderLine(line_id="line_2", sku="CUP-1", quantity=2, unit_price_minor=1500, discount_minor=0, paid_minor=3000)
TRIO = OrderLine(line_id="line_1", sku="TRIO-1", quantity=3, unit_price_minor=3333, discount_minor=0, paid_minor=9999)
PAIR = OrderLine(line_id="line_1", sku="PAIR-1", quantity=2, unit_price_minor=1000, discount_minor=0, paid_minor=2000)
RETURN_ADDRESS = {"name": "售后仓", "phone": "13900000000", "country": "CN", "street": "仓前路 8 号"}
WAYS = {"return": "return_parcel", "exchange": "replacement", "refused_goods": "refused_goods"}
"""Where a case shows the parcel of a leg."""
HASH = "sha256:" + "ab" * 32


def done(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of a request that worked."""
    assert response.status_code == status, response.text
    return response.json()


class Shop(PublishedEvents):
    """Order `ord_1` of buyer-1 at merchant m-1, and everybody who has to do with it."""

    def __init__(self, harness: Harness) -> None:
        self.harness, self.clock, self.currency = harness, harness.clock, "CNY"
        self.buyer = harness.client("buyer", "buyer-1")
        self.seller = harness.client("seller", "seller-1", tenant="m-1")
        self.agent = harness.client("agent", "agent-1")
        self.arbitrator = harness.client("arbitrator", "arb-1")
        self._waybills = count(1001)

    # order-svc, the courier and cs-svc

    def _order(self, order_id: str, handler: str, result: str) -> dict[str, Any]:
        return {
            "affected_party": "buyer-1",
            "applicant": "buyer-1",
            "handler": handler,
            "time": self.clock.now(),
            "result": result,
            "order_id": order_id,
            "buyer_id": "buyer-1",
            "merchant_id": "m-1",
        }

    async def created(self, order_id: str = "ord_1", lines: tuple[OrderLine, ...] = (KETTLE,), fee: int = 800) -> None:
        total = sum(line.paid_minor for line in lines) + fee
        amounts = {"currency": self.currency, "total_minor": total, "shipping_fee_minor": fee, "lines": lines}
        await self.harness.consume(OrderCreated(**self._order(order_id, "seller-1", "created"), **amounts))

    async def paid(self, order_id: str = "ord_1", lines: tuple[OrderLine, ...] = (KETTLE,), fee: int = 800) -> None:
        await self.created(order_id, lines, fee)
        await self.payment(order_id, lines, fee)

    async def payment(
        self, order_id: str = "ord_1", lines: tuple[OrderLine, ...] = (KETTLE,), fee: int = 800, **more: str
    ) -> None:
        """The payment alone, of an order that was created before."""
        total = sum(line.paid_minor for line in lines) + fee
        event = OrderPaid(
            **self._order(order_id, "system", "paid"),
            payment_id=f"pay_{order_id}",
            provider="simulator",
            currency=self.currency,
            total_minor=total,
            shipping_fee_minor=fee,
            lines=lines,
            paid_at=self.clock.now(),
            **more,
        )
        await self.harness.consume(event)

    async def shipped(self, order_id: str = "ord_1", lines: tuple[OrderLine, ...] = (KETTLE,), fee: int = 800) -> None:
        await self.paid(order_id, lines, fee)
        await self.leaves({line.line_id: line.quantity for line in lines}, order_id)

    async def leaves(self, units: dict[str, int], order_id: str = "ord_1", parcel_id: str = "par_1") -> None:
        """A parcel with these units of a paid order is handed to a courier."""
        await self.harness.consume(self.parcel_leaves(units, order_id, parcel_id))

    def parcel_leaves(self, units: dict[str, int], order_id: str = "ord_1", parcel_id: str = "par_1") -> OrderShipped:
        return OrderShipped(
            **self._order(order_id, "seller-1", "shipped"),
            parcel_id=parcel_id,
            carrier="zto",
            waybill_no="73001",
            lines=tuple(ShippedLine(line_id=line_id, quantity=quantity) for line_id, quantity in units.items()),
            complete=True,
        )

    async def delivered(
        self, order_id: str = "ord_1", lines: tuple[OrderLine, ...] = (KETTLE,), fee: int = 800
    ) -> None:
        await self.shipped(order_id, lines, fee)
        await self.arrives(order_id)

    async def arrives(self, order_id: str = "ord_1") -> None:
        """What was shipped of an order reaches the buyer."""
        facts = self._order(order_id, "system", "delivered")
        await self.harness.consume(OrderDelivered(**facts, delivered_at=self.clock.now()))

    async def received(
        self, window_ends_at: datetime, order_id: str = "ord_1", *, signed_at: datetime | None = None
    ) -> None:
        event = OrderReceiptConfirmed(
            **self._order(order_id, "buyer-1", "delivered"),
            confirmed_at=self.clock.now(),
            cause="buyer",
            window_ends_at=window_ends_at,
            signed_at=signed_at,
        )
        await self.harness.consume(event)

    async def completed(self, order_id: str = "ord_1") -> None:
        facts = self._order(order_id, "system", "completed")
        await self.harness.consume(OrderCompleted(**facts, completed_at=self.clock.now()))

    async def cancelled(self, order_id: str = "ord_1") -> None:
        await self.harness.consume(OrderCancelled(**self._order(order_id, "system", "cancelled"), cause="buyer"))

    async def parcel(
        self,
        waybill_no: str = "SF1001",
        status: str = "delivered",
        *,
        leg: str = "return",
        parcel_id: str = "par_back",
        **about: str,
    ) -> None:
        """order-svc reports a parcel under this waybill: one for each case that travels under it, or the one that is named
        by `case_id` and `carrier`."""
        cases = (await self.agent.get("/v1/cases", params={"limit": 100})).json()["data"]
        way = WAYS.get(leg, leg)
        under = [case for case in cases if (case.get(way) or {}).get("waybill_no") == waybill_no]
        named = [{"case_id": case["id"], "carrier": case[way]["carrier"]} for case in under]
        for number, each in enumerate([about] if about else named):
            event = ParcelStatusChanged(
                **self._order("ord_1", "system", status),
                parcel_id=f"{parcel_id}_{number}",
                leg=leg,
                waybill_no=waybill_no,
                status=status,
                previous_status="in_transit",
                terminal=status in ("delivered", "lost"),
                occurred_at=self.clock.now(),
                **{"carrier": "sf", **each},
            )
            await self.harness.consume(event)

    def _refund(self, request: RefundRequested, result: str) -> dict[str, Any]:
        return {
            **self._order(request.order_id, "system", result),
            "payment_id": request.payment_id,
            "provider": "simulator",
            "amount_minor": request.amount_minor,
            "currency": request.currency,
            "refund_id": request.refund_id,
            "case_id": request.case_id,
            "refunded_minor": request.amount_minor,
        }

    async def refund_succeeds(self, request: RefundRequested | None = None) -> RefundRequested:
        request = request or await self.last(RefundRequested)
        await self.harness.consume(RefundSucceeded(**self._refund(request, "succeeded")))
        return request

    async def refund_fails(
        self, request: RefundRequested | None = None, failure_code: str = "declined"
    ) -> RefundRequested:
        request = request or await self.last(RefundRequested)
        await self.harness.consume(RefundFailed(**self._refund(request, "failed"), failure_code=failure_code))
        return request

    async def complaint(
        self, case_id: str | None, complaint_id: str = "cmp_1", buyer_id: str = "buyer-1"
    ) -> dict[str, Any] | None:
        """cs-svc took a complaint in; the dispute it became, if any."""
        event = ComplaintOpened(
            **{**self._order("ord_1", buyer_id, "open"), "buyer_id": buyer_id},
            complaint_id=complaint_id,
            channel="web",
            case_id=case_id,
            state="open",
            category="unfair_rejection",
            text_hash=HASH,
        )
        await self.harness.consume(event)
        found = done(await self.agent.get("/v1/disputes", params={"complaint_id": complaint_id}))["data"]
        return found[0] if found else None

    # what people do

    async def ask(
        self,
        quantity: int = 2,
        *,
        order_id: str = "ord_1",
        type_: str = "return_refund",
        reason: str = "quality_defect",
        lines: list[dict[str, Any]] | None = None,
        client: httpx.AsyncClient | None = None,
        **more: Any,
    ) -> httpx.Response:
        if type_ == "price_adjust":
            await files_of(self, HASH, order_id=order_id)
        body = {
            "order_id": order_id,
            "type": type_,
            "reason": reason,
            "description": "漏水",
            "lines": lines or [{"line_id": "line_1", "quantity": quantity}],
            "evidence": [HASH],
            **more,
        }
        return await (client or self.buyer).post("/v1/cases", json=body)

    async def case(self, quantity: int = 2, **more: Any) -> dict[str, Any]:
        """A case that was opened."""
        return done(await self.ask(quantity, **more), 201)

    async def act(self, client: httpx.AsyncClient, case_id: str, action: str, **body: Any) -> dict[str, Any]:
        """An action that works."""
        return done(await client.post(f"/v1/cases/{case_id}/{action}", json=body))

    async def setting(self, path: str, client: httpx.AsyncClient | None = None, **body: Any) -> dict[str, Any]:
        """What is set for the merchant, by an administrator unless somebody else is named."""
        client = client or self.harness.client("admin", "admin-1")
        return done(await client.put(f"/v1/merchants/m-1/{path}", json=body))

    async def approve(self, case_id: str) -> dict[str, Any]:
        """The merchant approves a return and names the address for it."""
        return await self.act(self.seller, case_id, "approve", return_address=RETURN_ADDRESS)

    async def get(self, case_id: str) -> dict[str, Any]:
        return done(await self.agent.get(f"/v1/cases/{case_id}"))

    def waybill(self) -> str:
        """The number of the next parcel: SF1001, SF1002, …"""
        return f"SF{next(self._waybills)}"

    async def arrived(self, quantity: int = 2, **more: Any) -> dict[str, Any]:
        """A case whose goods are back and wait for inspection."""
        case = await self.case(quantity, **more)
        await self.approve(case["id"])
        waybill_no = self.waybill()
        await self.act(self.buyer, case["id"], "ship", carrier="sf", waybill_no=waybill_no)
        await self.parcel(waybill_no)
        return await self.get(case["id"])

    async def inspect(self, case_id: str, accepted: int, **more: Any) -> dict[str, Any]:
        lines = [{"line_id": "line_1", "accepted": accepted, "grade": "a"}]
        return await self.act(self.seller, case_id, "inspect", lines=lines, **more)

    async def rejected(self, quantity: int = 2) -> dict[str, Any]:
        case = await self.case(quantity)
        return await self.act(self.seller, case["id"], "reject", reason="used_or_affects_resale", note="有使用痕迹")

    async def disputed(self) -> tuple[str, str]:
        """A rejected case under dispute: the ids of both."""
        case = await self.rejected()
        dispute = await self.complaint(case["id"])
        assert dispute is not None
        return case["id"], dispute["id"]

    async def rule(self, dispute_id: str, action: str, client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
        return done(await client.post(f"/v1/disputes/{dispute_id}/{action}", json=body))

    async def verdict(self, dispute_id: str, amount: int | None, remedy: str = "refund") -> dict[str, Any]:
        """A verdict that is executed at once."""
        given = {} if amount is None else {"amount": {"amount": amount, "currency": "CNY"}}
        body = {"liable": "seller", "remedy": remedy, "grounds": "卖家未能证明", "takes_effect": "at_once"} | given
        return await self.rule(dispute_id, "verdict", self.arbitrator, **body)
