"""The times of orders that merchants set: versions, limits, whose they are, and what orders do with them."""

import asyncio
from datetime import datetime, timedelta

import pytest
from aftercare_chassis.lifecycle import Actor
from aftercare_events import OrderCreated, OrderTimesSet
from order_svc.commands import merchant_settings

TIMES = {
    "payment_minutes": 60,
    "ship_hours": 72,
    "delivery_hours": 100,
    "receipt_hours": 200,
    "receipt_extensions": 2,
    "receipt_extension_days": 10,
}
PATH = "/v1/merchants/m-1/order-times"


async def put(shop, times, who=None, merchant="m-1", **headers):
    return await (who or shop.seller).put(f"/v1/merchants/{merchant}/order-times", json=times, headers=headers)


def left(shop, at):
    return datetime.fromisoformat(at) - shop.h.clock.now()


async def test_each_change_is_a_version_that_stays(shop):
    assert (await shop.seller.get(PATH)).status_code == 404
    made = await put(shop, TIMES)
    assert (made.status_code, made.headers["etag"], made.json()["set_by"]) == (200, '"v1"', "seller-1")
    changed = await put(shop, {"ship_hours": 24}, **{"If-Match": '"v1"'})
    assert (changed.json()["version"], changed.json()["receipt_hours"]) == (2, None), "as the platform has it"
    assert (await put(shop, TIMES, **{"If-Match": '"v1"'})).status_code == 412
    assert (await shop.seller.get(PATH)).json() == changed.json()
    assert (await shop.seller.get(f"{PATH}/versions/1")).json() == made.json()
    assert (await shop.seller.get(f"{PATH}/versions/3")).status_code == 404
    newest = (await shop.seller.get(f"{PATH}/versions", params={"limit": 1})).json()
    assert (newest["data"], newest["has_more"]) == ([changed.json()], True)
    first, second = await shop.events(OrderTimesSet)
    assert (first.setting_id, first.times_version, second.times_version) == (second.setting_id, 1, 2)
    assert (first.receipt_hours, second.receipt_hours, second.ship_hours) == (200, None, 24)


async def test_of_two_who_set_at_once_the_second_sets_the_later_version(shop):
    async with shop.h.runtime.transaction(Actor("seller-1", "seller", "m-1")) as tx:
        first = await merchant_settings.put_order_times(tx, "m-1", TIMES)
        await tx.flush()
        other = asyncio.create_task(put(shop, {"ship_hours": 24}))
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(60):
            while not await shop.h.runtime.pool.fetchval(waiting):
                pass
        shop.h.clock.advance(hours=1)
    second = (await other).json()
    assert second["version"] == 2
    assert datetime.fromisoformat(second["set_at"]) == first.set_at + timedelta(hours=1)


async def test_times_are_the_merchants_own_and_the_platform_has_what_holds_for_others(shop):
    rival, admin = shop.h.client("seller", "seller-2", tenant="m-2"), shop.h.client("admin", "admin-1")
    agent = shop.h.client("agent", "agent-1")
    assert (await put(shop, {"ship_hours": 24}, agent)).status_code == 200
    for found in (await rival.get(PATH), await rival.get(f"{PATH}/versions"), await rival.get(f"{PATH}/versions/1")):
        shop.problem(found, 404, "not_found")
    shop.problem(await put(shop, TIMES, rival), 404, "not_found")
    shop.problem(await put(shop, TIMES, agent, "platform"), 403, "forbidden")
    assert (await put(shop, {"ship_hours": 96}, admin, "platform")).status_code == 200
    shown = (await rival.get("/v1/merchants/m-2/order-times")).json()
    assert (shown["merchant_id"], shown["ship_hours"]) == ("platform", 96)
    assert (await shop.seller.get(PATH)).json()["ship_hours"] == 24


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("payment_minutes", 15, 21600),
        ("ship_hours", 1, 360),
        ("delivery_hours", 72, 1440),
        ("receipt_hours", 168, 1440),
        ("receipt_extensions", 1, 3),
        ("receipt_extension_days", 1, 30),
    ],
)
async def test_the_platform_limits_each_time(shop, name, least, most):
    for value in (least - 1, most + 1):
        refused = shop.problem(await put(shop, {name: value}), 422, "order_time_out_of_limits")
        assert (refused["errors"][0]["pointer"], refused["least"], refused["most"]) == (f"/{name}", least, most)
    for value in (least, most):
        assert (await put(shop, {name: value})).json()[name] == value
    shop.problem(await put(shop, {name: "soon"}), 422, "validation_failed")


async def test_an_order_keeps_the_times_that_held_when_it_was_placed(shop):
    made = (await put(shop, TIMES)).json()
    order = await shop.place()
    assert left(shop, order["deadline_at"]) == timedelta(hours=1)
    assert order["times"] == {**TIMES, "setting_id": order["times"]["setting_id"], "version": made["version"]}
    [event] = await shop.events(OrderCreated)
    assert (event.times_setting_id, event.times_version) == (order["times"]["setting_id"], 1)
    hurried = await shop.place(payment_minutes=20)
    assert left(shop, hurried["deadline_at"]) == timedelta(minutes=20), "its own comes first"
    await put(shop, {"ship_hours": 24})
    await shop.start_payment(order["id"])
    await shop.settle()
    paid = await shop.order(order["id"])
    assert left(shop, paid["ship_by_at"]) == timedelta(hours=72)
    parcel = await shop.ship(order, 3)
    assert left(shop, parcel["deliver_by_at"]) == timedelta(hours=100)
    shop.h.clock.advance(hours=101)
    await shop.h.run_due()
    late = await shop.order(order["id"])
    assert (late["whose_turn"], left(shop, late["deadline_at"])) == ("agent", timedelta(hours=100))
    await shop.scan("delivered")
    delivered = await shop.order(order["id"])
    assert (left(shop, delivered["deadline_at"]), delivered["receipt_extensions_left"]) == (timedelta(hours=200), 2)
    path = f"/v1/orders/{order['id']}/extend-receipt"
    assert shop.problem(await shop.buyer.post(path, json={"days": 11}), 422, "receipt_extension_too_long")["most"] == 10
    assert (await shop.buyer.post(path, json={"days": 10})).status_code == 200
    extended = await shop.order(order["id"])
    assert left(shop, extended["deadline_at"]) == timedelta(hours=200, days=10)
    later, _ = await shop.paid()
    assert (left(shop, later["ship_by_at"]), later["times"]["version"]) == (timedelta(hours=24), 2)


async def test_orders_of_merchants_that_have_set_nothing_have_the_times_of_the_platform(shop):
    order = await shop.place()
    assert (order["times"], left(shop, order["deadline_at"])) == (None, timedelta(minutes=30))
