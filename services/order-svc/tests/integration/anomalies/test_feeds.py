"""Our own silence is not taken for that of parcels: a standstill here, or of a courier's feed, raises nothing by itself."""

from datetime import timedelta

from aftercare_events import ParcelAnomalyRaised
from order_svc.commands import feeds
from order_svc.domain.anomalies.model import Feed

MANY = 20
INSERT_PUSH = """
INSERT INTO partner_inbox (id, source, endpoint_id, partner, push_id, state, attempts, due_at, received_at, tries_since)
SELECT 'push_1', 'courier', id, 'zto', 'p-1', 'received', 0, $1, $1, $1 FROM courier_endpoints
"""


async def ship(shop, number, carrier="zto"):
    for each in range(number):
        order, _ = await shop.paid()
        body = {
            "carrier": carrier,
            "waybill_no": f"73{each:03}",
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": 3}],
        }
        assert (await shop.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)).is_success


async def look(shop):
    """The timers look; how many anomalies there are."""
    await shop.h.run_due()
    return len(await shop.events(ParcelAnomalyRaised))


async def note(shop, command, *args):
    async with shop.h.runtime.transaction() as tx:
        await command(tx, *args)


async def reported_all_along(shop, hours, *carriers):
    """So many hours pass, with reports of these carriers and this service running all the time."""
    end = shop.h.clock.now() + timedelta(hours=hours)
    while shop.h.clock.now() < end:
        shop.h.clock.advance(hours=1 / 6)
        await note(shop, feeds.beat)
        for carrier in carriers:
            await note(shop, feeds.report, carrier)


async def test_many_parcels_of_a_courier_that_reports_nothing_are_not_silent_its_feed_is(shop):
    await ship(shop, MANY)
    shop.h.clock.advance(hours=49)
    assert await look(shop) == 0
    shop.h.clock.advance(hours=30)
    assert await look(shop) == 0, "looked at again each hour"


async def test_few_parcels_of_a_courier_may_be_silent(shop):
    await ship(shop, MANY - 1)
    shop.h.clock.advance(hours=49)
    assert await look(shop) == MANY - 1


async def test_many_parcels_are_silent_where_the_courier_reports_others(shop):
    await ship(shop, MANY)
    await note(shop, feeds.report, "zto")
    await reported_all_along(shop, 49, "zto")
    assert await look(shop) == MANY


async def test_after_a_courier_reports_again_what_it_could_not_deliver_has_a_day(shop):
    await ship(shop, MANY)
    await note(shop, feeds.report, "zto")
    await reported_all_along(shop, 20)
    await note(shop, feeds.report, "zto")
    await reported_all_along(shop, 19, "zto")
    assert await look(shop) == 0, "reported again 19 hours ago, after 20 hours"
    await reported_all_along(shop, 11, "zto")
    assert await look(shop) == MANY


async def test_a_standstill_of_this_service_raises_nothing_before_partners_could_repeat(shop):
    await ship(shop, 1)
    await note(shop, feeds.beat)
    shop.h.clock.advance(hours=60)
    assert await look(shop) == 0, "the timers run before it is noted that the service does"
    await note(shop, feeds.beat)
    shop.h.clock.advance(hours=1)
    await note(shop, feeds.beat)
    await reported_all_along(shop, 22)
    assert await look(shop) == 0
    await reported_all_along(shop, 2)
    assert await look(shop) == 1


async def test_pushes_that_wait_here_may_have_the_scan(shop):
    await ship(shop, 1)
    admin = shop.h.client("admin", "admin-1")
    assert (await admin.post("/v1/courier-endpoints", json={"partner": "zto"})).is_success
    shop.h.clock.advance(hours=48)
    await shop.h.runtime.pool.execute(INSERT_PUSH, shop.h.clock.now() - timedelta(minutes=6))
    assert await look(shop) == 0
    await shop.h.runtime.pool.execute("UPDATE partner_inbox SET state = 'applied', due_at = NULL")
    shop.h.clock.advance(hours=16 / 60)
    assert await look(shop) == 1


async def test_a_flood_of_silent_parcels_is_raised_in_batches(shop):
    """One look of the timers takes at most 100 parcels in one transaction."""
    await ship(shop, 3)
    shop.h.clock.advance(hours=49)
    assert await look(shop) == 3
    watched = await shop.h.runtime.pool.fetch("SELECT watch_at FROM parcels")
    # Each is looked at again when its delivery is overdue.
    assert {(row["watch_at"] - shop.h.clock.now()) > timedelta(days=12) for row in watched} == {True}


async def test_a_beat_is_kept_once_a_minute_and_a_gap_is_remembered(shop):
    start = shop.h.clock.now()
    await note(shop, feeds.beat)
    shop.h.clock.advance(seconds=30)
    await note(shop, feeds.beat)
    async with shop.h.runtime.transaction() as tx:
        assert await tx.find(feeds.FEEDS, feeds.SERVICE) == Feed(name=feeds.SERVICE, reported_at=start)
    shop.h.clock.advance(seconds=1200)
    await note(shop, feeds.beat)
    shop.h.clock.advance(seconds=120)
    await note(shop, feeds.beat)
    async with shop.h.runtime.transaction() as tx:
        feed = await tx.get(feeds.FEEDS, feeds.SERVICE)
    assert feed.reported_at - start == timedelta(minutes=22, seconds=30)
    assert feed.grace_until is not None
    assert feed.grace_until - start == timedelta(minutes=41), "as long as the gap of 20.5 minutes, from its end on"
