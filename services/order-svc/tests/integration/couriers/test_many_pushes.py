"""Pushes that arrive faster than they are processed one by one: several in one transaction."""

import asyncio
from datetime import timedelta
from typing import Any

from aftercare_chassis.jobs.workers import AT_ONCE
from order_svc.commands.parcels import courier_reports
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.integrations.couriers.registry import COURIERS
from order_svc.workers.partner_inbox import PartnerInbox
from structlog.testing import capture_logs

WAYBILLS = [f"7300000000010{number}" for number in range(4)]
ACTIONS = ("GOT", "DEPARTURE", "ARRIVAL", "DISPATCH", "SIGNED")


async def shipped(desk: Any) -> list[dict[str, Any]]:
    """A parcel for each waybill number, each of an order of its own."""
    return [await desk.ship(await desk.ordered(), waybill) for waybill in WAYBILLS]


async def process(desk: Any, workers: int = 1) -> None:
    """Have each of these workers process what is due, as after a step that has found something."""

    async def work() -> None:
        inbox = PartnerInbox(COURIERS, {})
        inbox._busy.add(PushSource.COURIER)
        while await inbox.step(PushSource.COURIER, desk.harness.runtime) is AT_ONCE:
            pass

    await asyncio.gather(*(work() for _ in range(workers)))


async def test_several_scans_of_one_parcel_are_applied_as_they_arrived(desk, order):
    parcel, endpoint, now = await desk.ship(order), await desk.endpoint(), desk.harness.clock.advance(hours=48)
    for hours, action in enumerate(ACTIONS):
        await desk.zto(endpoint, action, at=now - timedelta(hours=len(ACTIONS) - hours))
    await process(desk)
    assert {push["state"] for push in await desk.pushes()} == {"applied"}
    assert await desk.moves("outbound") == ["picked_up", "in_transit", "out_for_delivery", "delivered"]
    assert [status for status, _ in await desk.scans(parcel)] == [
        *("picked_up", "in_transit", "in_transit", "out_for_delivery", "delivered")
    ]


async def test_a_push_that_fails_among_others_is_rescheduled_alone(desk, monkeypatch):
    await shipped(desk)
    endpoint, apply = await desk.endpoint(), courier_reports.parcels.apply_scans

    async def fail_for_one(tx: Any, key: Any, *args: Any) -> int:
        if key.waybill_no == WAYBILLS[1]:
            raise ZeroDivisionError
        return await apply(tx, key, *args)

    monkeypatch.setattr(courier_reports.parcels, "apply_scans", fail_for_one)
    for waybill in WAYBILLS:
        await desk.zto(endpoint, "GOT", billCode=waybill)
    with capture_logs() as logs:
        await process(desk)
    assert [log["count"] for log in logs if log["event"] == "partner_pushes_one_by_one"] == [4]
    by_waybill = {push["reports"][0]["waybill_no"]: push for push in await desk.pushes(state="applied")}
    assert sorted(by_waybill) == [WAYBILLS[0], *WAYBILLS[2:]]
    assert [push["why"] for push in await desk.pushes(state="waiting")] == ["ZeroDivisionError"]


async def test_workers_that_process_pushes_of_the_same_parcels_do_not_wait_for_each_other(desk):
    """Each has several pushes of all parcels, in another order than the others."""
    parcels = await shipped(desk)
    endpoint, now = await desk.endpoint(), desk.harness.clock.advance(hours=48)
    for number in range(26):
        for waybill in WAYBILLS if number % 2 else reversed(WAYBILLS):
            await desk.zto(endpoint, "ARRIVAL", at=now - timedelta(minutes=number), billCode=waybill)
    with capture_logs() as logs:
        await process(desk, workers=3)
    assert [log for log in logs if log["event"] == "partner_pushes_one_by_one"] == []
    assert {len((await desk.parcel(parcel))["events"]) for parcel in parcels} == {26}
    counted = "SELECT state, attempts, count(*) FROM partner_inbox WHERE source = 'courier' GROUP BY 1, 2"
    assert [tuple(row) for row in await desk.harness.runtime.pool.fetch(counted)] == [("applied", 1, 104)]


async def test_unknown_codes_of_several_pushes_are_counted_together(desk):
    await shipped(desk)
    endpoint = await desk.endpoint()
    for waybill in WAYBILLS:
        await desk.zto(endpoint, "ABDUCTED", billCode=waybill)
    await process(desk)
    (code,) = (await desk.admin.get("/v1/courier-codes")).json()["data"]
    assert (code["code"], code["occurrences"]) == ("ABDUCTED", 4)


async def test_a_push_that_waits_for_its_parcel_is_processed_alone(desk, order):
    """Who registers the parcel waits for it, with the order locked."""
    endpoint = await desk.endpoint()
    await desk.zto(endpoint, "GOT")
    await desk.work()
    desk.harness.clock.advance(hours=1)
    await desk.zto(endpoint, "ARRIVAL")
    async with desk.harness.runtime.transaction() as tx:
        claimed = await partner_inbox.claim(tx, PushSource.COURIER, several=True)
    assert [push.state for push in claimed] == ["waiting"]


async def test_who_registers_a_parcel_waits_for_no_order_of_another_parcel_with_its_number(desk, order, another_order):
    await desk.ship(order)
    await desk.zto(await desk.endpoint(), "GOT")
    await desk.work()
    async with desk.harness.runtime.connection() as other, other.transaction():
        await other.execute("SELECT FROM orders WHERE id = $1 FOR UPDATE", order["id"])
        parcel = await asyncio.wait_for(desk.returned(another_order), 60)
    assert [status for status, _ in await desk.scans(parcel)] == ["picked_up"]
