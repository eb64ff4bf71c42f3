"""Calendars and rules of hours of a shop, and what its deadlines are explained with."""

from datetime import date
from typing import Any

from aftercare_chassis.lifecycle import SYSTEM
from aftersale_shop import Shop
from aftersale_svc.commands.deadlines import calendars
from aftersale_svc.domain.deadlines.calendars import Calendar, CalendarSource, DayKind, SpecialDay

RULE = {"timer": "review_hours", "amount": 2, "unit": "working_days"}


async def rules(shop: Shop, *rules: dict[str, object]) -> None:
    admin = shop.harness.client("admin", "admin-1")
    response = await admin.put("/v1/deadline-rules", json={"rules": list(rules)})
    assert response.status_code == 200, response.text
    await shop.harness.runtime.load_timing()


async def published(shop: Shop, *holidays: date) -> None:
    """A version of the calendar of China with these holidays."""
    runtime = shop.harness.runtime
    days = {day: SpecialDay(DayKind.HOLIDAY, "Extra Holiday") for day in holidays}
    calendar = Calendar(
        id="CN",
        version=0,
        time_zone="Asia/Shanghai",
        source=CalendarSource.CHINESECALENDAR,
        known_until=date(2026, 12, 31),
        days=days,
    )
    async with runtime.transaction(SYSTEM) as tx:
        await calendars.publish(tx, calendar, "test")
    await runtime.load_timing()


async def explained(shop: Shop, case_id: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The open deadline of the case, and what explains it."""
    entries = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    answer = await shop.buyer.get(f"/v1/deadlines/{entries[-1]['id']}/explain")
    assert answer.status_code == 200, answer.text
    return answer.json()["deadline"], answer.json()["sentences"]
