"""Open deadlines move with the days of their country, and are explained with the days that they were counted in."""

from datetime import UTC, date, datetime

from aftercare_events import DeadlineExtended
from aftersale_shop import Shop
from aftersale_svc.queries import deadlines as queries
from aftersale_svc.tables.deadlines.deadlines import TO_MOVE
from shop_calendars import RULE, explained, published, rules


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
