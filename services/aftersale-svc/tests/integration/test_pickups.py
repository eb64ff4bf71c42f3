"""Goods that a courier collects at the buyer's door: booked, moved, missed, collected, dropped off."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.testing import until
from aftercare_events import (
    PickupBooked,
    PickupCancelled,
    PickupMissed,
    PickupMoved,
    PickupScheduleSet,
    PickupWaybillGiven,
    ReturnScanned,
    ReturnShipped,
)
from aftersale_shop import Shop
from aftersale_svc.commands.goods import pickups
from pickup_steps import DOOR, begun, book, returning, slots

WINDOWS = [
    {"weekday": day, "opens": opens, "closes": closes, "capacity": 1}
    for day in range(7)
    for opens, closes in (("09:00", "12:00"), ("14:00", "18:00"))
]


async def set_schedule(shop: Shop, **more: Any) -> httpx.Response:
    body = {"time_zone": "Asia/Shanghai", "lead_hours": 2, "days_ahead": 7, "windows": WINDOWS, **more}
    return await shop.seller.put("/v1/merchants/m-1/pickup-schedule", json=body)


def turn(case: dict[str, Any]) -> tuple[str, str, str | None]:
    return case["state"], case["whose_turn"], case["deadline_effect"]


async def test_while_a_pickup_is_booked_it_is_the_couriers_turn(shop: Shop) -> None:
    case_id = await returning(shop)
    offered = await slots(shop, case_id)
    shop.clock.advance(hours=1)
    booked = await book(shop, case_id)
    assert turn(booked) == ("await_pickup", "courier", "pickup_missed")
    assert booked["pickup"]["begins_at"] == offered[0]["begins_at"]
    assert booked["pickup"]["address"]["street"] == DOOR["street"]
    event = await shop.last(PickupBooked)
    assert event.deadline_at == event.ends_at + timedelta(hours=4), "the end of the time, and a margin"
    published = [envelope.data.decode() for envelope in await shop.harness.envelopes()]
    assert not any(DOOR["phone"] in data or DOOR["street"] in data for data in published)
    shown = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["explanation"]
    assert "courier" in shown["turn"]["en"]
    assert "取件" in shown["then"]["zh_cn"]


async def test_the_buyers_time_stops_meanwhile_and_goes_on_after_a_cancellation(shop: Shop) -> None:
    case_id = await returning(shop)
    shop.clock.advance(hours=24)
    await book(shop, case_id)
    shop.clock.advance(hours=2)
    cancelled = await shop.act(shop.buyer, case_id, "cancel-pickup", note="临时有事")
    assert turn(cancelled) == ("await_buyer_shipment", "buyer", "closed_buyer_late")
    event = await shop.last(PickupCancelled)
    assert event.deadline_at == shop.clock.now() + timedelta(hours=6 * 24)
    assert (cancelled["pickup"]["state"], cancelled["pickup"]["address"]) == ("cancelled", None)
    kept = await shop.harness.runtime.pool.fetchval("SELECT string_agg(change::text, '') FROM case_changes")
    assert DOOR["street"] not in kept, "nor in the history"
    deadlines = (await shop.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    assert [each["state"] for each in deadlines][-3:] == ["paused", "met", "set"]


async def test_a_pickup_is_moved_until_its_time_begins(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    offered = await slots(shop, case_id)
    moved = await shop.act(shop.buyer, case_id, "move-pickup", slot=offered[2]["begins_at"])
    event = await shop.last(PickupMoved)
    assert (event.previous_begins_at < event.begins_at, event.number) == (True, 2)
    assert event.deadline_at == event.ends_at + timedelta(hours=4)
    assert moved["pickup"]["begins_at"] == offered[2]["begins_at"]
    same = await shop.buyer.post(f"/v1/cases/{case_id}/move-pickup", json={"slot": offered[2]["begins_at"]})
    shop.harness.problem(same, 422, "pickup_slot_unchanged")
    begun(shop, moved)
    for action, body in (("move-pickup", {"slot": offered[3]["begins_at"]}), ("cancel-pickup", {})):
        refused = await shop.buyer.post(f"/v1/cases/{case_id}/{action}", json=body)
        shop.harness.problem(refused, 409, "pickup_begun")


async def test_goods_that_were_collected_are_on_their_way(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    sent = await shop.act(shop.seller, case_id, "collect-pickup", carrier="sf", waybill_no="SF1001")
    assert (sent["state"], sent["return_parcel"]["method"]) == ("return_in_transit", "pickup")
    assert sent["pickup"]["state"] == "collected"
    assert (await shop.last(ReturnShipped)).method == "pickup"
    await shop.parcel("SF1001")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_goods_are_collected_on_the_day_of_the_pickup_at_the_earliest(shop: Shop) -> None:
    case_id = await returning(shop)
    booked = await book(shop, case_id, place=-1)
    path, parcel = f"/v1/cases/{case_id}/collect-pickup", {"carrier": "sf", "waybill_no": "SF1001"}
    begun(shop, booked)
    shop.clock.advance(hours=-25)
    early = shop.harness.problem(await shop.seller.post(path, json=parcel), 409, "pickup_not_begun")
    assert early["possible_from"][:10] == (shop.clock.now() + timedelta(hours=1)).isoformat()[:10]
    assert (await shop.get(case_id))["state"] == "await_pickup"
    shop.clock.advance(hours=2)
    await shop.act(shop.seller, case_id, "collect-pickup", **parcel)


async def test_the_couriers_first_scan_collects_the_goods(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    await shop.act(shop.agent, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2002")
    assert (await shop.last(PickupWaybillGiven)).previous_waybill_no == "SF2001"
    await shop.parcel("SF2001", "in_transit", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "await_pickup", "that waybill was replaced"
    await shop.parcel("SF2002", "in_transit", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "return_in_transit"
    assert (await shop.last(ReturnShipped)).waybill_no == (await shop.last(ReturnScanned)).waybill_no == "SF2002"


async def test_a_delivery_without_a_scan_before_collects_and_arrives(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    await shop.parcel("SF2001", "delivered", case_id=case_id, carrier="sf")
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_goods_that_are_scanned_after_a_missed_pickup_are_on_their_way(shop: Shop) -> None:
    case_id = await returning(shop)
    case = await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no="SF2001")
    begun(shop, case)
    await shop.act(shop.buyer, case_id, "miss-pickup")
    await shop.parcel("SF2001", "in_transit", case_id=case_id, carrier="sf")
    found = await shop.get(case_id)
    assert (found["state"], found["pickup"]["state"]) == ("return_in_transit", "collected")


async def test_a_courier_who_does_not_come_gives_the_buyer_the_whole_time_again(shop: Shop) -> None:
    case_id = await returning(shop)
    shop.clock.advance(hours=5 * 24)
    case = await book(shop, case_id)
    shop.harness.problem(await shop.buyer.post(f"/v1/cases/{case_id}/miss-pickup", json={}), 409, "pickup_not_begun")
    seen = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    assert {"action": "miss_pickup", "allowed": False, "why_not": "pickup_not_begun"} in seen
    begun(shop, case)
    missed = await shop.act(shop.buyer, case_id, "miss-pickup")
    assert (missed["state"], missed["pickup"]["missed_by"]) == ("await_buyer_shipment", "courier")
    assert (await shop.last(PickupMissed)).deadline_at == shop.clock.now() + timedelta(hours=7 * 24)
    assert (await book(shop, case_id))["state"] == "await_pickup"


async def test_a_time_that_passes_without_a_word_is_missed_by_nobody(shop: Shop) -> None:
    case_id = await returning(shop)
    shop.clock.advance(hours=5 * 24)
    case = await book(shop, case_id)
    begun(shop, case)
    shop.clock.advance(hours=7)
    await shop.harness.run_due()
    found = await shop.get(case_id)
    assert turn(found) == ("await_buyer_shipment", "buyer", "closed_buyer_late")
    event = await shop.last(PickupMissed)
    assert (event.missed_by, event.deadline_at) == ("unknown", shop.clock.now() + timedelta(hours=7 * 24))


async def test_a_buyer_who_was_not_there_twice_sends_the_goods_alone(shop: Shop) -> None:
    case_id = await returning(shop)
    for _ in range(2):
        case = await book(shop, case_id)
        begun(shop, case)
        absent = await shop.act(shop.seller, case_id, "report-absence")
        assert absent["pickup"]["missed_by"] == "buyer"
    slot = (await slots(shop, case_id))[0]["begins_at"]
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/book-pickup", json={"slot": slot, "address": DOOR})
    shop.harness.problem(refused, 409, "pickups_used_up")
    shipped = await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    assert shipped["return_parcel"]["method"] == "own_courier"


async def test_pickups_are_booked_and_moved_six_times_at_most(shop: Shop) -> None:
    case_id = await returning(shop)
    await book(shop, case_id)
    offered = await slots(shop, case_id)
    for place in range(1, 6):
        await shop.act(shop.buyer, case_id, "move-pickup", slot=offered[place]["begins_at"])
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/move-pickup", json={"slot": offered[6]["begins_at"]})
    shop.harness.problem(refused, 409, "pickups_used_up")


async def test_a_case_that_is_stopped_or_ends_frees_its_time(shop: Shop) -> None:
    assert (await set_schedule(shop)).status_code == 200
    case_id = await returning(shop)
    first = (await slots(shop, case_id))[0]["begins_at"]
    await book(shop, case_id)
    assert first not in [each["begins_at"] for each in await slots(shop, case_id)]
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    stopped = await shop.get(case_id)
    assert (stopped["state"], stopped["pickup"]["state"]) == ("disputed", "cancelled")
    assert first in [each["begins_at"] for each in await slots(shop, case_id)]
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert turn(await shop.get(case_id)) == ("await_buyer_shipment", "buyer", "closed_buyer_late")
    await book(shop, case_id)
    ended = await shop.act(shop.buyer, case_id, "cancel")
    assert (ended["state"], ended["pickup"]["state"]) == ("cancelled", "cancelled")
    assert len(await shop.published(PickupCancelled)) == 2


@pytest.mark.parametrize("minutes", [0, 30])
async def test_a_time_that_is_not_offered_is_refused(shop: Shop, minutes: int) -> None:
    case_id = await returning(shop)
    at = (shop.clock.now() + timedelta(minutes=minutes)).isoformat()
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/book-pickup", json={"slot": at, "address": DOOR})
    problem = shop.harness.problem(refused, 422, "pickup_slot_unknown")
    assert problem["errors"][0]["pointer"] == "/slot"
    assert (await shop.get(case_id))["pickup"] is None


async def test_without_a_return_address_nothing_is_collected(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "approve")
    slot = (await slots(shop, case["id"]))[0]["begins_at"]
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/book-pickup", json={"slot": slot, "address": DOOR})
    shop.harness.problem(refused, 409, "pickup_destination_unknown")


async def test_goods_may_be_dropped_off(shop: Shop) -> None:
    case_id = await returning(shop)
    sent = await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001", drop_off_point="HZ-021")
    assert (sent["return_parcel"]["method"], sent["return_parcel"]["drop_off_point"]) == ("drop_off", "HZ-021")
    assert (await shop.last(ReturnShipped)).drop_off_point == "HZ-021"


async def test_a_merchant_sets_its_times_in_versions(shop: Shop) -> None:
    case_id = await returning(shop)
    missing = await shop.seller.get("/v1/merchants/m-1/pickup-schedule")
    shop.harness.problem(missing, 404, "not_found")
    first = (await set_schedule(shop)).json()
    booked = await book(shop, case_id)
    second = (await set_schedule(shop, windows=[])).json()
    assert (first["version"], second["version"], await slots(shop, case_id)) == (1, 2, [])
    assert (await shop.get(case_id))["pickup"]["begins_at"] == booked["pickup"]["begins_at"], "it stays booked"
    assert [event.window_count for event in await shop.published(PickupScheduleSet)] == [14, 0]
    rival = shop.harness.client("seller", "seller-2", tenant="m-2")
    foreign = await rival.get("/v1/merchants/m-1/pickup-schedule")
    shop.harness.problem(foreign, 404, "not_found")


async def test_a_schedule_that_contradicts_itself_is_refused(shop: Shop) -> None:
    shop.harness.problem(await set_schedule(shop, time_zone="Asia/Nowhere"), 422, "time_zone_unknown")
    twice = [{"weekday": 0, "opens": "09:00", "closes": "12:00", "capacity": 1}] * 2
    shop.harness.problem(await set_schedule(shop, windows=twice), 422, "pickup_windows_overlap")
    backwards = [{"weekday": 0, "opens": "12:00", "closes": "09:00", "capacity": 1}]
    assert (await set_schedule(shop, windows=backwards)).status_code == 422
    assert await shop.published(PickupScheduleSet) == []


async def test_without_a_booked_pickup_there_is_nothing_to_collect(shop: Shop) -> None:
    case_id = await returning(shop)
    parcel = {"carrier": "sf", "waybill_no": "SF1001"}
    for action, body in (("collect-pickup", parcel), ("give-pickup-waybill", parcel), ("report-absence", {})):
        refused = await shop.seller.post(f"/v1/cases/{case_id}/{action}", json=body)
        shop.harness.problem(refused, 409, "illegal_transition")


async def test_who_books_a_time_waits_for_who_is_booking_it(shop: Shop) -> None:
    """Without the lock both would count no pickup before either has been committed."""
    assert (await set_schedule(shop)).status_code == 200
    await shop.delivered()
    first, second = [(await shop.approve((await shop.case(1))["id"]))["id"] for _ in range(2)]
    slot = (await slots(shop, first))[0]["begins_at"]
    async with shop.harness.runtime.transaction(Actor("buyer-1", "buyer")) as tx:
        await pickups.book(tx, first, begins_at=datetime.fromisoformat(slot), address=DOOR)
        await tx.flush()
        body = {"slot": slot, "address": DOOR}
        other = asyncio.create_task(shop.buyer.post(f"/v1/cases/{second}/book-pickup", json=body))
        waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        await until(lambda: shop.harness.runtime.pool.fetchval(waits), "it waits")
    shop.harness.problem(await other, 409, "pickup_slot_full")


async def test_without_an_address_the_courier_comes_to_the_delivery_address(shop: Shop) -> None:
    case_id = await returning(shop)
    slot = (await slots(shop, case_id))[0]["begins_at"]
    case = await shop.act(shop.buyer, case_id, "book-pickup", slot=slot)
    assert (case["state"], case["pickup"]["address"]) == ("await_pickup", None)
    assert (await shop.last(PickupBooked)).at_delivery_address
    await shop.act(shop.buyer, case_id, "cancel-pickup")
    await book(shop, case_id)
    assert not (await shop.last(PickupBooked)).at_delivery_address, "an address that the buyer names is in no event"
