"""A push that waits for its parcel is due as soon as the parcel is registered, however long it would have paused."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

from aftercare_chassis.jobs.workers import work
from aftercare_chassis.testing.clocks import START
from aftercare_chassis.testing.waiting import until
from aftercare_events import ReturnWaybillCorrected
from order_svc.commands.partners import partner_inbox
from order_svc.domain.partners.pushes import PushSource
from order_svc.tables.partner_inbox import WAKE_PUSHES

WAYBILL = "73000000000001"


async def paused(desk, endpoint: dict[str, Any], *, minutes: float = 4, **fields: Any) -> dict[str, Any]:
    """A push that has been looked at so often that it pauses for minutes."""
    await desk.zto(endpoint, "GOT", **fields)
    while True:
        await desk.work()
        [push] = [push for push in await desk.pushes() if push["state"] == "waiting"]
        due_at = datetime.fromisoformat(push["due_at"])
        if (due_at - desk.harness.clock.now()).total_seconds() >= 60 * minutes:
            return push
        desk.harness.clock.set(due_at)


async def applied_early(desk, push: dict[str, Any]) -> bool:
    """Whether the push is applied although the pause that it was in is not over."""
    assert desk.harness.clock.now() < datetime.fromisoformat(push["due_at"])
    await desk.work()
    [shown] = [each for each in await desk.pushes() if each["id"] == push["id"]]
    return shown["state"] == "applied"


async def test_a_seller_who_registers_the_parcel_ends_the_pause(desk, order):
    push = await paused(desk, await desk.endpoint())
    await desk.ship(order)
    assert await applied_early(desk, push)


async def test_a_return_that_is_registered_ends_the_pause(desk, order):
    push = await paused(desk, await desk.endpoint(), billCode="73000000000002")
    await desk.returned(order, waybill_no="73000000000002")
    assert await applied_early(desk, push)


async def test_a_corrected_return_ends_the_pause(desk, order):
    await desk.returned(order)
    push = await paused(desk, await desk.endpoint(), billCode="73000000000002")
    previous = {"previous_carrier": "zto", "previous_waybill_no": WAYBILL}
    await desk.returned(order, ReturnWaybillCorrected, waybill_no="73000000000002", **previous)
    assert await applied_early(desk, push)


async def test_the_pause_of_other_pushes_does_not_end(desk, order):
    push = await paused(desk, await desk.endpoint(), billCode="73000000000002")
    await desk.ship(order)
    assert not await applied_early(desk, push)
    assert (await desk.pushes(state="waiting"))[0]["due_at"] == push["due_at"]


async def test_a_registration_that_fails_wakes_nothing(desk, order):
    push = await paused(desk, await desk.endpoint())
    lines = [{"line_id": order["lines"][0]["id"], "quantity": 2}]
    body = {"carrier": "zto", "waybill_no": WAYBILL, "lines": lines}
    refused = await desk.seller.post(f"/v1/orders/{order['id']}/parcels", json=body)
    assert refused.status_code == 422
    with suppress(ZeroDivisionError):
        async with desk.harness.runtime.transaction() as tx:
            await partner_inbox.wake(tx, WAYBILL)
            raise ZeroDivisionError
    assert (await desk.pushes(state="waiting"))[0]["due_at"] == push["due_at"]


async def test_the_worker_of_this_process_starts_at_once(desk, order):
    """Its clock stands still and it would idle for minutes: only the registration wakes it."""
    push, stop = await paused(desk, await desk.endpoint()), asyncio.Event()
    name = partner_inbox.WORKERS[PushSource.COURIER]
    worker = next(each for each in desk.harness.service.workers if each.name == name)
    idle = asyncio.Event()

    async def step(runtime: Any) -> bool:
        due = await worker.step(runtime)
        idle.set()
        return due

    slow = type(worker)(worker.name, step, idle=300)
    running = asyncio.create_task(work(desk.harness.runtime, slow, stop))
    await asyncio.wait_for(idle.wait(), 60)
    await desk.ship(order)

    async def applied() -> bool:
        return [each["state"] for each in await desk.pushes()] == ["applied"]

    await until(applied, "the push is applied")
    assert desk.harness.clock.now() < datetime.fromisoformat(push["due_at"])
    stop.set()
    await running


async def test_waiting_pushes_are_found_by_an_index(desk):
    plan = await desk.harness.runtime.pool.fetch(
        f"EXPLAIN {WAKE_PUSHES.compiled.sql}",
        *WAKE_PUSHES.compiled.args({"waybill": [{"waybill_no": "SF12"}], "now": START}),
    )
    assert any("partner_inbox_waiting_idx" in row[0] for row in plan), plan
