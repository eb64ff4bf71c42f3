"""Shipping in parts, following scans, and what makes an order delivered."""

from datetime import datetime

import pytest
from aftercare_events import (
    OrderDelivered,
    OrderShipped,
    ParcelRegistered,
    ParcelStatusChanged,
    RefusedGoodsReturned,
    ReturnShipped,
    ShippedLine,
)
from order_svc.commands.parcels import parcels
from order_svc.domain.tracking import ParcelStatus as S
from order_svc.domain.tracking import Scan
from order_svc.domain.waybills import ParcelKey


async def test_partial_shipment_until_everything_has_arrived(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1, "73001")
    await shop.ship(order, 2, "73002")
    assert [e.complete for e in await shop.events(OrderShipped)] == [False, True]
    await shop.scan(S.DELIVERED, "73001")
    assert (await shop.order(order["id"]))["state"] == "shipped"
    await shop.scan(S.DELIVERED, "73002", hours=1)
    order = await shop.order(order["id"])
    assert (order["state"], order["fully_shipped"]) == ("delivered", True)
    assert len(await shop.events(OrderDelivered)) == 1


async def test_a_delivered_part_does_not_make_the_order_delivered(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 1)
    await shop.scan(S.DELIVERED)
    order = await shop.order(order["id"])
    assert (order["state"], order["fully_shipped"]) == ("shipped", False)
    assert await shop.events(OrderDelivered) == []


async def test_parcels_that_are_refused(shop):
    unpaid = await shop.place()
    shop.problem(await shop.try_ship(unpaid, 1), 409, "illegal_transition")
    order, _ = await shop.paid()
    problem = shop.problem(await shop.try_ship(order, 4), 422, "quantity_exceeds_shippable")
    assert (problem["shippable"], problem["errors"][0]["pointer"]) == (3, "/lines/0/quantity")
    shop.problem(await shop.try_ship(order, 0), 422, "validation_failed")
    await shop.ship(order, 2, "AB-1")
    shop.problem(await shop.try_ship(order, 1, "ab-1"), 409, "waybill_already_registered")
    shop.problem(await shop.try_ship(order, 2, "73002"), 422, "quantity_exceeds_shippable")
    path, line = f"/v1/orders/{order['id']}/parcels", {"line_id": order["lines"][0]["id"], "quantity": 1}
    body = {"carrier": "zto", "waybill_no": "73003", "lines": [line, line]}
    shop.problem(await shop.seller.post(path, json=body), 422, "duplicate_line")
    foreign_line = {**body, "lines": [{**line, "line_id": unpaid["lines"][0]["id"]}]}
    shop.problem(await shop.seller.post(path, json=foreign_line), 422, "unknown_line")
    shop.problem(await shop.buyer.post(path, json=body), 403, "forbidden")
    foreign = shop.h.client("seller", "s", tenant="m-2")
    shop.problem(await foreign.post(path, json={**body, "lines": [line]}), 404, "not_found")
    assert len(await shop.events(OrderShipped)) == 1


async def test_scans_in_any_order_are_shown_in_order_and_move_nothing_back(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    shop.h.clock.advance(hours=10)
    await shop.scan(S.IN_TRANSIT, hours=-5, raw_code="ARRIVAL")
    await shop.scan(S.DELIVERED, hours=-1, delivered_to="person")
    await shop.scan(S.DELIVERED, hours=-1, delivered_to="person")
    await shop.scan(S.PICKED_UP, hours=-9)
    await shop.scan(S.OUT_FOR_DELIVERY, hours=-2)
    shown = (await shop.buyer.get(f"/v1/parcels/{parcel['id']}")).json()
    assert [e["status"] for e in shown["events"]] == ["picked_up", "in_transit", "out_for_delivery", "delivered"]
    assert (shown["status"], shown["terminal"], shown["delivered_to"]) == ("delivered", True, "person")
    moves = [(e.previous_status, e.status) for e in await shop.events(ParcelStatusChanged)]
    assert moves == [("pending", "in_transit"), ("in_transit", "delivered")]
    assert len(await shop.events(OrderDelivered)) == 1


async def test_an_outbound_parcel_signed_after_turning_back_was_not_delivered(shop):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    shop.h.clock.advance(hours=4)
    await shop.scan(S.RETURNING, hours=-3)
    await shop.scan(S.DELIVERED, hours=-1)
    (listed,) = (await shop.seller.get("/v1/parcels", params={"order_id": order["id"]})).json()["data"]
    assert listed["status"] == "returned"
    assert (await shop.order(order["id"]))["state"] == "shipped"


async def test_a_return_is_registered_once_and_its_delivery_is_the_sellers(shop):
    order = await shop.delivered()
    shipped = shop.case(
        ReturnShipped,
        order,
        case_type="return_refund",
        carrier="sf",
        waybill_no="SF001",
        lines=(ShippedLine(line_id=order["lines"][0]["id"], quantity=2),),
    )
    await shop.h.consume(shipped)
    await shop.h.consume(shipped)
    registered = [e for e in await shop.events(ParcelRegistered) if e.leg == "return"]
    assert [(e.case_id, e.waybill_no) for e in registered] == [("case_1", "SF001")]
    async with shop.h.runtime.transaction() as tx:
        scan = Scan(key="k", status=S.DELIVERED, occurred_at=shop.h.clock.now())
        assert await parcels.apply_scans(tx, ParcelKey(waybill_no="SF001"), [scan]) == 1
        assert await parcels.apply_scans(tx, ParcelKey(carrier="zto", waybill_no="SF001"), [scan]) == 0
    last = (await shop.events(ParcelStatusChanged))[-1]
    assert (last.leg, last.status, last.case_id) == ("return", "delivered", "case_1")
    assert len(await shop.events(OrderDelivered)) == 1
    params = {"waybill_no": "SF001", "leg": "return"}
    (listed,) = (await shop.buyer.get("/v1/parcels", params=params)).json()["data"]
    assert (listed["status"], listed["case_id"]) == ("delivered", "case_1")


async def test_refused_goods_are_followed_on_their_way_back_to_the_buyer(shop):
    order = await shop.delivered()
    line = ShippedLine(line_id=order["lines"][0]["id"], quantity=1)
    facts = {"case_type": "return_refund", "carrier": "zto", "waybill_no": "73200001", "lines": (line,)}
    await shop.h.consume(shop.case(RefusedGoodsReturned, order, **facts))
    async with shop.h.runtime.transaction() as tx:
        scan = Scan(key="k", status=S.DELIVERED, occurred_at=shop.h.clock.now())
        assert await parcels.apply_scans(tx, ParcelKey(carrier="zto", waybill_no="73200001"), [scan]) == 1
    last = (await shop.events(ParcelStatusChanged))[-1]
    assert (last.leg, last.status, last.case_id) == ("refused_goods", "delivered", "case_1")
    assert len(await shop.events(OrderDelivered)) == 1, "the order had arrived before"


@pytest.mark.parametrize(("moved", "then"), [(False, "cancelled"), (True, "picked_up")])
async def test_a_corrected_waybill_of_refused_goods_takes_the_place_of_one_that_was_not_scanned(shop, moved, then):
    order = await shop.delivered()
    line = ShippedLine(line_id=order["lines"][0]["id"], quantity=1)
    facts = {"case_type": "return_refund", "carrier": "zto", "lines": (line,)}
    await shop.h.consume(shop.case(RefusedGoodsReturned, order, waybill_no="73200001", **facts))
    if moved:
        async with shop.h.runtime.transaction() as tx:
            scan = Scan(key="k", status=S.PICKED_UP, occurred_at=shop.h.clock.now())
            await parcels.apply_scans(tx, ParcelKey(carrier="zto", waybill_no="73200001"), [scan])
    shop.h.clock.advance(hours=1)
    named_before = {"previous_carrier": "zto", "previous_waybill_no": "73200001"}
    await shop.h.consume(shop.case(RefusedGoodsReturned, order, waybill_no="73200002", **facts, **named_before))
    params = {"leg": "refused_goods", "order_id": order["id"]}
    listed = (await shop.buyer.get("/v1/parcels", params=params)).json()["data"]
    assert {each["waybill_no"]: each["status"] for each in listed} == {"73200001": then, "73200002": "pending"}


async def test_foreign_parcels_do_not_exist(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    other = shop.h.client("buyer", "buyer-2")
    shop.problem(await other.get(f"/v1/parcels/{parcel['id']}"), 404, "not_found")


@pytest.mark.parametrize("hours", [-0.08, 48])
async def test_a_couriers_wrong_clock_does_not_move_the_delivery_out_of_its_bounds(shop, hours):
    order, _ = await shop.paid()
    await shop.ship(order, 3)
    await shop.scan(S.DELIVERED, hours=hours)
    order = await shop.order(order["id"])
    assert datetime.fromisoformat(order["delivered_at"]) == shop.h.clock.now()
