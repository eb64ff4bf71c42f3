"""A scan does not change a parcel that was not handed over yet, or another parcel under the same waybill."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_events import OrderDelivered, ParcelRegistered

WAYBILL = "73000000000001"
MINUTE = timedelta(minutes=1)


async def the_same(desk, endpoint: dict[str, Any], at: datetime) -> None:
    await desk.zto(endpoint, "SIGNED", at=at)


async def in_another_order(desk, endpoint: dict[str, Any], at: datetime) -> None:
    await desk.zto_text(endpoint, json.dumps(dict(reversed(desk.trace("SIGNED", at).items()))))


async def with_another_text(desk, endpoint: dict[str, Any], at: datetime) -> None:
    await desk.zto(endpoint, "SIGNED", at=at, desc="快件已签收")


async def by_another_partner(desk, endpoint: dict[str, Any], at: datetime) -> None:
    ours = await desk.endpoint("standard-webhooks")
    await desk.standard(ours, {"waybill_no": WAYBILL, "status": "delivered", "occurred_at": at.isoformat()})


@pytest.mark.parametrize("repeat", [the_same, in_another_order, with_another_text, by_another_partner])
async def test_an_old_delivery_under_the_outbound_number_does_not_deliver_the_return(
    desk, order, repeat: Callable[..., Awaitable[None]]
):
    await desk.ship(order)
    endpoint, clock = await desk.endpoint(), desk.harness.clock
    signed_at = clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED", at=signed_at)
    await desk.work()
    clock.advance(hours=1)
    back = await desk.returned(order)
    await repeat(desk, endpoint, signed_at)
    await desk.work()
    assert (await desk.parcel(back))["status"] == "pending"
    assert await desk.moves("return") == []
    clock.advance(hours=30)
    await desk.zto(endpoint, "SIGNED", desc="退件")
    await desk.work()
    assert (await desk.parcel(back))["status"] == "delivered"
    assert await desk.moves("outbound") == ["delivered"]


async def test_a_scan_from_before_the_hand_over_is_kept_and_shown(desk, order):
    endpoint, now = await desk.endpoint(), desk.harness.clock.now()
    parcel = await desk.ship(order)
    assert parcel["handed_over_at"] == parcel["created_at"]
    await desk.zto(endpoint, "SIGNED", at=now - timedelta(days=90))
    await desk.zto(endpoint, "GOT", at=now - 4 * MINUTE)
    await desk.work()
    assert await desk.scans(parcel) == [("delivered", "before_hand_over"), ("picked_up", None)]
    assert (await desk.parcel(parcel))["status"] == "picked_up"
    assert {push["state"] for push in await desk.pushes()} == {"applied"}
    assert not [event for event in await desk.harness.published() if isinstance(event, OrderDelivered)]


async def test_a_push_that_waited_for_its_parcel_does_not_move_it_either(desk, order):
    endpoint, clock = await desk.endpoint(), desk.harness.clock
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert [push["state"] for push in await desk.pushes()] == ["waiting"]
    clock.advance(hours=3)
    parcel = await desk.ship(order)
    await desk.work()
    assert await desk.scans(parcel) == [("delivered", "before_hand_over")]
    assert (await desk.parcel(parcel))["status"] == "pending"
    assert (await desk.buyer.get(f"/v1/orders/{order['id']}")).json()["state"] == "shipped"


async def test_a_late_scan_is_sorted_by_the_time_at_which_it_happened(desk, order):
    endpoint, clock = await desk.endpoint(), desk.harness.clock
    parcel = await desk.ship(order)
    now = clock.advance(hours=10)
    for action, hours in (("DISPATCH", 1), ("SIGNED", 11), ("GOT", 9)):
        await desk.zto(endpoint, action, at=now - timedelta(hours=hours))
    await desk.work()
    assert (await desk.parcel(parcel))["status"] == "out_for_delivery"


async def test_the_outbound_delivery_does_not_deliver_the_return(desk, order):
    """Sent back under the number of goods that are still on their way: their own delivery is none of the return."""
    outbound = await desk.ship(order)
    endpoint, clock = await desk.endpoint(), desk.harness.clock
    clock.advance(hours=2)
    back = await desk.returned(order)
    clock.advance(hours=5)
    await desk.zto(endpoint, "SIGNED")
    clock.advance(seconds=20)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert (await desk.parcel(outbound))["status"] == "delivered"
    assert (await desk.parcel(back))["status"] == "pending"
    assert await desk.scans(back) == [("delivered", "other_journey")] * 2
    clock.advance(hours=40)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert (await desk.parcel(back))["status"] == "delivered"
    assert await desk.moves("outbound") == await desk.moves("return") == ["delivered"]


async def test_a_return_is_handed_over_at_the_time_of_the_buyers_request(desk, order):
    """However late its event arrives: what was scanned in between belongs to the outbound parcel."""
    await desk.ship(order)
    endpoint, clock = await desk.endpoint(), desk.harness.clock
    clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    reported_at = clock.advance(hours=1)
    clock.advance(hours=1)
    await desk.zto(endpoint, "GOT")
    clock.advance(hours=7)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    back = await desk.returned(order, time=reported_at)
    assert back["handed_over_at"] == reported_at.isoformat().replace("+00:00", "Z")
    assert await desk.moves("return") == ["delivered"]
    assert await desk.scans(back) == [("picked_up", None), ("delivered", None)]
    (registered,) = [e for e in await desk.harness.published() if isinstance(e, ParcelRegistered) and e.leg == "return"]
    assert registered.handed_over_at == reported_at


async def test_two_orders_in_one_box_arrive_together(desk, order, another_order):
    first, endpoint = await desk.ship(order), await desk.endpoint()
    desk.harness.clock.advance(hours=2)
    second = await desk.ship(another_order)
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    assert [(await desk.parcel(parcel))["status"] for parcel in (first, second)] == ["delivered"] * 2
    assert len([e for e in await desk.harness.published() if isinstance(e, OrderDelivered)]) == 2


async def test_a_number_that_comes_again_is_another_parcel(desk, order, another_order):
    first, endpoint = await desk.ship(order), await desk.endpoint()
    desk.harness.clock.advance(hours=20)
    await desk.zto(endpoint, "SIGNED")
    await desk.work()
    desk.harness.clock.advance(hours=24 * 90)
    second = await desk.ship(another_order)
    desk.harness.clock.advance(hours=1)
    await desk.zto(endpoint, "RETURN_SCAN", desc="客户拒收")
    await desk.work()
    assert (await desk.parcel(second))["status"] == "returning"
    assert await desk.scans(first) == [("delivered", None), ("returning", "other_journey")]
    assert (await desk.parcel(first))["status"] == "delivered"
