"""Exports in the format of imports: in another shop the orders are what they were."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import AfterSaleCompleted, CaseLine, RefundSucceeded
from order_svc.api import order_exports

EXPORT = "/v1/orders/export"
STATES = {"paid": 1, "shipped": 1, "delivered": 2, "received": 3, "completed": 4, "cancelled": 0}
TIMES = {"paid_at": 1, "delivered_at": 48, "received_at": 60, "completed_at": 240}


def cny(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "CNY"}


def article(sku: str, quantity: int, **other: Any) -> dict[str, Any]:
    return {"sku": sku, "title": f"商品 {sku}", "quantity": quantity, "unit_price": cny(9900), **other}


class Move:
    """A shop whose orders are taken to another one, which has none."""

    def __init__(self, shop: Any, kettles: Any) -> None:
        self.shop, self._kettles = shop, kettles
        self.placed_at = shop.h.clock.now().replace(microsecond=0) - timedelta(days=20)
        self.there = shop.h.client("seller", "seller-2", tenant="m-2")

    def at(self, hours: float) -> str:
        return f"{self.placed_at + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"

    def order(self, number: str, state: str, *lines: Any, **other: Any) -> dict[str, Any]:
        times = {name: self.at(hours) for name, hours in list(TIMES.items())[: STATES[state]]}
        if state == "cancelled":
            times = {"cancelled_at": self.at(2), "cancel_cause": "buyer"}
        parcel = {"carrier": "zto", "waybill_no": f"W{number}", "shipped_at": self.at(24)}
        parcels = {} if state in ("paid", "cancelled") else {"parcels": [parcel]}
        facts = {"order_no": number, "state": state, "created_at": self.at(0), "lines": list(lines)}
        return {**self._kettles(), **facts, **times, **parcels, **other}

    async def bring(self, seller: Any, orders: list[Any]) -> dict[str, Any]:
        begun = (await seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "c" * 64})).json()
        rows = [{"row": row, "order": order} for row, order in enumerate(orders, 1)]
        body = {"orders": rows, "next_row": len(rows) + 1}
        response = await seller.post(f"/v1/order-imports/{begun['id']}/rows", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def exported(self, seller: Any) -> list[dict[str, Any]]:
        response = await seller.get("/v1/orders/export", params={"format": "import"})
        assert response.status_code == 200, response.text
        return [json.loads(line) for line in response.text.splitlines()]

    async def ledgers(self, seller: Any) -> dict[str, Any]:
        """What was paid, refunded and kept of each order, by its number."""
        found = {}
        for order in (await seller.get("/v1/orders", params={"limit": 50})).json()["data"]:
            ledger = (await seller.get(f"/v1/orders/{order['id']}/ledger")).json()
            sums = [ledger[name]["amount"] for name in ("paid", "refunded", "in_flight", "kept")]
            found[order["order_no"]] = [order["state"], *sums, ledger["balanced"]]
        return found


@pytest.fixture
def move(shop: Any, kettles: Any) -> Move:
    return Move(shop, kettles)


async def test_an_exported_file_is_imported_as_what_it_was(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_exports, "PAGE", 3)
    discounts = [{"kind": "coupon", "funder": "platform", "amount": cny(1000), "threshold": cny(20000)}]
    rich = article("A", 3, discount=cny(1000), discounts=discounts, tax=cny(100), category="kitchen", warranty_days=30)
    gift = article("G", 1, discount=cny(9900), discounts=[{**discounts[0], "amount": cny(9900)}], gift_of=0)
    gift["discounts"] = [{"kind": "gift", "funder": "merchant", "amount": cny(9900)}]
    code = article("C", 2, fulfilment="virtual")
    back = {"quantity": 1, "amount": cny(9566)}
    two = [
        {"carrier": "sf", "waybill_no": f"T{n}", "shipped_at": move.at(20 + n), "lines": [{"line": 1, "quantity": n}]}
        for n in (1, 2)
    ]
    orders = [move.order(f"S-{state}", state, rich, gift) for state in STATES]
    orders += [
        move.order("S-two", "completed", article("A", 3), parcels=two, payment_reference="T-1", buyer_level="gold"),
        move.order("S-code", "delivered", article("A", 1), code, virtual_delivered_at=move.at(2)),
        move.order("S-back", "completed", {**rich, "refunded": back}, refunded_at=move.at(300), refund_reference="R"),
        move.order("S-some", "received", {**rich, "refunded": back}, refunded_at=move.at(5), parcels=two[1:]),
        move.order("S-fee", "completed", rich, refunded_at=move.at(300), shipping_refunded=cny(500)),
    ]
    part = await move.bring(move.shop.seller, orders)
    assert (part["imported"], part["refusals"]) == (len(orders), [])
    first = await move.exported(move.shop.seller)
    assert sorted(each["order_no"] for each in first) == sorted(each["order_no"] for each in orders)
    assert {each["shipping_address"]["phone"] for each in first} == {orders[0]["shipping_address"]["phone"]}
    part = await move.bring(move.there, first)
    assert (part["imported"], part["refusals"]) == (len(orders), [])
    by_number = {each["order_no"]: each for each in first}
    assert {each["order_no"]: each for each in await move.exported(move.there)} == by_number
    assert await move.ledgers(move.there) == await move.ledgers(move.shop.seller)
    assert {number: sums[2] for number, sums in (await move.ledgers(move.there)).items() if sums[2]} == {
        "S-back": 9566,
        "S-some": 9566,
        "S-fee": 500,
    }


async def test_what_cases_have_refunded_is_stated(move: Move) -> None:
    shop = move.shop
    order = await shop.delivered()
    await shop.open_case(order, 1, case_type="return_refund")
    await shop.ask_refund(order, 9600)
    await shop.settle()
    assert len(await shop.events(RefundSucceeded)) == 1
    await shop.place(order_no="waits")
    assert await move.exported(shop.seller) == [], "its case is open"
    left = [
        json.loads(line) for line in (await shop.seller.get(EXPORT, params={"format": "left_out"})).text.splitlines()
    ]
    assert [(each["order_no"], each["reason"]) for each in left] == [(None, "after_sale_open"), ("waits", "unpaid")]
    line = CaseLine(line_id=order["lines"][0]["id"], sku="KETTLE-1", quantity=1, amount_minor=9600)
    ended = shop.case(AfterSaleCompleted, order, refunded_minor=9600, currency="CNY", lines=(line,))
    await shop.h.consume(ended)
    (found,) = await move.exported(shop.seller)
    # A case has given back more than the share of its unit: the rest is that of the freight.
    assert found["lines"][0]["refunded"] == {"quantity": 1, "amount": cny(9566)}
    assert (found["shipping_refunded"], found["order_no"]) == (cny(34), order["id"])
    part = await move.bring(move.there, [found])
    assert (part["imported"], part["refusals"]) == (1, [])
    (there,) = (await move.ledgers(move.there)).values()
    assert there[2] == 9600
    shop.problem(await shop.buyer.get("/v1/orders/export", params={"format": "import"}), 403, "forbidden")
    agent = shop.h.client("agent", "agent-1")
    for of_imports in ("import", "left_out"):
        shop.problem(await agent.get(EXPORT, params={"format": of_imports}), 403, "forbidden")
    assert (await shop.seller.get(EXPORT, params={"format": "left_out", "state": "delivered"})).text == ""
