"""Rules that merchants publish: versions, bad input, and what they would have decided."""

from typing import Any

import httpx
import pytest
from aftercare_events import CaseRulesPublished, DefaultReturnAddressSet
from aftersale_shop import RETURN_ADDRESS, Shop

RULES = "/v1/merchants/m-1/case-rules"
SMALL = {
    "id": "small",
    "title": "小额",
    "when": {"types": ["refund_only"], "amount_to": {"amount": 10_000, "currency": "CNY"}},
    "outcome": "approve",
}
OTHERS = {"id": "others", "when": {}, "outcome": "manual_review"}


async def publish(shop: Shop, *rules: dict[str, Any], version: int | None = None) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"v{version}"'}
    return await shop.seller.put(RULES, json={"rules": list(rules)}, headers=headers)


async def test_each_publication_is_a_version_that_stays(shop: Shop) -> None:
    assert (await shop.seller.get(RULES)).status_code == 404
    first = await publish(shop, SMALL)
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == '"v1"'
    second = await publish(shop, SMALL, OTHERS, version=1)
    assert (second.json()["version"], second.json()["rules"]) == (2, [SMALL, OTHERS])
    assert (await publish(shop, version=1)).status_code == 412
    assert (await shop.agent.get(RULES)).json() == second.json()
    kept = await shop.seller.get(f"{RULES}/versions/1")
    assert kept.json()["rules"] == [SMALL]
    assert (await shop.seller.get(f"{RULES}/versions/3")).status_code == 404
    events = await shop.published(CaseRulesPublished)
    assert [(event.rules_version, event.rule_count, event.merchant_id) for event in events] == [
        (1, 1, "m-1"),
        (2, 2, "m-1"),
    ]
    assert await shop.names(events[0].setting_id) == ["CaseRulesPublished"] * 2


async def test_a_first_version_cannot_be_conditional_on_another(shop: Shop) -> None:
    assert (await publish(shop, SMALL, version=1)).status_code == 412


async def test_rules_are_the_merchants_own(shop: Shop) -> None:
    await publish(shop, SMALL)
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    body = {"rules": [SMALL]}
    assert (await other.get(RULES)).status_code == 404
    assert (await other.get(f"{RULES}/versions/1")).status_code == 404
    assert (await other.put(RULES, json=body)).status_code == 404
    assert (await other.post(f"{RULES}/try", json=body)).status_code == 404
    assert (
        await other.put("/v1/merchants/m-1/return-address", json={"return_address": RETURN_ADDRESS})
    ).status_code == 404
    assert (await shop.buyer.get(RULES)).status_code == 403


def with_(**changed: Any) -> dict[str, Any]:
    return {**SMALL, **changed}


CNY, USD = {"amount": 2, "currency": "CNY"}, {"amount": 3, "currency": "USD"}
BAD: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "an outcome that rejects": ([with_(outcome="reject")], "/rules/0/outcome", "validation_failed"),
    "an unknown condition": ([with_(when={"weather": "rain"})], "/rules/0/when/weather", "validation_failed"),
    "a type twice": ([with_(when={"types": ["repair", "repair"]})], "/rules/0/when/types", "validation_failed"),
    "no type": ([with_(when={"types": []})], "/rules/0/when/types", "validation_failed"),
    "no kind of file": ([with_(when={"evidence_kinds": []})], "/rules/0/when/evidence_kinds", "validation_failed"),
    "no article": ([with_(when={"sku_prefixes": []})], "/rules/0/when/sku_prefixes", "validation_failed"),
    "an unknown type": ([with_(when={"types": ["barter"]})], "/rules/0/when/types/0", "validation_failed"),
    "a negative amount": (
        [with_(when={"amount_to": {"amount": -1, "currency": "CNY"}})],
        "/rules/0/when/amount_to/amount",
        "validation_failed",
    ),
    "no such currency": (
        [with_(when={"amount_to": {"amount": 1, "currency": "XXQ"}})],
        "/rules/0/when/amount_to/currency",
        "validation_failed",
    ),
    "two currencies": (
        [with_(when={"amount_from": CNY, "amount_to": USD})],
        "/rules/0/when/amount_to/currency",
        "currencies_differ",
    ),
    "an empty range": (
        [SMALL, with_(id="b", when={"amount_from": CNY, "amount_to": {**CNY, "amount": 1}})],
        "/rules/1/when/amount_to/amount",
        "range_empty",
    ),
    "an empty range of cases": (
        [with_(when={"buyer_history": {"days": 30, "least_cases": 3, "most_cases": 2}})],
        "/rules/0/when/buyer_history/most_cases",
        "range_empty",
    ),
    "too many days": (
        [with_(when={"buyer_history": {"days": 366}})],
        "/rules/0/when/buyer_history/days",
        "validation_failed",
    ),
    "one id twice": ([SMALL, SMALL], "/rules/1/id", "rule_repeated"),
    "an id that is no code": ([with_(id="Small!")], "/rules/0/id", "validation_failed"),
    "an address without an approval": (
        [with_(outcome="manual_review", return_address=RETURN_ADDRESS)],
        "/rules/0/return_address",
        "return_address_unused",
    ),
    "too many rules": ([with_(id=f"r{number}") for number in range(101)], "/rules", "validation_failed"),
}


@pytest.mark.parametrize(("rules", "pointer", "code"), BAD.values(), ids=BAD.keys())
async def test_bad_rules_are_refused_with_their_place(
    shop: Shop, rules: list[dict[str, Any]], pointer: str, code: str
) -> None:
    for response in (await publish(shop, *rules), await shop.seller.post(f"{RULES}/try", json={"rules": rules})):
        problem: Any = shop.harness.problem(response, 422, code)
        assert pointer in [error["pointer"] for error in problem["errors"]]
    assert await shop.published(CaseRulesPublished) == []


async def test_a_trial_shows_what_would_be_decided_otherwise_and_changes_nothing(shop: Shop) -> None:
    await shop.delivered()
    small = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, small["id"], "reject", reason="no_defect_found")
    large = await shop.case(2)
    before = await shop.get(large["id"])
    response = await shop.seller.post(f"{RULES}/try", json={"rules": [SMALL, OTHERS], "cases": 10})
    assert response.status_code == 200, response.text
    trial = response.json()
    assert (trial["cases"], trial["changed"]) == (2, 2)
    assert trial["outcomes"] == {"approve": 1, "manual_review": 1, "leave_to_merchant": 0}
    assert [(each["case_id"], each["now"], each["then"], each["then_rule"]) for each in trial["data"]] == [
        (large["id"], "leave_to_merchant", "manual_review", "others"),
        (small["id"], "leave_to_merchant", "approve", "small"),
    ]
    assert [(each.get("decided"), each.get("decided_by")) for each in trial["data"]] == [
        (None, None),
        ("reject", "seller"),
    ]
    assert await shop.get(large["id"]) == before
    assert (await shop.seller.get(RULES)).status_code == 404
    await publish(shop, SMALL)
    again = (await shop.seller.post(f"{RULES}/try", json={"rules": [SMALL]})).json()
    assert (again["cases"], again["changed"]) == (2, 0)


async def test_a_trial_counts_what_the_buyer_had_asked_before(shop: Shop) -> None:
    await shop.delivered()
    first = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, first["id"], "reject", reason="no_defect_found")
    shop.clock.advance(hours=24)
    second = await shop.case(1, type_="refund_only")
    refused_before = {**OTHERS, "when": {"buyer_history": {"days": 7, "least_rejections": 1}}}
    trial = (await shop.agent.post(f"{RULES}/try", json={"rules": [refused_before]})).json()
    assert [each["case_id"] for each in trial["data"]] == [second["id"]]


async def test_the_default_return_address_of_a_merchant(shop: Shop) -> None:
    path = "/v1/merchants/m-1/return-address"
    assert (await shop.seller.get(path)).status_code == 404
    first = await shop.seller.put(path, json={"return_address": RETURN_ADDRESS})
    assert first.status_code == 200, first.text
    assert first.json()["return_address"] == RETURN_ADDRESS
    moved = {**RETURN_ADDRESS, "street": "仓前路 9 号"}
    second = await shop.seller.put(path, json={"return_address": moved}, headers={"If-Match": '"v1"'})
    assert second.headers["etag"] == '"v2"'
    assert (await shop.agent.get(path)).json()["return_address"] == moved
    assert len(await shop.published(DefaultReturnAddressSet)) == 2
