"""Calendars and rules of hours as data: loaded, changed by version, and what deadlines make of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import DeadlineExtended
from aftersale_shop import Shop
from aftersale_svc.commands import calendars
from aftersale_svc.domain.deadlines.calendars import Calendar, CalendarSource, DayKind, SpecialDay
from aftersale_svc.queries import deadlines as queries
from aftersale_svc.tables.deadlines import TO_MOVE
from aftersale_svc.workers.calendars import load

VERSIONS = "SELECT id, max(version) AS version FROM calendars GROUP BY id ORDER BY id"
RULE = {"timer": "review_hours", "amount": 2, "unit": "working_days"}


@pytest.fixture
async def loaded(shop: Shop) -> Shop:
    shop.clock.set(datetime(2026, 9, 30, 2, 0, tzinfo=UTC))  # ten in the morning in Shanghai, a day before the holidays
    await load(shop.harness.runtime)
    for role, sub, tenant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1"), ("agent", "agent-1", None)):
        setattr(shop, role, shop.harness.client(role, sub, tenant))
    await shop.delivered()
    return shop


async def rules(shop: Shop, *rules: dict[str, object]) -> None:
    admin = shop.harness.client("admin", "admin-1")
    response = await admin.put("/v1/deadline-rules", json={"rules": list(rules)})
    assert response.status_code == 200, response.text
    await shop.harness.runtime.load_timing()


async def test_loading_again_adds_no_version(loaded: Shop) -> None:
    pool = loaded.harness.runtime.pool
    before = [tuple(row) for row in await pool.fetch(VERSIONS)]
    assert ("CN", 1) in before
    await load(loaded.harness.runtime)
    assert [tuple(row) for row in await pool.fetch(VERSIONS)] == before


async def test_working_days_of_the_country_decide_when_a_case_is_due(loaded: Shop) -> None:
    await rules(loaded, RULE)
    case = await loaded.case()
    assert case["deadline_at"] == "2026-10-09T16:00:00Z", "8 and 9 October, after the holidays"


async def test_a_merchants_calendar_is_a_version_on_that_of_the_country(loaded: Shop) -> None:
    await rules(loaded, RULE)
    body = {"based_on": "CN", "opens": "09:00", "closes": "18:00", "closed_days": ["2026-10-09"]}
    response = await loaded.seller.put("/v1/merchants/m-1/calendar", json=body)
    assert response.status_code == 200, response.text
    assert response.json()["version"] == 1
    assert [day["kind"] for day in response.json()["days"]] == ["closed"]
    await loaded.harness.runtime.load_timing()
    assert (await loaded.case())["deadline_at"] == "2026-10-10T10:00:00Z", (
        "the 8th, and Saturday the 10th, which makes up"
    )
    assert (await loaded.seller.put("/v1/merchants/m-1/calendar", json=body)).json()["version"] == 2
    shown = await loaded.seller.get("/v1/merchants/m-1/calendar")
    assert (shown.json()["version"], shown.json()["opens"]) == (2, "09:00")


async def test_a_seller_sees_no_other_merchant(loaded: Shop) -> None:
    for answer in (
        await loaded.seller.get("/v1/merchants/m-2/calendar"),
        await loaded.seller.put("/v1/merchants/m-2/calendar", json={}),
        await loaded.seller.get("/v1/merchants/m-2/deadline-rules"),
    ):
        assert answer.status_code == 404, answer.text
    assert (await loaded.seller.put("/v1/merchants/m-1/deadline-rules", json={"rules": []})).status_code == 403


async def test_a_merchants_rules_hold_before_the_platforms(loaded: Shop) -> None:
    await rules(loaded, RULE)
    own = {"rules": [{"timer": "review_hours", "amount": 5, "when": {"type": "return_refund"}}]}
    answer = await loaded.agent.put("/v1/merchants/m-1/deadline-rules", json=own)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    await loaded.harness.runtime.load_timing()
    assert (await loaded.case())["deadline_at"] == "2026-09-30T07:00:00Z"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"timer": "tea_time", "amount": 1}, "deadline_rule_unknown", "/rules/0/timer"),
        ({"timer": "review_hours", "amount": 1, "calendar": "XX"}, "deadline_rule_unknown", "/rules/0/calendar"),
        ({"timer": "review_hours", "amount": 2161}, "validation_failed", "/rules/0/amount"),
        ({"timer": "review_hours", "amount": 91, "unit": "working_days"}, "validation_failed", "/rules/0"),
        ({"timer": "review_hours", "amount": 0}, "validation_failed", "/rules/0/amount"),
        ({"timer": "review_hours", "amount": -1}, "validation_failed", "/rules/0/amount"),
        ({"timer": "review_hours", "amount": 1, "reminders": [0]}, "validation_failed", "/rules/0/reminders/0"),
        ({"timer": "review_hours", "amount": 1, "reminders": [2, 2.0]}, "validation_failed", "/rules/0/reminders"),
        (
            {"timer": "review_hours", "amount": 1, "when": {"type": "tea"}},
            "deadline_rule_unknown",
            "/rules/0/when/type",
        ),
        (
            {"timer": "review_hours", "amount": 1, "when": {"stage": "tea"}},
            "deadline_rule_unknown",
            "/rules/0/when/stage",
        ),
        ({"timer": "review_hours", "amount": 1, "when": {"reason": ""}}, "validation_failed", "/rules/0/when"),
        ({"timer": "review_hours", "amount": 1, "when": {"weather": "rain"}}, "validation_failed", "/rules/0/when"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(
    loaded: Shop, body: dict[str, object], code: str, pointer: str
) -> None:
    admin = loaded.harness.client("admin", "admin-1")
    response = await admin.put("/v1/deadline-rules", json={"rules": [body]})
    problem = loaded.harness.problem(response, 422, code)
    assert str(problem["errors"][0]["pointer"]).startswith(pointer), problem  # type: ignore[index]
    assert (await admin.get("/v1/deadline-rules")).json()["version"] == 0


async def test_two_rules_for_the_same_are_refused(loaded: Shop) -> None:
    admin = loaded.harness.client("admin", "admin-1")
    rules = [{"timer": "review_hours", "amount": amount} for amount in (1, 2)]
    refused = await admin.put("/v1/deadline-rules", json={"rules": rules})
    assert loaded.harness.problem(refused, 422, "deadline_rule_repeated")["timer"] == "review_hours"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"based_on": "XX"}, "calendar_unknown"),
        ({"time_zone": "Mars/Olympus"}, "time_zone_unknown"),
        ({"opens": "18:00", "closes": "09:00"}, "validation_failed"),
        ({"opens": "25:00"}, "validation_failed"),
        ({"opens": "09:00", "closes": "09:00"}, "validation_failed"),
        ({"time_zone": ""}, "time_zone_unknown"),
        ({"closed_days": ["2026-02-30"]}, "validation_failed"),
        ({"closed_days": ["1999-12-31"]}, "validation_failed"),
        ({"closed_days": ["2100-01-01"]}, "validation_failed"),
        ({"closed_days": ["2026-10-01", "2026-10-01"]}, "validation_failed"),
        ({"windows": [{"weekday": 7, "opens": "09:00", "closes": "12:00"}]}, "validation_failed"),
        ({"windows": [{"weekday": 1, "opens": "12:00", "closes": "12:00"}]}, "validation_failed"),
        ({"windows": [{"weekday": 1, "opens": "09:00", "closes": "12:00"}] * 2}, "working_hours_overlap"),
        (
            {"windows": [{"weekday": day % 7, "opens": "09:00", "closes": "12:00"} for day in range(29)]},
            "validation_failed",
        ),
        ({"windows": [{"weekday": 6, "opens": "09:00", "closes": "09:01"}]}, "working_time_too_short"),
        ({"opens": "09:00", "closes": "12:59"}, "working_time_too_short"),
        ({"closed_days": [str(date(2026, 10, 1) + timedelta(days=6 * n)) for n in range(61)]}, "closed_too_often"),
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(loaded: Shop, body: dict[str, object], code: str) -> None:
    response = await loaded.seller.put("/v1/merchants/m-1/calendar", json=body)
    loaded.harness.problem(response, 422, code)
    assert (await loaded.seller.get("/v1/merchants/m-1/calendar")).status_code == 404


async def test_a_calendar_may_have_twenty_hours_a_week_and_sixty_closed_days_a_year(loaded: Shop) -> None:
    closed = [str(date(2026, 10, 1) + timedelta(days=7 * n)) for n in range(100)]
    body = {"opens": "09:00", "closes": "13:00", "closed_days": closed}
    response = await loaded.seller.put("/v1/merchants/m-1/calendar", json=body)
    assert response.status_code == 200, response.text


async def test_a_dispute_stops_the_time_of_a_case_and_gives_back_what_was_left(loaded: Shop) -> None:
    case = await loaded.rejected()
    loaded.clock.advance(hours=100)
    dispute = await loaded.complaint(case["id"])
    assert dispute is not None
    assert (await loaded.get(case["id"]))["deadline_at"] is None
    loaded.clock.advance(hours=30)
    await loaded.rule(dispute["id"], "withdraw", loaded.buyer)
    resumed = await loaded.get(case["id"])
    left = datetime.fromisoformat(resumed["deadline_at"]) - loaded.clock.now()
    assert (resumed["state"], left.total_seconds() / 3600) == ("rejected", 7 * 24 - 100)


async def test_working_hours_of_a_merchant_by_weekday(loaded: Shop) -> None:
    await rules(loaded, {"timer": "review_hours", "amount": 4, "unit": "working_hours"})
    windows = [
        {"weekday": 2, "opens": "09:00", "closes": "12:00"},
        {"weekday": 2, "opens": "14:00", "closes": "15:00"},
        {"weekday": 4, "opens": "20:00", "closes": "24:00"},
        {"weekday": 5, "opens": "09:00", "closes": "21:00"},
    ]
    response = await loaded.seller.put("/v1/merchants/m-1/calendar", json={"windows": windows})
    assert (response.status_code, response.json()["windows"]) == (200, windows), response.text
    await loaded.harness.runtime.load_timing()
    # Wednesday at ten: two hours until noon, one in the afternoon, and the last one on Friday evening after the holidays.
    assert (await loaded.case())["deadline_at"] == "2026-10-09T13:00:00Z"
    shown = await loaded.seller.get("/v1/merchants/m-1/calendar")
    assert shown.json()["windows"] == windows


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


async def to_move(shop: Shop) -> int:
    async with shop.harness.runtime.reader() as reader:
        return len(await queries.to_move(reader, "", 100))


async def moved(shop: Shop, case_id: str) -> str:
    """The deadline of the case, after the worker that moves deadlines has run."""
    await shop.harness.run_workers("provisional-deadlines")
    assert await to_move(shop) == 0, "nothing is computed again until something changes"
    deadline: str = (await shop.get(case_id))["deadline_at"]
    return deadline


async def test_a_holiday_among_known_days_moves_what_is_counted_in_them_and_is_named(loaded: Shop) -> None:
    await published(loaded)
    await rules(loaded, RULE)
    own = {"opens": "09:00", "closes": "18:00"}
    assert (await loaded.seller.put("/v1/merchants/m-1/calendar", json=own)).status_code == 200
    await loaded.harness.runtime.load_timing()
    case_id = (await loaded.case())["id"]
    assert await moved(loaded, case_id) == "2026-10-02T10:00:00Z"
    closed = {**own, "closed_days": ["2026-10-01", "2026-10-02"]}
    assert (await loaded.seller.put("/v1/merchants/m-1/calendar", json=closed)).status_code == 200
    await loaded.harness.runtime.load_timing()
    assert await moved(loaded, case_id) == "2026-10-02T10:00:00Z", "a merchant gives itself no time"
    await published(loaded, date(2026, 10, 2))
    assert await moved(loaded, case_id) == "2026-10-05T10:00:00Z", "Monday, since Friday is a holiday now"
    entry, sentences = await explained(loaded, case_id)
    assert (entry["calendar_version"], entry["country_version"]) == (1, 3), "the hours and closed days that were used"
    text = " ".join(each["en"] for each in sentences)
    assert "It is counted in version 1 of the calendar merchant:m-1, with the days of its country in version 3." in text
    assert "及其国家日历第 3 版的日期" in "".join(each["zh"] for each in sentences)
    assert "2026-10-02 did not count: Extra Holiday." in text
    assert "the merchant is closed" not in text, "the days that it closed later do count"
    [event] = await loaded.published(DeadlineExtended)
    assert (event.deadlines[0].calendar_version, event.deadlines[0].country_version) == (1, 3)
    steps = (await loaded.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert (steps[-1]["action"], steps[-1]["actor_role"]) == ("move_deadline", "system")
    assert steps[-1]["text"]["en"] == (
        "The calendar has changed, and the deadline was moved with it: until 2026-10-05 18:00 Asia/Shanghai, "
        "in place of 2026-10-02 18:00 Asia/Shanghai"
    )
    assert "由 2026-10-02 18:00" in steps[-1]["text"]["zh_cn"]
    await published(loaded)
    assert await moved(loaded, case_id) == "2026-10-05T10:00:00Z", "nobody loses time that was shown"
    assert (await explained(loaded, case_id))[0]["country_version"] == 4
    assert (await loaded.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"] == steps


async def explained(shop: Shop, case_id: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The open deadline of the case, and what explains it."""
    entries = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    answer = await shop.buyer.get(f"/v1/deadlines/{entries[-1]['id']}/explain")
    assert answer.status_code == 200, answer.text
    return answer.json()["deadline"], answer.json()["sentences"]


async def test_closed_weekdays_of_a_merchant_are_named_as_such_and_other_days_only_up_to_the_end(loaded: Shop) -> None:
    """It works from Thursday to Sunday: of these days it takes none off, and Sunday ends with the first minute of Monday."""
    loaded.clock.set(datetime(2026, 10, 12, 2, 0, tzinfo=UTC))
    for role, sub, tenant in (("buyer", "buyer-1", None), ("seller", "seller-1", "m-1"), ("agent", "agent-1", None)):
        setattr(loaded, role, loaded.harness.client(role, sub, tenant))
    await rules(loaded, {**RULE, "amount": 4})
    windows = [{"weekday": day, "opens": "09:00", "closes": "24:00"} for day in (3, 4, 5, 6)]
    assert (await loaded.seller.put("/v1/merchants/m-1/calendar", json={"windows": windows})).status_code == 200
    await loaded.harness.runtime.load_timing()
    case = await loaded.case()
    assert case["deadline_at"] == "2026-10-18T16:00:00Z"
    entry, sentences = await explained(loaded, case["id"])
    days = [each for each in sentences if "did not count" in each["en"]]
    assert [(each["zh"], each["en"]) for each in days] == [
        (
            "2026-10-12 – 2026-10-14 不计：商家每周的固定休息日。",
            "2026-10-12 – 2026-10-14 did not count: the merchant is closed on this day of each week.",
        )
    ]
    extended = await loaded.agent.post(f"/v1/deadlines/{entry['id']}/extend", json={"hours": 48})
    assert extended.status_code == 200, extended.text
    _, sentences = await explained(loaded, case["id"])
    assert [each for each in sentences if "did not count" in each["en"]] == days, "an extension is plain hours"


async def test_more_time_is_in_the_timeline_with_until_when(loaded: Shop) -> None:
    case_id = (await loaded.case())["id"]
    [entry] = (await loaded.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    given = await loaded.buyer.post(f"/v1/deadlines/{entry['id']}/extend", json={"hours": 24, "note": "好"})
    assert given.status_code == 200, given.text
    step = (await loaded.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"][-1]
    assert (step["action"], step["note"], step["actor_id"]) == ("extend_deadline", "好", "buyer-1")
    assert step["text"]["en"].startswith("The buyer gave more time: until 2026-10-03 10:00")


OPEN = """
INSERT INTO deadlines (id, document, document_id, case_id, buyer_id, merchant_id, document_state, turn, state, cause, set_at, due_at,
       calendar_id, calendar_version)
SELECT concat('dl_', n), 'case', concat('c', n), concat('c', n), 'b', 'm', 's', 'buyer', 'set', 'x', $1::timestamptz, $1, 'CN', 1
  FROM generate_series(1, 5000) n
"""


async def test_where_no_calendar_is_newer_no_deadline_is_read(loaded: Shop) -> None:
    """Each process looks twice a minute; 100,000 deadlines may be open."""
    pool = loaded.harness.runtime.pool
    await pool.execute(OPEN, loaded.clock.now())
    compiled = TO_MOVE.for_role("system")
    plan = await pool.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {compiled.sql}", *compiled.args({"after": "", "most": 100}))
    reads = [line for [line] in plan if " on deadlines" in line]
    assert reads
    assert all("never executed" in line or "rows=0.00" in line for line in reads), reads
