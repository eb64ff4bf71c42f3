"""Imports of orders of which something had been refunded: what is left is right, in the ledger and in the events."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import OrderLinesCancelled, OrderPaid, RefundSucceeded
from aftercare_events.catalogue.stock import StockReservationReleased

KETTLE = {
    "sku": "KETTLE-1",
    "title": "电热水壶",
    "quantity": 3,
    "unit_price": {"amount": 10000, "currency": "CNY"},
}
CUP = {**KETTLE, "sku": "CUP-1", "title": "杯子", "quantity": 2, "unit_price": {"amount": 1000, "currency": "CNY"}}
TIMES = {"paid_at": 1, "delivered_at": 48, "received_at": 60, "completed_at": 240}
REACHED = {"paid": 1, "shipped": 1, "delivered": 2, "received": 3, "completed": 4}
TOTAL = 32800


def cny(minor: int) -> dict[str, Any]:
    return {"amount": minor, "currency": "CNY"}


def refunded(units: int, minor: int, article: dict[str, Any] = KETTLE) -> dict[str, Any]:
    return {**article, "refunded": {"quantity": units, "amount": cny(minor)}}


class Past:
    """A shop that imports orders of 20 days ago: three kettles and two cups, with a fee of 8.00 CNY."""

    def __init__(self, shop: Any, kettles: Any) -> None:
        self.shop, self._kettles = shop, kettles
        self.placed_at = shop.h.clock.now() - timedelta(days=20)

    def at(self, hours: float) -> str:
        return (self.placed_at + timedelta(hours=hours)).isoformat()

    def order(self, state: str, *lines: Any, sent: Any = None, **other: Any) -> dict[str, Any]:
        times = {name: self.at(hours) for name, hours in list(TIMES.items())[: REACHED[state]]}
        parcel = {"carrier": "zto", "waybill_no": "W1", "shipped_at": self.at(24), "lines": sent}
        parcels = {} if state == "paid" else {"parcels": [parcel]}
        facts = {"order_no": "A-1", "state": state, "created_at": self.at(0), "lines": list(lines), **times, **parcels}
        return {**self._kettles(), **facts, "shipping_fee": cny(800), "refunded_at": self.at(100), **other}

    async def add(self, *orders: dict[str, Any]) -> dict[str, Any]:
        seller = self.shop.seller
        begun = (await seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "a" * 64})).json()
        rows = [{"row": n, "order": {**order, "order_no": f"A-{n}"}} for n, order in enumerate(orders, 1)]
        body = {"orders": rows, "next_row": len(rows) + 1}
        response = await seller.post(f"/v1/order-imports/{begun['id']}/rows", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def imported(self, order: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The order, and its ledger."""
        part = await self.add(order)
        assert part["imported"] == 1, part
        (listed,) = (await self.shop.seller.get("/v1/orders", params={"q": "A-1"})).json()["data"]
        ledger = (await self.shop.seller.get(f"/v1/orders/{listed['id']}/ledger")).json()
        return await self.shop.order(listed["id"]), ledger


@pytest.fixture
def past(shop: Any, kettles: Any) -> Past:
    return Past(shop, kettles)


async def test_units_that_came_back_and_the_fee(past: Past) -> None:
    lines = (refunded(1, 10000), refunded(0, 300, CUP))
    order = past.order("completed", *lines, shipping_refunded=cny(500), refund_reference="R-1")
    found, ledger = await past.imported(order)
    assert [ledger[name]["amount"] for name in ("paid", "refunded", "in_flight", "kept")] == [32800, 10800, 0, 22000]
    assert ledger["balanced"] is True
    kettle, cup = found["lines"]
    assert (kettle["refunded_quantity"], kettle["refunded"]["amount"], kettle["withdrawn_quantity"]) == (1, 10000, 0)
    assert (cup["refunded_quantity"], cup["refunded"]["amount"]) == (0, 300)
    payment = await past.shop.payment(found["payment_id"])
    assert [(each["cause"], each["state"]) for each in payment["refunds"]] == [("imported", "succeeded")]
    (paid,) = await past.shop.events(OrderPaid)
    stated = [(each.refunded_quantity, each.refunded_minor) for each in paid.lines]
    assert (stated, paid.shipping_refunded_minor) == ([(1, 10000), (None, 300)], 500)
    (event,) = await past.shop.events(RefundSucceeded)
    assert (event.amount_minor, event.refunded_minor, event.time - past.placed_at) == (
        10800,
        10800,
        timedelta(hours=100),
    )
    assert await past.shop.events(OrderLinesCancelled) == []
    times = [each["at"] for each in (await past.shop.buyer.get(f"/v1/orders/{found['id']}/timeline")).json()["data"]]
    assert times == sorted(times)


@pytest.mark.parametrize("state", ["paid", "shipped", "delivered"])
async def test_units_that_never_left_were_cancelled(past: Past, state: str) -> None:
    sent = [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 2}]
    order = past.order(state, refunded(2, 20000), CUP, sent=sent)
    found, ledger = await past.imported(order)
    kettle = found["lines"][0]
    assert (kettle["withdrawn_quantity"], kettle["cancelled_quantity"], kettle["cancelled"]["amount"]) == (2, 2, 20000)
    assert kettle["refunded_quantity"] == 0
    assert found["fully_shipped"] is (state != "paid")
    assert (ledger["refunded"]["amount"], ledger["kept"]["amount"]) == (20000, TOTAL - 20000 - 0)
    (cancelled,) = await past.shop.events(OrderLinesCancelled)
    assert [(each.quantity, each.amount_minor) for each in cancelled.lines] == [(2, 20000)]
    assert cancelled.result == {"paid": "paid", "shipped": "shipped", "delivered": "delivered"}[state]
    (released,) = await past.shop.events(StockReservationReleased)
    assert [each.quantity for each in released.lines] == [2]
    (paid,) = await past.shop.events(OrderPaid)
    assert paid.lines[0].refunded_quantity is None
    levels = (await past.shop.seller.get("/v1/stock-levels", params={"sku": "KETTLE-1"})).json()
    assert levels["released"] == 2


async def test_some_never_left_and_others_came_back(past: Past) -> None:
    sent = [{"line": 1, "quantity": 2}, {"line": 2, "quantity": 2}]
    found, _ = await past.imported(past.order("received", refunded(2, 20001), CUP, sent=sent))
    kettle = found["lines"][0]
    assert (kettle["cancelled_quantity"], kettle["refunded_quantity"]) == (1, 1)
    assert kettle["cancelled"]["amount"] + kettle["refunded"]["amount"] == 20001


async def test_what_does_not_fit_is_refused_by_its_field(past: Past) -> None:
    ok = refunded(1, 10000)
    sent = [{"line": 1, "quantity": 2}, {"line": 2, "quantity": 2}]
    wrong = {
        "/refunded_at": [
            (past.order("completed", ok, refunded_at=None), "field_missing"),
            (past.order("completed", KETTLE), "field_unsuitable"),
            (past.order("completed", ok, refunded_at=past.at(0)), "times_disordered"),
            (past.order("completed", ok, refunded_at="2999-01-01T00:00:00Z"), "times_disordered"),
        ],
        "/lines/0/refunded/quantity": [
            (past.order("completed", refunded(4, 10000)), "units_exceed_order"),
            (past.order("shipped", refunded(2, 10000), CUP, sent=sent), "refunded_under_way"),
        ],
        "/lines/0/refunded/amount": [(past.order("completed", refunded(1, 0)), "field_missing")],
        "/lines/0/refunded/amount/amount": [(past.order("completed", refunded(1, 30001)), "refund_exceeds_paid")],
        "/shipping_refunded/amount": [
            (past.order("completed", KETTLE, shipping_refunded=cny(801)), "refund_exceeds_paid")
        ],
        "/shipping_refunded/currency": [
            (past.order("completed", KETTLE, shipping_refunded={"amount": 1, "currency": "EUR"}), "currency_mismatch")
        ],
        "/parcels": [(past.order("received", ok, CUP, sent=sent[:1]), "parcels_incomplete")],
        "/lines": [(past.order("paid", refunded(3, 30000)), "nothing_left_to_import")],
    }
    expected = [(field, code) for field, cases in wrong.items() for _, code in cases]
    part = await past.add(*(order for cases in wrong.values() for order, _ in cases))
    assert [(each["field"], each["code"]) for each in part["refusals"]] == expected, part["refusals"]
    assert (part["imported"], await past.shop.h.published()) == (0, [])
