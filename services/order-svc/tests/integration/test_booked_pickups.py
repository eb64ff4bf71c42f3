"""Pickups that buyers book with the after-sale centre, as the courier gets them: the real service, and the couriers' simulators."""

from datetime import timedelta

import pytest
from aftercare_chassis import failpoints
from aftercare_events import (
    ParcelRegistered,
    PickupBooked,
    PickupCancelled,
    PickupMoved,
    PickupRefused,
    PickupWaybillWithdrawn,
)
from aftercare_simulators.shipping import Fault
from shipping_depot import CARRIER


class ProcessEnded(Exception):
    """Stands for the end of the process: what follows the failpoint is not carried out."""


@pytest.fixture
async def order(depot, shop):
    """An order that came with the carrier of the depot, two units of which are to be sent back."""
    paid, _ = await shop.paid()
    label = await depot.ordered(paid)
    await depot.work()
    assert (await depot.label(label))["state"] == "created"
    await shop.open_case(paid, 2, case_type="return_refund")
    return await shop.order(paid["id"])


def window(shop, hours: float = 0) -> dict[str, object]:
    begins_at = shop.h.clock.now().replace(hour=2, minute=0, second=0) + timedelta(days=1, hours=hours)
    return {"begins_at": begins_at, "ends_at": begins_at + timedelta(hours=2), "number": 1}


async def booked(shop, order, *, here: bool = True) -> None:
    await shop.h.consume(shop.case(PickupBooked, order, **window(shop), at_delivery_address=here))


async def moved(shop, order) -> None:
    before = window(shop)["begins_at"]
    await shop.h.consume(shop.case(PickupMoved, order, **window(shop, 4), previous_begins_at=before))


async def cancelled(shop, order) -> None:
    await shop.h.consume(shop.case(PickupCancelled, order, begins_at=window(shop)["begins_at"]))


async def pickups(shop):
    """The labels of the case."""
    return (await shop.seller.get("/v1/labels", params={"case_id": "case_1"})).json()["data"]


async def test_the_courier_collects_what_the_buyer_has_booked(depot, shop, order):
    await booked(shop, order)
    [label] = await pickups(shop)
    assert (label["leg"], label["carrier"], label["pickup_state"]) == ("return", CARRIER[depot.courier], "asked")
    await depot.work()
    [label] = await pickups(shop)
    assert (label["state"], label["pickup_state"]) == ("created", "booked")
    made = list(depot.books.orders.values())[-1]
    assert (made.waybill_no, made.pickup is not None) == (label["waybill_no"], True)
    registered = (await shop.events(ParcelRegistered))[-1]
    assert (registered.case_id, registered.waybill_no) == ("case_1", label["waybill_no"])


async def test_a_pickup_elsewhere_is_ordered_by_people(depot, shop, order):
    await booked(shop, order, here=False)
    assert await pickups(shop) == []


async def test_a_pickup_that_is_booked_twice_is_one(depot, shop, order):
    await booked(shop, order)
    await booked(shop, order)
    await depot.work()
    await booked(shop, order)
    [label] = await pickups(shop)
    assert (label["state"], label["pickup_state"]) == ("created", "booked")


@pytest.mark.parametrize("when", ["before it is sent", "after the answer"])
async def test_a_pickup_is_moved_with_the_booking(depot, shop, order, when):
    await booked(shop, order)
    if when == "after the answer":
        await depot.work()
    await moved(shop, order)
    await depot.work()
    [label] = await pickups(shop)
    later = f"{window(shop, 4)['begins_at']:%Y-%m-%dT%H}"
    assert (label["pickup_state"], label["pickup"]["begins_at"][:13]) == ("booked", later)
    [made] = [each for each in depot.books.orders.values() if each.waybill_no == label["waybill_no"]]
    assert "14" in made.pickup[0], "six o'clock UTC is two in the afternoon in China"


async def test_a_pickup_that_is_moved_before_the_courier_has_answered_is_moved_once_it_has(depot, shop, order):
    depot.books.fault = Fault.NO_WAYBILL_YET
    await booked(shop, order)
    await depot.work()
    await moved(shop, order)
    depot.books.fault = None
    await depot.work(seconds=60)
    await depot.work()
    [label] = await pickups(shop)
    assert (label["state"], label["pickup_state"]) == ("created", "booked")
    assert label["pickup"]["begins_at"][:13] == f"{window(shop, 4)['begins_at']:%Y-%m-%dT%H}"


@pytest.mark.parametrize("when", ["before it is sent", "before the answer", "after the answer"])
async def test_a_cancelled_pickup_is_given_up(depot, shop, order, when):
    if when == "before the answer":
        depot.books.fault = Fault.NO_WAYBILL_YET
    await booked(shop, order)
    if when != "before it is sent":
        await depot.work()
    await cancelled(shop, order)
    depot.books.fault = None
    await depot.work(seconds=60)
    await depot.work()
    [label] = await pickups(shop)
    assert label["state"] == "cancelled"
    ordered = list(depot.books.orders.values())[1:]
    assert all(each.cancelled for each in ordered)
    assert bool(ordered) == (when != "before it is sent")


async def test_a_waybill_that_is_withdrawn_with_its_pickup_is_given_up_once(depot, shop, order):
    await booked(shop, order)
    await depot.work()
    [label] = await pickups(shop)
    await cancelled(shop, order)
    waybill = {"carrier": label["carrier"], "waybill_no": label["waybill_no"]}
    await shop.h.consume(shop.case(PickupWaybillWithdrawn, order, **waybill))
    await depot.work()
    [label] = await pickups(shop)
    assert label["state"] == "cancelled"


async def test_a_pickup_that_the_courier_refuses_is_shown_with_its_reason_and_another_may_be_booked(depot, shop, order):
    depot.books.fault = Fault.REFUSED
    await booked(shop, order)
    await depot.work()
    [label] = await pickups(shop)
    assert (label["state"], label["refusal"] is not None) == ("failed", True)
    [refused] = await shop.events(PickupRefused)
    assert (refused.case_id, refused.refusal, refused.moved) == ("case_1", label["refusal"], False)
    assert refused.begins_at == window(shop)["begins_at"]
    timeline = (await shop.buyer.get(f"/v1/orders/{order['id']}/timeline", params={"limit": 100})).json()["data"]
    assert "拒绝上门取件" in str(timeline)
    depot.books.fault = None
    await booked(shop, order)
    await depot.work()
    assert sorted(each["state"] for each in await pickups(shop)) == ["created", "failed"]


async def test_a_time_that_the_courier_refuses_to_move_to_is_published(depot, shop, order):
    await booked(shop, order)
    await depot.work()
    depot.books.fault = Fault.REFUSED
    list(depot.books.orders.values())[-1].collected = True
    await moved(shop, order)
    await depot.work()
    [label] = await pickups(shop)
    assert (label["state"], label["pickup_state"]) == ("created", "refused")
    [refused] = await shop.events(PickupRefused)
    assert (refused.begins_at, refused.moved) == (window(shop, 4)["begins_at"], True)


async def test_a_label_that_a_person_has_ordered_is_that_persons_matter(depot, shop, order):
    depot.books.fault = Fault.REFUSED
    times = {name: at.isoformat() for name, at in window(shop).items() if name != "number"}
    body = {"carrier": CARRIER[depot.courier], "case_id": "case_1", "weight_grams": 900, "pickup": times}
    assert (await shop.seller.post(f"/v1/orders/{order['id']}/return-labels", json=body)).status_code == 201
    await depot.work()
    assert [each["state"] for each in await pickups(shop)] == ["failed"]
    assert await shop.events(PickupRefused) == []


async def test_a_process_that_ends_while_the_courier_is_asked_orders_one_pickup(depot, shop, order, monkeypatch):
    await booked(shop, order)
    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "point", _end)
        with pytest.raises(ProcessEnded):
            await depot.work()
    await depot.work(seconds=90)
    await depot.work(seconds=3600)
    [label] = await pickups(shop)
    assert label["state"] == "created"
    assert len(depot.books.orders) == 2, "that of the order, and one for the case"


def _end(reached: str) -> None:
    if reached == "shipping_call.answered":
        raise ProcessEnded
