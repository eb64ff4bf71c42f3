"""Calendars and rules of hours as data: loaded, changed by version, and what deadlines make of them."""

from datetime import UTC, datetime

import pytest
from aftersale_shop import Shop
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
        ({"closed_days": ["2026-02-30"]}, "validation_failed"),
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(loaded: Shop, body: dict[str, object], code: str) -> None:
    response = await loaded.seller.put("/v1/merchants/m-1/calendar", json=body)
    loaded.harness.problem(response, 422, code)
    assert (await loaded.seller.get("/v1/merchants/m-1/calendar")).status_code == 404


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
