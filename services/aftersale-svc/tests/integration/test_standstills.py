"""What moves a deadline by itself, and what comes before its end: standstills, newer calendars, reminders."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import (
    AfterSaleApproved,
    ClaimDeadlineReminder,
    DeadlineExtended,
    DeadlineReminder,
    DisputeDeadlineReminder,
)
from aftersale_shop import Shop
from aftersale_svc.commands.deadlines import calendars
from aftersale_svc.domain.deadlines.calendars import Calendar, CalendarSource, DayKind, SpecialDay
from aftersale_svc.workers.deadlines import remind
from aftersale_svc.workers.standstills import StandstillWatch


async def running(shop: Shop, case_id: str) -> dict[str, Any]:
    entries = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    [found] = [each for each in entries if not each.get("ended_at")]
    return dict(found)


async def explained(shop: Shop, deadline_id: str) -> str:
    response = await shop.buyer.get(f"/v1/deadlines/{deadline_id}/explain")
    return " ".join(each["en"] for each in response.json()["sentences"])


async def reminders(shop: Shop) -> list[int]:
    return [event.number for event in await shop.published(DeadlineReminder)]


async def test_a_standstill_is_held_against_nobody(shop: Shop) -> None:
    await shop.delivered()
    case, acted = await shop.case(1), await shop.case(1, type_="refund_only")
    watches = [StandstillWatch(), StandstillWatch()]
    shop.clock.advance(hours=46)
    for watch in watches:
        await watch(shop.harness.runtime)
    shop.clock.advance(hours=6)
    for watch in watches:
        await watch(shop.harness.runtime)
    assert (await shop.act(shop.seller, acted["id"], "approve"))["state"] == "refunding", "no timer has acted yet"
    for _ in range(2):
        await shop.harness.run_due()
        assert (await shop.get(case["id"]))["state"] == "pending_review"
    entry = await running(shop, case["id"])
    assert (entry["state"], entry["extension_cause"], entry["extensions"]) == ("extended", "standstill", 0)
    left = datetime.fromisoformat(entry["due_at"]) - shop.clock.now()
    assert left.total_seconds() == 6 * 3600
    assert "stood still" in await explained(shop, entry["id"])
    [event] = await shop.published(DeadlineExtended)
    assert (event.case_id, event.cause) == (case["id"], "standstill")
    shop.clock.advance(hours=6)
    await shop.harness.run_due()
    assert (await shop.last(AfterSaleApproved)).cause == "timeout"
    assert (await shop.get(case["id"]))["state"] == "await_buyer_shipment"


async def test_a_standstill_bars_neither_evidence_nor_an_appeal(shop: Shop) -> None:
    """Also before the timers have noted it, and of a verdict that was executed at once."""
    await shop.delivered()
    watches = [StandstillWatch(), StandstillWatch()]

    async def stand_still(hours: float) -> None:
        for advance in (hours - 2, 6):
            shop.clock.advance(hours=advance)
            for watch in watches:
                await watch(shop.harness.runtime)

    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="both", missing="…")
    settings = shop.harness.runtime.settings
    await stand_still(settings.evidence_hours)
    submitted = await shop.rule(dispute_id, "submit-evidence", shop.seller, note="…")
    assert submitted["awaited"] == ["buyer"]
    await shop.rule(dispute_id, "submit-evidence", shop.buyer, note="…")
    await shop.verdict(dispute_id, None, "none")
    await stand_still(settings.appeal_hours)
    assert (await shop.rule(dispute_id, "appeal", shop.buyer, grounds="…"))["state"] == "appealed"


async def test_each_reminder_comes_once_though_ten_workers_send_them(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    shop.clock.advance(hours=23.9)
    await remind(shop.harness.runtime)
    assert await reminders(shop) == []
    shop.clock.advance(hours=0.1)
    await asyncio.gather(*(remind(shop.harness.runtime) for _ in range(10)))
    assert await reminders(shop) == [1]
    entry = await running(shop, case["id"])
    assert (entry["reminders"], (await shop.get(case["id"]))["version"]) == (1, case["version"] + 1)
    shop.clock.advance(hours=22)
    await asyncio.gather(*(remind(shop.harness.runtime) for _ in range(10)))
    assert await reminders(shop) == [1, 2]
    await shop.approve(case["id"])
    shop.clock.advance(hours=24)
    await remind(shop.harness.runtime)
    assert await reminders(shop) == [1, 2], "the deadline was met, and the next one is a week away"


async def test_a_side_of_a_dispute_is_reminded(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    for hours in (24, 22, 1):
        shop.clock.advance(hours=hours)
        await remind(shop.harness.runtime)
    sent = await shop.published(DisputeDeadlineReminder)
    assert [(each.dispute_id, each.turn, each.number) for each in sent] == [
        (dispute_id, "merchant", 1),
        (dispute_id, "merchant", 2),
    ]


async def test_who_has_to_act_in_a_claim_is_reminded_and_a_courier_is_not(shop: Shop) -> None:
    await shop.delivered()
    await shop.case(1, reason="damaged_in_transit")
    [claim] = (await shop.seller.get("/v1/courier-claims")).json()["data"]
    shop.clock.advance(hours=6 * 24)
    await asyncio.gather(*(remind(shop.harness.runtime) for _ in range(5)))
    [reminder] = await shop.published(ClaimDeadlineReminder)
    assert (reminder.claim_id, reminder.turn, reminder.number, reminder.buyer_id) == (claim["id"], "merchant", 1, None)
    filed = await shop.seller.post(f"/v1/courier-claims/{claim['id']}/file", json={"reference": "LP-1"})
    assert filed.json()["version"] == claim["version"] + 2
    shop.clock.advance(hours=71)
    await remind(shop.harness.runtime)
    assert len(await shop.published(ClaimDeadlineReminder)) == 1


async def test_a_claim_on_a_guarantee_reminds_the_merchant_and_more_time_moves_the_reminder(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    opened = await shop.buyer.post(f"/v1/cases/{case['id']}/guarantee-claims", json={"kind": "merchant_deposit"})
    claim = opened.json()
    entries = (await shop.agent.get(f"/v1/cases/{case['id']}/deadlines")).json()["data"]
    [entry] = [each for each in entries if each["document"] == "guarantee_claim"]
    longer = await shop.buyer.post(f"/v1/deadlines/{entry['id']}/extend", json={"hours": 24})
    assert longer.status_code == 200, longer.text
    shop.clock.advance(hours=24)
    await remind(shop.harness.runtime)
    assert await shop.published(ClaimDeadlineReminder) == []
    shop.clock.advance(hours=24)
    await remind(shop.harness.runtime)
    [reminder] = await shop.published(ClaimDeadlineReminder)
    assert (reminder.claim_id, reminder.turn, reminder.buyer_id) == (claim["id"], "merchant", "buyer-1")


async def test_a_newer_calendar_moves_what_was_provisional(shop: Shop) -> None:
    shop.clock.set(datetime.fromisoformat("2026-12-30T02:00:00+00:00"))
    for role, sub, tenant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1"), ("agent", "agent-1", None)):
        setattr(shop, role, shop.harness.client(role, sub, tenant))
    runtime = shop.harness.runtime
    known = Calendar(
        id="CN",
        version=1,
        time_zone="Asia/Shanghai",
        source=CalendarSource.CHINESECALENDAR,
        known_until=date(2026, 12, 31),
    )
    holiday = {date(2027, 1, 1): SpecialDay(DayKind.HOLIDAY, "New Year's Day")}
    async with runtime.transaction(SYSTEM) as tx:
        await calendars.publish(tx, known, "1")
    rules = {"rules": [{"timer": "review_hours", "amount": 2, "unit": "working_days", "reminders": [1]}]}
    assert (await shop.harness.client("admin", "admin-1").put("/v1/deadline-rules", json=rules)).status_code == 200
    await runtime.load_timing()
    await shop.delivered()
    case = await shop.case()
    before = await running(shop, case["id"])
    assert before["provisional"]
    await shop.harness.run_workers("provisional-deadlines")
    assert await running(shop, case["id"]) == before
    async with runtime.transaction(SYSTEM) as tx:
        await calendars.publish(tx, replace(known, known_until=date(2027, 12, 31), days=holiday), "2")
    await runtime.load_timing()
    await shop.harness.run_workers("provisional-deadlines")
    moved = await running(shop, case["id"])
    assert (moved["state"], moved["extension_cause"], moved["provisional"]) == ("moved", "calendar", False)
    assert (moved["id"], moved["calendar_version"]) == (before["id"], 2)
    later = datetime.fromisoformat(moved["due_at"]) - datetime.fromisoformat(before["due_at"])
    assert later.days == 3
    assert datetime.fromisoformat(moved["due_at"]) - datetime.fromisoformat(moved["reminds_at"]) == later / 72
    [event] = await shop.published(DeadlineExtended)
    assert (event.cause, event.deadlines[0].calendar_version) == ("calendar", 2)
    assert "moved by a newer calendar" in await explained(shop, moved["id"])
