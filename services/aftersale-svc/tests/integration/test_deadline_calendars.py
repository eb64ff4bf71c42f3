"""Calendars and rules of hours as data: loaded, changed by version, and what deadlines make of them."""

from datetime import date, datetime, timedelta

import pytest
from aftersale_shop import Shop
from aftersale_svc.workers.calendars import load
from shop_calendars import RULE, rules

VERSIONS = "SELECT id, max(version) AS version FROM calendars GROUP BY id ORDER BY id"


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
        ({"timer": "review_hours", "amount": 91, "unit": "working_days"}, "validation_failed", "/rules/0/amount"),
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


async def test_more_time_is_in_the_timeline_with_until_when(loaded: Shop) -> None:
    case_id = (await loaded.case())["id"]
    [entry] = (await loaded.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    given = await loaded.buyer.post(f"/v1/deadlines/{entry['id']}/extend", json={"hours": 24, "note": "好"})
    assert given.status_code == 200, given.text
    step = (await loaded.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"][-1]
    assert (step["action"], step["note"], step["actor_id"]) == ("extend_deadline", "好", "buyer-1")
    assert step["text"]["en"].startswith("The buyer gave more time: until 2026-10-03 10:00")
