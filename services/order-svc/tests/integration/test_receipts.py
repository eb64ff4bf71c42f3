"""The time to confirm a receipt: from the collection in person, with extensions, and shorter for virtual goods."""

from datetime import datetime, timedelta

import pytest
from aftercare_events import OrderReceiptConfirmed
from aftercare_events.catalogue.parcels import ParcelCollected
from aftercare_events.catalogue.receipts import ReceiptExtended, ReceiptPeriodStarted, ReceiptReminder
from order_svc.domain.tracking import ParcelStatus

DELIVERED = ParcelStatus.DELIVERED


def hours_to_confirm(shop, order):
    return (datetime.fromisoformat(order["deadline_at"]) - shop.h.clock.now()) / timedelta(hours=1)


async def shipped(shop, *waybills):
    order, _ = await shop.paid(quantity=len(waybills))
    for waybill_no in waybills:
        await shop.ship(order, 1, waybill_no)
    return order


async def extend(shop, order, days=3, who=None):
    return await (who or shop.buyer).post(f"/v1/orders/{order['id']}/extend-receipt", json={"days": days})


@pytest.mark.parametrize("receiver", [None, "person", "proxy"])
async def test_it_runs_from_a_delivery_in_person(shop, receiver):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to=receiver)
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 240


@pytest.mark.parametrize("receiver", ["station", "locker"])
async def test_what_a_station_or_locker_has_taken_runs_from_its_collection(shop, receiver):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to=receiver)
    waiting = await shop.order(order["id"])
    assert (waiting["state"], hours_to_confirm(shop, waiting)) == ("delivered", 168 + 240)
    shop.h.clock.advance(hours=30)
    await shop.scan(DELIVERED, delivered_to="person", key="collected")
    await shop.scan(DELIVERED, delivered_to="person", key="collected")
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 240
    (collected,), (started,) = await shop.events(ParcelCollected), await shop.events(ReceiptPeriodStarted)
    assert collected.collected_at == started.receipt_from_at == shop.h.clock.now()
    parcel = (await shop.buyer.get(f"/v1/parcels/{collected.parcel_id}")).json()
    assert datetime.fromisoformat(parcel["collected_at"]) == collected.collected_at


@pytest.mark.parametrize("receiver", ["station", "locker", "person", None])
async def test_a_delivery_after_it_was_ready_to_be_picked_up_is_the_collection(shop, receiver):
    order = await shipped(shop, "73001")
    await shop.scan(ParcelStatus.READY_FOR_PICKUP, delivered_to="station", key="ready")
    shop.h.clock.advance(hours=5)
    await shop.scan(DELIVERED, delivered_to=receiver)
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 240


async def test_what_nobody_collects_is_received_in_the_end(shop):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to="locker")
    shop.h.clock.advance(hours=168 + 239)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "delivered"
    shop.h.clock.advance(hours=2)
    await shop.h.run_due()
    assert [each.cause for each in await shop.events(OrderReceiptConfirmed)] == ["timeout"]


async def test_several_parcels_run_from_the_last_collection(shop):
    order = await shipped(shop, "73001", "73002", "73003")
    await shop.scan(DELIVERED, "73001", delivered_to="locker")
    await shop.scan(DELIVERED, "73002", delivered_to="station")
    await shop.scan(DELIVERED, "73003", delivered_to="person")
    shop.h.clock.advance(hours=10)
    await shop.scan(DELIVERED, "73002", delivered_to="person", key="second")
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 168 + 240 - 10
    shop.h.clock.advance(hours=10)
    await shop.scan(DELIVERED, "73001", delivered_to="proxy", key="first")
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 240


async def test_a_collection_that_is_reported_before_the_station_counts(shop):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to="person", key="late")
    await shop.scan(DELIVERED, delivered_to="locker", hours=-0.01, key="early")
    assert hours_to_confirm(shop, await shop.order(order["id"])) == 240
    assert await shop.events(ParcelCollected) == []


@pytest.mark.parametrize("who", ["buyer", "seller", "agent"])
async def test_it_is_extended_once(shop, who):
    order = await shop.delivered()
    client = shop.h.client("agent", "agent-1") if who == "agent" else getattr(shop, who)
    extended = (await extend(shop, order, 3, client)).json()
    assert hours_to_confirm(shop, extended) == 240 + 72
    assert (extended["receipt_extended_days"], extended["receipt_extensions_left"]) == (3, 0)
    (event,) = await shop.events(ReceiptExtended)
    assert (event.days, event.extended_by, event.receipt_due_at is not None) == (3, who, True)
    shop.problem(await extend(shop, order, 1, client), 409, "receipt_extensions_used")
    shop.h.clock.advance(hours=241)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "delivered"
    shop.h.clock.advance(hours=72)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "received"


async def test_extensions_that_are_refused(shop):
    order = await shop.delivered()
    shop.problem(await extend(shop, order, 8), 422, "receipt_extension_too_long")
    shop.problem(await extend(shop, order, 0), 422, "validation_failed")
    shop.problem(await extend(shop, order, who=shop.h.client("seller", "s", tenant="m-2")), 404, "not_found")
    paid, _ = await shop.paid()
    shop.problem(await extend(shop, paid), 409, "illegal_transition")
    shop.h.clock.advance(hours=241)
    shop.problem(await extend(shop, order), 409, "receipt_period_over")
    assert await shop.events(ReceiptExtended) == []


async def test_an_extension_counts_after_a_case_has_stopped_the_time(shop):
    order = await shop.delivered()
    await shop.open_case(order, quantity=1)
    assert (await extend(shop, order, 2)).json()["deadline_at"] is None
    (event,) = await shop.events(ReceiptExtended)
    assert event.receipt_due_at is None


async def reminders(shop, *hours):
    """How many hours before the receipt counts as confirmed its buyer has been reminded, after each of these times."""
    found = []
    for each in hours:
        shop.h.clock.advance(hours=each)
        await shop.h.run_due()
        found.append(
            [(event.receipt_due_at - event.time) / timedelta(hours=1) for event in await shop.events(ReceiptReminder)]
        )
    return found


async def test_the_buyer_is_reminded_once_before_the_receipt_counts_as_confirmed(shop):
    order = await shop.delivered()
    assert await reminders(shop, 215, 1, 23) == [[], [24], [24]]
    assert (await shop.order(order["id"]))["state"] == "delivered"
    assert await reminders(shop, 1) == [[24]]
    assert (await shop.order(order["id"]))["state"] == "received"
    timeline = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline")).json()["data"]
    (step,) = [each for each in timeline if each["event"] == "ReceiptReminder"]
    assert "自动确认收货" in step["text"]["zh_cn"]
    assert "counts as confirmed" in step["text"]["en"]


async def test_the_reminder_follows_an_extension(shop):
    order = await shop.delivered()
    await extend(shop, order, 3)
    assert await reminders(shop, 217, 70, 1, 24) == [[], [], [24], [24]]


async def test_an_extension_after_the_reminder_brings_another_one(shop):
    order = await shop.delivered()
    assert await reminders(shop, 220) == [[20]]
    await extend(shop, order, 3)
    assert await reminders(shop, 60, 20) == [[20], [20, 12]]


async def test_the_reminder_follows_the_collection(shop):
    await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to="locker")
    shop.h.clock.advance(hours=30)
    await shop.scan(DELIVERED, delivered_to="person", key="collected")
    assert await reminders(shop, 215, 1) == [[], [24]]


async def test_nobody_is_reminded_of_a_receipt_that_is_confirmed_or_waits_for_a_case(shop):
    confirmed = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{confirmed['id']}/confirm-receipt")
    waiting, _ = await shop.paid()
    await shop.ship(waiting, 3, "73002")
    await shop.scan(DELIVERED, "73002")
    await shop.open_case(waiting, quantity=1)
    assert await reminders(shop, 230, 24) == [[], []]


async def test_a_row_that_an_older_build_has_moved_on_is_due_no_longer(shop):
    order = await shop.delivered()
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    await shop.h.runtime.pool.execute("UPDATE orders SET receipt_reminds_at = created_at")
    assert await reminders(shop, 1) == [[]]
    assert await shop.h.runtime.pool.fetchval("SELECT count(receipt_reminds_at) FROM orders") == 0


async def test_virtual_goods_alone_are_received_after_a_day(shop):
    line = {"sku": "CODE-1", "title": "兑换码", "quantity": 1, "unit_price": {"amount": 100, "currency": "CNY"}}
    order, _ = await shop.paid(lines=[{**line, "fulfilment": "virtual"}])
    picks = {"lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}]}
    delivered = (await shop.seller.post(f"/v1/orders/{order['id']}/deliver-virtual", json=picks)).json()
    assert hours_to_confirm(shop, delivered) == 24
    assert await reminders(shop, 23, 2) == [[], []]


async def confirmed(shop, order):
    """The confirmed order, and from when until when its after-sale window is, in hours from now."""
    await shop.buyer.post(f"/v1/orders/{order['id']}/confirm-receipt")
    [event] = await shop.events(OrderReceiptConfirmed)
    shown = await shop.order(order["id"])
    assert datetime.fromisoformat(shown["window_ends_at"]) == event.window_ends_at
    return [(at - shop.h.clock.now()) / timedelta(hours=1) for at in (event.signed_at, event.window_ends_at)]


async def test_the_after_sale_window_begins_with_the_signature(shop):
    order = await shop.delivered()
    shop.h.clock.advance(hours=48)
    assert await confirmed(shop, order) == [-48, 120]


async def test_the_window_begins_with_the_personal_signature(shop):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to="station")
    shop.h.clock.advance(hours=30)
    await shop.scan(DELIVERED, delivered_to="person", key="collected")
    shop.h.clock.advance(hours=10)
    assert await confirmed(shop, order) == [-10, 158]


async def test_who_confirms_while_a_station_has_the_goods_signs_with_that(shop):
    order = await shipped(shop, "73001")
    await shop.scan(DELIVERED, delivered_to="locker")
    shop.h.clock.advance(hours=5)
    assert await confirmed(shop, order) == [0, 168]


async def test_the_window_lasts_for_a_day_after_the_receipt_at_least(shop):
    order = await shop.delivered()
    await extend(shop, order, 7)
    shop.h.clock.advance(hours=200)
    assert await confirmed(shop, order) == [-200, 24]
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "received", "the buyer may still open a case"
    shop.h.clock.advance(hours=25)
    await shop.h.run_due()
    assert (await shop.order(order["id"]))["state"] == "completed"
