"""Imports of orders with virtual goods, which are delivered without a parcel."""

from datetime import timedelta
from typing import Any

import pytest
from aftercare_events import OrderShipped
from aftercare_events.catalogue.shipment_times import VirtualGoodsDelivered
from aftercare_events.catalogue.stock import StockCommitted

KETTLE = {
    "sku": "KETTLE-1",
    "title": "电热水壶",
    "quantity": 2,
    "unit_price": {"amount": 9900, "currency": "CNY"},
}
CODE = {**KETTLE, "sku": "CODE-1", "title": "兑换码", "quantity": 3, "fulfilment": "virtual"}
HOURS = {"paid_at": 1, "virtual_delivered_at": 2, "delivered_at": 48, "received_at": 60, "completed_at": 240}
REACHED = {"paid": 1, "shipped": 1, "delivered": 3, "received": 4, "completed": 5}


class Imports:
    """A shop that imports orders of 20 days ago."""

    def __init__(self, shop: Any, kettles: Any) -> None:
        self.shop, self._kettles = shop, kettles
        self.placed_at = shop.h.clock.now() - timedelta(days=20)

    def at(self, hours: float) -> str:
        return (self.placed_at + timedelta(hours=hours)).isoformat()

    def parcel(self, hours: float = 24, **other: Any) -> dict[str, Any]:
        return {"carrier": "zto", "waybill_no": "W1", "shipped_at": self.at(hours), **other}

    def order(self, state: str, *lines: Any, **other: Any) -> dict[str, Any]:
        times = {name: self.at(hours) for name, hours in list(HOURS.items())[: REACHED[state]]}
        facts = {"order_no": "A-1", "state": state, "created_at": self.at(0), "lines": list(lines), **times, **other}
        return {**self._kettles(), **facts}

    async def add(self, order: dict[str, Any]) -> dict[str, Any]:
        seller = self.shop.seller
        begun = (await seller.post("/v1/order-imports", json={"file_hash": "sha256:" + "a" * 64})).json()
        body = {"orders": [{"row": 1, "order": order}], "next_row": 2}
        response = await seller.post(f"/v1/order-imports/{begun['id']}/rows", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def imported(self, order: dict[str, Any]) -> dict[str, Any]:
        part = await self.add(order)
        assert part["imported"] == 1, part
        (listed,) = (await self.shop.seller.get("/v1/orders", params={"q": "A-1"})).json()["data"]
        return await self.shop.order(listed["id"])


@pytest.fixture
def imports(shop: Any, kettles: Any) -> Imports:
    return Imports(shop, kettles)


@pytest.mark.parametrize("state", ["delivered", "received", "completed"])
async def test_virtual_goods_alone_have_arrived_without_a_parcel(imports: Imports, state: str) -> None:
    order = await imports.imported(imports.order(state, CODE))
    delivered_at = (imports.placed_at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (order["state"], order["fully_shipped"], order["virtual_delivered_at"]) == (state, True, delivered_at)
    (event,) = await imports.shop.events(VirtualGoodsDelivered)
    assert (event.time - imports.placed_at, event.complete, event.result) == (timedelta(hours=2), True, "paid")
    (committed,) = await imports.shop.events(StockCommitted)
    assert (committed.parcel_id, [each.quantity for each in committed.lines]) == (None, [3])
    assert not await imports.shop.events(OrderShipped)


async def test_their_receipt_is_confirmed_after_the_time_of_virtual_goods(imports: Imports) -> None:
    shop = imports.shop
    order = await imports.imported(imports.order("delivered", CODE))
    shop.h.clock.advance(hours=24)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "received"


async def test_paid_virtual_goods_are_delivered_here(imports: Imports) -> None:
    shop = imports.shop
    order = await imports.imported(imports.order("paid", CODE))
    picks = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 3}]}
    delivered = (await shop.seller.post(f"/v1/orders/{order['id']}/deliver-virtual", json=picks)).json()
    assert delivered["state"] == "delivered"


@pytest.mark.parametrize(("hours", "last"), [(1.5, "virtual"), (24, "parcel")])
async def test_a_parcel_has_the_other_goods(imports: Imports, hours: float, last: str) -> None:
    order = await imports.imported(imports.order("delivered", CODE, KETTLE, parcels=[imports.parcel(hours)]))
    assert [line["shipped_quantity"] for line in order["lines"]] == [3, 2]
    (shipped,) = await imports.shop.events(OrderShipped)
    (virtual,) = await imports.shop.events(VirtualGoodsDelivered)
    assert [line.quantity for line in shipped.lines] == [2]
    assert (shipped.complete, virtual.complete) == (last == "parcel", last == "virtual")
    assert virtual.result == ("shipped" if last == "virtual" else "paid")


@pytest.mark.parametrize("delivered", [True, False])
async def test_virtual_goods_of_an_order_under_way_may_be_delivered(imports: Imports, delivered: bool) -> None:
    stated = {"virtual_delivered_at": imports.at(2)} if delivered else {}
    order = await imports.imported(imports.order("shipped", CODE, KETTLE, parcels=[imports.parcel()], **stated))
    assert [line["shipped_quantity"] for line in order["lines"]] == [3 if delivered else 0, 2]
    assert (await imports.shop.events(OrderShipped))[0].complete is delivered


@pytest.mark.parametrize(
    ("state", "lines", "change", "field", "code"),
    [
        ("delivered", [CODE], {"virtual_delivered_at": None}, "/virtual_delivered_at", "field_missing"),
        ("delivered", [CODE], {"parcels": [{}]}, "/parcels/0/lines", "virtual_in_parcel"),
        ("delivered", [KETTLE], {"parcels": [{}]}, "/virtual_delivered_at", "no_virtual_lines"),
        ("delivered", [CODE, KETTLE], {}, "/parcels", "field_missing"),
        (
            "delivered",
            [CODE, KETTLE],
            {"parcels": [{"lines": [{"line": 1, "quantity": 1}, {"line": 2, "quantity": 2}]}]},
            "/parcels/0/lines",
            "virtual_in_parcel",
        ),
        (
            "delivered",
            [CODE, KETTLE],
            {"parcels": [{"lines": [{"line": 2, "quantity": 1}]}]},
            "/parcels",
            "parcels_incomplete",
        ),
        ("shipped", [CODE], {}, "/state", "nothing_to_ship"),
        ("paid", [CODE], {"virtual_delivered_at": 2}, "/virtual_delivered_at", "field_unsuitable"),
        ("completed", [CODE], {"virtual_delivered_at": 0.5}, "/virtual_delivered_at", "times_disordered"),
        ("completed", [CODE], {"virtual_delivered_at": 49}, "/delivered_at", "times_disordered"),
    ],
)
async def test_what_contradicts_itself_is_refused(
    imports: Imports, state: str, lines: list[Any], change: dict[str, Any], field: str, code: str
) -> None:
    facts = dict(change)
    if "parcels" in facts:
        facts["parcels"] = [imports.parcel(**parcel) for parcel in facts["parcels"]]
    if isinstance(facts.get("virtual_delivered_at"), int | float):
        facts["virtual_delivered_at"] = imports.at(facts["virtual_delivered_at"])
    part = await imports.add(imports.order(state, *lines, **facts))
    assert (part["imported"], part["refused"]) == (0, 1)
    assert [(each["field"], each["code"]) for each in part["refusals"]] == [(field, code)], part["refusals"]


async def test_an_order_has_not_arrived_before_its_parcels_left(imports: Imports) -> None:
    order = imports.order("delivered", KETTLE, parcels=[imports.parcel(49)])
    part = await imports.add({**order, "virtual_delivered_at": None})
    assert [(each["field"], each["code"]) for each in part["refusals"]] == [("/delivered_at", "times_disordered")]


@pytest.mark.parametrize(("line", "imported"), [(CODE, 1), (KETTLE, 0)])
async def test_an_order_without_an_address_is_imported_where_nothing_has_a_parcel(
    imports: Imports, line: dict[str, Any], imported: int
) -> None:
    order = imports.order("paid", line)
    del order["shipping_address"]
    assert (await imports.add(order))["imported"] == imported


async def test_discounts_of_an_imported_order_are_shared_as_those_of_a_new_one(imports: Imports) -> None:
    coupon = {"kind": "coupon", "funder": "platform", "amount": {"amount": 301, "currency": "CNY"}}
    order = await imports.imported(imports.order("completed", CODE, CODE, discounts=[coupon]))
    assert [each["discounts"][-1]["amount"]["amount"] for each in order["lines"]] == [151, 150]
