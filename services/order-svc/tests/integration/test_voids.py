"""Parcels whose shipment is given up before the courier has it: their units, their order, their label, and what is scanned afterwards."""

import pytest
from aftercare_events import (
    OrderCancelled,
    OrderShipmentVoided,
    OrderUnpacked,
    ParcelAnomalyRaised,
    ParcelStatusChanged,
    RefundSucceeded,
)
from aftercare_events.catalogue.stock import StockCommitmentReversed
from aftercare_simulators.shipping import Fault
from order_svc.commands.parcels import parcels
from order_svc.domain.tracking import ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey


async def voided(shop, parcel_id, **body):
    response = await shop.seller.post(f"/v1/parcels/{parcel_id}/void", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def movements(shop, order):
    listed = (await shop.seller.get("/v1/stock-movements", params={"order_id": order["id"]})).json()["data"]
    return [(each["kind"], each["quantity"]) for each in reversed(listed)]


async def level(shop):
    return (await shop.seller.get("/v1/stock-levels", params={"sku": "KETTLE-1"})).json()


async def labelled(depot, shop):
    """An order whose units are shipped under the waybill of a label, and that label."""
    order, _ = await shop.paid()
    label = await depot.ordered(order)
    await depot.work()
    return order, await depot.label(label)


async def test_a_voided_parcel_gives_its_units_back_and_the_order_is_paid_again(shop):
    order, _ = await shop.paid()
    await shop.seller.post(f"/v1/orders/{order['id']}/pack")
    parcel = await shop.ship(order, 3)
    given_up = await voided(shop, parcel["id"])
    assert (given_up["status"], given_up["reason"], given_up["terminal"]) == ("cancelled", "voided", True)
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["lines"][0]["shipped_quantity"], shown["packed_at"]) == ("paid", 0, None)
    assert shown["deadline_at"] is not None, "the time to ship runs as before"
    [event], [unpacked] = await shop.events(OrderShipmentVoided), await shop.events(OrderUnpacked)
    assert (event.parcel_id, event.shipped, event.applicant) == (parcel["id"], False, "m-1")
    assert [line.quantity for line in event.lines] == [3]
    assert unpacked.cause == "parcel_voided"
    assert (await shop.ship(order, 3))["status"] == "pending", "the same waybill may be used once more"


async def test_the_stock_of_a_voided_parcel_is_reserved_again_and_committed_once_more(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await voided(shop, parcel["id"])
    assert await movements(shop, order) == [("reserved", 3), ("committed", 3), ("reversed", 3)]
    assert (await level(shop))["still_reserved"] == 3
    [event] = await shop.events(StockCommitmentReversed)
    assert event.parcel_id == parcel["id"]
    await shop.ship(order, 3, waybill_no="73002")
    after = await level(shop)
    assert after["reserved"] == after["committed"] - after["reversed"] + after["released"] + after["still_reserved"]
    assert after["still_reserved"] == 0


async def test_an_order_of_which_another_parcel_has_left_stays_shipped(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 2)
    await shop.ship(order, 1, waybill_no="73002")
    await voided(shop, parcel["id"])
    shown = await shop.order(order["id"])
    assert (shown["state"], shown["lines"][0]["shipped_quantity"]) == ("shipped", 1)
    await shop.scan(ParcelStatus.DELIVERED, waybill_no="73002")
    assert (await shop.order(order["id"]))["state"] == "shipped", "two units are left to ship"
    await shop.ship(order, 2, waybill_no="73003")
    await shop.scan(ParcelStatus.DELIVERED, waybill_no="73003")
    assert (await shop.order(order["id"]))["state"] == "delivered", "the voided parcel is not waited for"


async def test_the_buyer_may_cancel_once_the_parcel_is_voided(shop):
    order, payment = await shop.paid()
    parcel = await shop.ship(order, 3)
    asked = await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={})
    assert asked.json()["state"] == "shipped", "its courier is asked to bring it back"
    await voided(shop, parcel["id"])
    assert (await shop.buyer.post(f"/v1/orders/{order['id']}/cancel", json={})).status_code == 200
    await shop.settle()
    assert len(await shop.events(OrderCancelled)) == 1
    assert shop.paid_back(payment) == 29500
    assert await movements(shop, order) == [("reserved", 3), ("committed", 3), ("reversed", 3), ("released", 3)]


@pytest.mark.parametrize(
    ("status", "code"),
    [(ParcelStatus.PICKED_UP, "parcel_scanned"), (ParcelStatus.DELIVERED, "parcel_not_voidable")],
)
async def test_what_a_courier_has_is_not_voided(shop, status, code):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await shop.scan(status)
    shop.problem(await shop.seller.post(f"/v1/parcels/{parcel['id']}/void"), 409, code)
    assert (await shop.order(order["id"]))["lines"][0]["shipped_quantity"] == 3


async def test_a_parcel_that_a_person_records_as_lost_is_with_no_courier_that_could_be_asked(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    agent = shop.h.client("agent", "agent-1")
    assert (await agent.post(f"/v1/parcels/{parcel['id']}/record-loss", json={})).status_code == 200
    problem = shop.problem(await shop.seller.post(f"/v1/parcels/{parcel['id']}/void"), 409, "parcel_not_voidable")
    assert "ways" not in problem


async def test_a_parcel_is_voided_once_and_by_its_merchant_alone(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    other = shop.h.client("seller", "seller-2", tenant="m-2")
    assert (await other.post(f"/v1/parcels/{parcel['id']}/void")).status_code == 404
    assert (await shop.buyer.post(f"/v1/parcels/{parcel['id']}/void")).status_code == 403
    await voided(shop, parcel["id"])
    shop.problem(await shop.seller.post(f"/v1/parcels/{parcel['id']}/void"), 409, "parcel_not_voidable")


async def test_a_parcel_that_its_courier_has_cancelled_gives_its_units_back_when_it_is_voided(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await shop.scan(ParcelStatus.CANCELLED)
    assert (await voided(shop, parcel["id"]))["reason"] == "voided"
    assert (await shop.order(order["id"]))["lines"][0]["shipped_quantity"] == 0


async def test_a_late_scan_of_a_voided_parcel_is_kept_and_is_an_anomaly(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await voided(shop, parcel["id"])
    before = len(await shop.events(ParcelStatusChanged))
    await shop.scan(ParcelStatus.PICKED_UP, hours=1)
    await shop.scan(ParcelStatus.DELIVERED, hours=30)
    shown = (await shop.seller.get(f"/v1/parcels/{parcel['id']}")).json()
    assert [each["status"] for each in shown["events"]] == ["picked_up", "delivered"]
    assert (shown["status"], shown["anomalies"]) == ("cancelled", ["scanned_after_void"])
    [raised] = await shop.events(ParcelAnomalyRaised)
    assert raised.kind == "scanned_after_void"
    assert len(await shop.events(ParcelStatusChanged)) == before
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_scans_under_a_number_that_was_shipped_again_are_of_the_new_parcel(shop):
    order, _ = await shop.paid()
    old = await shop.ship(order, 3)
    await voided(shop, old["id"])
    shop.h.clock.advance(hours=1)
    new = await shop.ship(order, 3)
    await shop.scan(ParcelStatus.PICKED_UP, hours=1)
    assert (await shop.seller.get(f"/v1/parcels/{new['id']}")).json()["status"] == "picked_up"
    left = (await shop.seller.get(f"/v1/parcels/{old['id']}")).json()
    assert (left["status"], left["anomalies"], left["events"]) == ("cancelled", [], [])


async def test_an_open_case_holds_the_units_that_are_with_the_merchant_again(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await shop.open_case(order, 1)
    await voided(shop, parcel["id"])
    shop.problem(await shop.try_ship(order, 3), 409, "units_held_by_case")
    await shop.ship(order, 2)
    await shop.ask_refund(order, 9833)
    await shop.settle()
    assert len(await shop.events(RefundSucceeded)) == 1
    shop.problem(await shop.try_ship(order, 1, "73009"), 422, "quantity_exceeds_shippable")


async def test_units_that_were_refunded_on_their_way_are_not_shipped_again(shop):
    order, _ = await shop.paid()
    parcel = await shop.ship(order, 3)
    await shop.open_case(order, 1)
    await shop.ask_refund(order, 9833)
    await shop.settle()
    await voided(shop, parcel["id"])
    shop.problem(await shop.try_ship(order, 3), 422, "quantity_exceeds_shippable")
    assert await movements(shop, order) == [("reserved", 3), ("committed", 3), ("reversed", 3), ("released", 1)]
    await shop.ship(order, 2)


async def test_a_label_is_cancelled_with_its_courier_before_the_units_are_free(depot, shop):
    order, label = await labelled(depot, shop)
    asked = await voided(shop, label["parcel_id"])
    assert (asked["status"], asked["label"]["state"]) == ("pending", "cancelling")
    assert (await shop.order(order["id"]))["state"] == "shipped", "the courier has not agreed"
    await depot.work()
    assert next(iter(depot.books.orders.values())).cancelled
    assert (await depot.label(label))["state"] == "cancelled"
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert (parcel["status"], parcel["reason"], parcel["label"]["state"]) == ("cancelled", "voided", "cancelled")
    assert (await shop.order(order["id"]))["state"] == "paid"
    [event] = await shop.events(OrderShipmentVoided)
    assert event.applicant == "m-1"
    assert (await depot.label(await depot.ordered(order)))["state"] == "requested", "it may be shipped again"


async def test_a_courier_that_refuses_leaves_the_parcel_and_the_merchant_may_have_cancelled_it_otherwise(depot, shop):
    order, label = await labelled(depot, shop)
    next(iter(depot.books.orders.values())).collected = True
    await voided(shop, label["parcel_id"])
    await depot.work()
    kept = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    assert (kept["status"], kept["label"]["state"]) == ("pending", "created")
    assert kept["label"]["refusal"] is not None
    given_up = await voided(shop, label["parcel_id"], cancelled_with_courier=True)
    assert (given_up["status"], given_up["label"]["state"]) == ("cancelled", "cancelled")
    assert (await shop.order(order["id"]))["state"] == "paid"


async def test_a_courier_that_does_not_answer_is_asked_again_until_the_merchant_has_cancelled_it(depot, shop):
    _, label = await labelled(depot, shop)
    depot.books.fault = Fault.LOST_ANSWER
    await voided(shop, label["parcel_id"])
    await depot.work()
    shop.problem(await shop.seller.post(f"/v1/parcels/{label['parcel_id']}/void"), 409, "illegal_transition")
    assert (await voided(shop, label["parcel_id"], cancelled_with_courier=True))["status"] == "cancelled"
    depot.books.fault = None
    await depot.work(seconds=3600)
    assert len(await shop.events(OrderShipmentVoided)) == 1


async def test_the_label_is_for_the_merchant_and_agents(depot, shop):
    _, label = await labelled(depot, shop)
    path = f"/v1/parcels/{label['parcel_id']}"
    for reader in (shop.seller, depot.agent):
        assert (await reader.get(path)).json()["label"]["id"] == label["id"]
    for reader in (shop.buyer, shop.h.client("arbitrator", "arbitrator-1")):
        shown = await reader.get(path)
        assert (shown.status_code, shown.json()["label"]) == (200, None)


async def test_a_scan_that_comes_before_the_courier_agrees_keeps_the_parcel(depot, shop):
    order, label = await labelled(depot, shop)
    await voided(shop, label["parcel_id"])
    parcel = (await shop.seller.get(f"/v1/parcels/{label['parcel_id']}")).json()
    async with shop.h.runtime.transaction() as tx:
        key = ParcelKey(carrier=parcel["carrier"], waybill_no=parcel["waybill_no"])
        scan = Scan(key="collected", status=ParcelStatus.PICKED_UP, occurred_at=shop.h.clock.now())
        assert await parcels.apply_scans(tx, key, [scan]) == 1
    await depot.work()
    assert await shop.events(OrderShipmentVoided) == []
    assert (await shop.order(order["id"]))["state"] == "shipped"
