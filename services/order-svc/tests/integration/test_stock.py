"""Stock of articles: reserved with the order, released, shipped and returned, published in order and readable as sums."""

import pytest
from aftercare_events import OrderCreated, ReplacementShipped, ReplacementWaybillCorrected, ReturnInspected, ShippedLine
from aftercare_events.catalogue.returns import InspectedLine
from aftercare_events.catalogue.stock import StockCommitted, StockReplaced, StockReservationReleased, StockReturned


async def level(shop, sku="KETTLE-1"):
    found = (await shop.seller.get("/v1/stock-levels", params={"sku": sku})).json()
    return {name: found[name] for name in ("reserved", "released", "committed", "still_reserved", "returned")}


def units(event):
    return [(each.sku, each.quantity) for each in event.lines]


async def test_an_order_reserves_its_units_until_it_is_shipped(shop):
    order, _ = await shop.paid()
    (created,) = await shop.events(OrderCreated)
    assert (units(created), created.deadline_at is not None) == ([("KETTLE-1", 3)], True)
    parcel = await shop.ship(order, 2)
    (committed,) = await shop.events(StockCommitted)
    assert (units(committed), committed.parcel_id) == ([("KETTLE-1", 2)], parcel["id"])
    expected = {"reserved": 3, "released": 0, "committed": 2, "still_reserved": 1, "returned": 0}
    assert await level(shop) == expected


@pytest.mark.parametrize("paid", [False, True])
async def test_a_cancelled_order_releases_them(shop, paid):
    order = (await shop.paid())[0] if paid else await shop.place()
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel")).status_code == 200
    (released,) = await shop.events(StockReservationReleased)
    assert (units(released), released.cause) == ([("KETTLE-1", 3)], "cancelled")
    await shop.settle()
    assert (await level(shop))["still_reserved"] == 0


async def test_an_order_that_is_not_paid_releases_them(shop):
    await shop.place()
    shop.h.clock.advance(hours=0.6)
    await shop.h.run_due()
    assert [each.cause for each in await shop.events(StockReservationReleased)] == ["cancelled"]


async def test_units_that_are_refunded_before_shipment_are_released_once(shop):
    order, _ = await shop.paid()
    await shop.open_case(order, quantity=1)
    await shop.ask_refund(order, 9566)
    await shop.settle()
    (released,) = await shop.events(StockReservationReleased)
    assert (units(released), released.cause) == ([("KETTLE-1", 1)], "withdrawn")
    await shop.ship(order, 2)
    expected = {"reserved": 3, "released": 1, "committed": 2, "still_reserved": 0, "returned": 0}
    assert await level(shop) == expected


async def test_what_an_inspection_accepts_comes_back_once(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await shop.open_case(order, quantity=2, case_type="return_refund")
    line_id = order["lines"][0]["id"]
    for accepted, grade in ((1, "b"), (2, "a")):
        lines = (InspectedLine(line_id=line_id, accepted=accepted, grade=grade),)
        other = {"lines": lines, "accepted_minor": 9566, "currency": "CNY", "cause": "merchant"}
        await shop.h.consume(shop.case(ReturnInspected, order, **other))
    found = [(each.lines[0].quantity, each.lines[0].grade) for each in await shop.events(StockReturned)]
    assert found == [(1, "b"), (1, "a")]
    assert (await level(shop))["returned"] == 2


async def exchanged(shop, order, *, goods="exchange", sku=None):
    """The merchant sends two units in exchange, and then corrects the waybill."""
    lines = (ShippedLine(line_id=order["lines"][0]["id"], quantity=2, sku=sku),)
    sent = {"carrier": "zto", "waybill_no": "73055", "lines": lines, "case_type": "exchange", "goods": goods}
    await shop.h.consume(shop.case(ReplacementShipped, order, **sent))
    corrected = sent | {"waybill_no": "73056", "previous_carrier": "zto", "previous_waybill_no": "73055"}
    await shop.h.consume(shop.case(ReplacementWaybillCorrected, order, **corrected))


@pytest.mark.parametrize(("sku", "article"), [(None, "KETTLE-1"), ("KETTLE-2", "KETTLE-2")])
async def test_what_is_sent_in_exchange_leaves_once_and_is_in_the_feed(shop, sku, article):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await exchanged(shop, order, sku=sku)
    (replaced,) = await shop.events(StockReplaced)
    assert (units(replaced), replaced.case_id) == ([(article, 2)], "case_1")
    movements = (await shop.seller.get("/v1/stock-movements", params={"kind": "replaced"})).json()["data"]
    assert [(each["sku"], each["quantity"], each["parcel_id"]) for each in movements] == [
        (article, 2, replaced.parcel_id)
    ]
    assert (await shop.seller.get("/v1/stock-levels", params={"sku": article})).json()["replaced"] == 2
    assert (await level(shop))["still_reserved"] == 0
    [entry] = (await shop.seller.get("/v1/erp/stock-returns")).json()["data"]
    assert (entry["case_id"], entry["movements"], [each["quantity"] for each in entry["replaced"]]) == (
        "case_1",
        [],
        [2],
    )


async def test_repaired_goods_come_from_no_stock(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await exchanged(shop, order, goods="repair")
    assert await shop.events(StockReplaced) == []


async def test_movements_are_listed_for_the_merchant_and_the_platform_only(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1)
    path, agent = "/v1/stock-movements", shop.h.client("agent", "agent-1")
    for reader in (shop.seller, agent):
        found = (await reader.get(path, params={"order_id": order["id"]})).json()["data"]
        assert [(each["kind"], each["quantity"]) for each in found] == [("committed", 1), ("reserved", 3)]
    committed = (await agent.get(path, params={"kind": "committed", "sku": "KETTLE-1"})).json()["data"]
    assert [each["merchant_id"] for each in committed] == ["m-1"]
    for other in (shop.buyer, shop.h.client("seller", "seller-2", tenant="m-2")):
        assert (await other.get(path)).json()["data"] == []
    shop.problem(await agent.get("/v1/stock-levels", params={"sku": "KETTLE-1"}), 422, "merchant_needed")
    named = await agent.get("/v1/stock-levels", params={"sku": "KETTLE-1", "merchant_id": "m-1"})
    assert named.json()["still_reserved"] == 2
    assert (await level(shop, "NO-SUCH"))["reserved"] == 0
