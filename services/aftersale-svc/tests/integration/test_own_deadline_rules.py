"""Merchants set hours themselves: less for their own answers, more for buyers, within what the platform gives."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftersale_shop import KETTLE, Shop
from shop_calendars import explained, rules

PATH = "/v1/merchants/m-1/own-deadline-rules"
REVIEW = {"timer": "review_hours", "amount": 24}


async def own(shop: Shop, *rules: dict[str, Any]) -> None:
    answer = await shop.seller.put(PATH, json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    await shop.harness.runtime.load_timing()


def hours(shop: Shop, case: dict[str, Any]) -> float:
    return (datetime.fromisoformat(case["deadline_at"]) - shop.clock.now()).total_seconds() / 3600


async def test_a_merchant_answers_sooner_and_gives_buyers_longer(shop: Shop) -> None:
    await own(shop, REVIEW, {"timer": "buyer_ship_hours", "amount": 240})
    await shop.delivered()
    case = await shop.case(1)
    assert hours(shop, case) == 24
    assert hours(shop, await shop.approve(case["id"])) == 240


async def test_the_explanation_names_the_merchants_own_rules_and_their_version(shop: Shop) -> None:
    await own(shop, {**REVIEW, "amount": 40})
    await own(shop, REVIEW)
    await shop.delivered()
    deadline, sentences = await explained(shop, (await shop.case(1))["id"])
    assert (deadline["rule_scope"], deadline["rule_version"], deadline["duration"]) == ("own", 2, 24)
    assert "By version 2 of the merchant's own rules, it lasts 24 hours." in [each["en"] for each in sentences]
    assert "按商家自定时限规则第 2 版，共 24 小时。" in [each["zh_cn"] for each in sentences]
    [change] = (await shop.harness.published())[-1].deadlines
    assert (change.rule, change.rule_version) == ("own", 2)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"category": "kitchen"}, 6),
        ({"buyer_level": "gold"}, 6),
        ({"type": "return_refund"}, 6),
        ({"type": "repair"}, 48),
    ],
)
async def test_they_depend_on_what_the_case_is_about(shop: Shop, when: dict[str, str], expected: int) -> None:
    await own(shop, {**REVIEW, "amount": 6, "when": when})
    line = KETTLE.model_copy(update={"category": "kitchen"})
    await shop.created(lines=(line,))
    await shop.payment(lines=(line,), buyer_level="gold")
    await shop.leaves({"line_1": 3})
    await shop.arrives()
    assert hours(shop, await shop.case(1)) == expected


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "more time for the merchant": ({"timer": "review_hours", "amount": 49}, "amount", "deadline_rule_out_of_bounds"),
    "less time for buyers": ({"timer": "buyer_ship_hours", "amount": 167}, "amount", "deadline_rule_out_of_bounds"),
    "another unit": (
        {"timer": "review_hours", "amount": 1, "unit": "working_days"},
        "unit",
        "deadline_rule_out_of_bounds",
    ),
    "reminders of buyers": (
        {"timer": "buyer_ship_hours", "amount": 168, "reminders": []},
        "reminders",
        "deadline_rule_out_of_bounds",
    ),
    "time after which the buyer gets a refund": (
        {"timer": "charge_hours", "amount": 2160},
        "timer",
        "deadline_rule_unknown",
    ),
    "time of an agent": ({"timer": "manual_review_hours", "amount": 1}, "timer", "deadline_rule_unknown"),
    "time of both sides": ({"timer": "appeal_hours", "amount": 80}, "timer", "deadline_rule_unknown"),
    "an unknown timer": ({"timer": "tea_hours", "amount": 1}, "timer", "deadline_rule_unknown"),
}


@pytest.mark.parametrize("bad", BAD)
async def test_what_takes_time_from_others_is_refused(shop: Shop, bad: str) -> None:
    rule, field, code = BAD[bad]
    refused = await shop.seller.put(PATH, json={"rules": [REVIEW, rule]})
    shop.harness.problem(refused, 422, code)
    assert refused.json()["errors"][0]["pointer"] == f"/rules/1/{field}"
    assert field == "reminders" or str(rule[field]) in refused.json()["detail"]
    shown = (await shop.seller.get(PATH)).json()
    assert (shown["version"], shown["rules"]) == (0, [])
    assert "review_hours" in shown["timers"]
    assert "manual_review_hours" not in shown["timers"]


async def test_refusals_name_codes_that_can_be_sent_and_units_in_words(shop: Shop) -> None:
    unknown = await shop.seller.put(PATH, json={"rules": [{**REVIEW, "when": {"type": "nonsense"}}]})
    shop.harness.problem(unknown, 422, "deadline_rule_unknown")
    assert "cancel_unshipped" in unknown.json()["detail"]
    wide = {"rules": [{"timer": "review_hours", "amount": 49}]}
    refused = (await shop.seller.put(PATH, json=wide)).json()["detail"]
    assert "48 小时" in refused


async def test_the_bound_is_what_the_platform_has_set_for_the_merchant(shop: Shop) -> None:
    given = {"rules": [{"timer": "review_hours", "amount": 12, "when": {"type": "return_refund"}}]}
    assert (await shop.agent.put("/v1/merchants/m-1/deadline-rules", json=given)).status_code == 200
    wide = {**REVIEW, "when": {"type": "return_refund"}}
    shop.harness.problem(await shop.seller.put(PATH, json={"rules": [wide]}), 422, "deadline_rule_out_of_bounds")
    await own(shop, REVIEW)  # for all types: within the 48 hours of the others
    await shop.delivered()
    assert hours(shop, await shop.case(1)) == 12, "the platform gives it less for this type"
    await shop.delivered("ord_2")
    assert hours(shop, await shop.case(1, order_id="ord_2", type_="refund_only")) == 24


async def test_own_rules_do_not_hold_any_more_where_the_platform_has_become_stricter(shop: Shop) -> None:
    await own(shop, REVIEW)
    await rules(shop, {"timer": "review_hours", "amount": 5})
    await shop.delivered()
    assert hours(shop, await shop.case(1)) == 5


async def test_a_more_general_own_rule_holds_where_the_special_one_is_out_of_bounds(shop: Shop) -> None:
    await own(shop, REVIEW, {**REVIEW, "amount": 40, "when": {"type": "return_refund"}})
    await rules(shop, {"timer": "review_hours", "amount": 30, "when": {"type": "return_refund"}})
    await shop.delivered()
    assert hours(shop, await shop.case(1)) == 24


async def test_buyers_are_reminded_as_the_platform_has_set(shop: Shop) -> None:
    await rules(shop, {"timer": "buyer_ship_hours", "amount": 168, "reminders": [72]})
    await own(shop, {"timer": "buyer_ship_hours", "amount": 240})
    await shop.delivered()
    case = await shop.case(1)
    await shop.approve(case["id"])
    deadline, _ = await explained(shop, case["id"])
    assert datetime.fromisoformat(deadline["due_at"]) - datetime.fromisoformat(deadline["reminds_at"]) == timedelta(
        hours=72
    )


async def test_only_the_merchant_itself_sets_its_own_rules(shop: Shop) -> None:
    shop.harness.problem(await shop.agent.put(PATH, json={"rules": []}), 403, "forbidden")
    other = PATH.replace("m-1", "m-2")
    shop.harness.problem(await shop.seller.put(other, json={"rules": []}), 404, "not_found")
    shop.harness.problem(await shop.seller.get(other), 404, "not_found")
    platform = shop.harness.client("seller", "seller-9", tenant="platform")
    refused = await platform.put("/v1/merchants/platform/own-deadline-rules", json={"rules": []})
    shop.harness.problem(refused, 403, "forbidden")
