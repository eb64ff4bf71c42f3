"""Lists of cases by several filters at once, in each order and in both directions, page by page."""

from typing import Any

import httpx
import pytest
from aftersale_shop import CUP, KETTLE, Shop


async def pages(client: httpx.AsyncClient, limit: int = 1, **query: Any) -> list[str]:
    """The ids of all pages of this list."""
    found: list[str] = []
    cursor = ""
    while True:
        response = await client.get("/v1/cases", params={**query, "limit": limit, "cursor": cursor})
        assert response.status_code == 200, response.text
        page = response.json()
        found += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            return found
        cursor = page["next_cursor"]


@pytest.fixture
async def three(shop: Shop) -> tuple[str, str, str]:
    """Cases of two kettles, a cup and a kettle, an hour after each other; then the first one changes."""
    await shop.delivered(lines=(KETTLE, CUP))
    ids = []
    for line, quantity in ((KETTLE, 2), (CUP, 1), (KETTLE, 1)):
        opened = await shop.ask(lines=[{"line_id": line.line_id, "quantity": quantity}])
        ids.append(opened.json()["id"])
        shop.clock.advance(hours=1)
    await shop.act(shop.seller, ids[0], "reject", reason="no_defect_found")
    return ids[0], ids[1], ids[2]


@pytest.mark.parametrize(
    ("sort", "places"),
    [("oldest", (0, 1, 2)), ("deadline", (1, 2, 0)), ("updated", (1, 2, 0)), ("amount", (1, 2, 0))],
)
async def test_each_order_goes_both_ways(
    shop: Shop, three: tuple[str, str, str], sort: str, places: tuple[int, ...]
) -> None:
    expected = [three[place] for place in places]
    currency = {"currency": "CNY"} if sort == "amount" else {}
    turned = "newest" if sort == "oldest" else f"-{sort}"
    for client in (shop.seller, shop.buyer, shop.agent):
        assert await pages(client, sort=sort, **currency) == expected
        assert await pages(client, sort=turned, **currency) == expected[::-1]
        assert await pages(client, 2, sort=turned, merchant_id=["m-1", "m-2"], **currency) == expected[::-1]
    other = shop.harness.client("seller", "seller-2", tenant="m-2")
    assert await pages(other, sort=sort, merchant_id=["m-1", "m-2"], **currency) == []


async def test_equal_values_are_in_the_order_of_the_ids(shop: Shop) -> None:
    await shop.delivered()
    ids = [(await shop.case(1))["id"] for _ in range(3)]
    assert await pages(shop.seller, sort="updated") == ids
    assert await pages(shop.seller, sort="-updated") == ids[::-1]


async def test_several_filters_of_several_values_hold_together(shop: Shop, three: tuple[str, str, str]) -> None:
    first, second, third = three
    both = {"state": ["rejected", "pending_review"], "reason": ["quality_defect", "recall"]}
    assert await pages(shop.seller, **both, buyer_id=["buyer-1", "buyer-2"]) == [third, second, first]
    assert await pages(shop.seller, **both, whose_turn=["buyer", "courier"], sort="-updated") == [first]
    assert await pages(shop.agent, order_id=["ord_1", "ord_2"], type=["repair", "return_refund"], currency="CNY") == [
        third,
        second,
        first,
    ]
    assert await pages(shop.agent, order_id=["ord_2", "ord_3"]) == []
    assert await pages(shop.agent, currency=["EUR", "JPY"]) == []


async def test_a_list_of_what_was_opened_in_a_span_of_time(shop: Shop, three: tuple[str, str, str]) -> None:
    first, second, third = three
    at = [(await shop.get(each))["created_at"] for each in three]
    for client in (shop.seller, shop.buyer, shop.agent):
        assert await pages(client, opened_after=at[1]) == [third, second], "from that time on"
        assert await pages(client, opened_before=at[1], sort="oldest") == [first], "not at that time"
        assert await pages(client, opened_after=at[0], opened_before=at[2], sort="oldest") == [first, second]
        assert await pages(client, opened_after=at[1], sort="-updated") == [third, second]
        assert await pages(client, opened_after=at[1], sort="deadline") == [second, third]
        assert await pages(client, opened_after=at[0], state="rejected", merchant_id=["m-1", "m-2"]) == [first]
        assert await pages(client, opened_after=at[2], opened_before=at[0]) == []


async def test_a_list_by_stage_and_category(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE.model_copy(update={"category": "kitchen"}), CUP))
    kettle, cup = [(await shop.case(lines=[{"line_id": line.line_id, "quantity": 1}]))["id"] for line in (KETTLE, CUP)]
    assert await pages(shop.seller, stage=["pre_ship", "post_receipt"]) == [cup, kettle]
    assert await pages(shop.agent, stage="pre_ship") == []
    assert await pages(shop.agent, category=["kitchen", "garden"], stage="post_receipt") == [kettle]
    assert await pages(shop.buyer, category="garden", sort="deadline") == []


async def test_the_platform_lists_what_its_agents_have(shop: Shop, three: tuple[str, str, str]) -> None:
    _, second, third = three
    another = shop.harness.client("agent", "agent-2")
    for case_id, agent in ((third, shop.agent), (second, another)):
        await shop.act(shop.seller, case_id, "escalate")
        await shop.act(agent, case_id, "take")
    assert await pages(shop.agent, agent_id=["agent-1", "agent-2"]) == [third, second]
    assert await pages(shop.agent, agent_id="agent-2", sort="deadline") == [second]
    refused = await shop.seller.get("/v1/cases", params={"agent_id": "agent-1"})
    shop.harness.problem(refused, 403, "forbidden")


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ({"sort": "amount"}, "currency_missing", "/currency"),
        ({"sort": "-amount", "currency": ["CNY", "EUR"]}, "currency_missing", "/currency"),
        ({"sort": "amount", "currency": "CNY", "due_before": "2026-03-04T09:00:00Z"}, "sort_unsuitable", "/sort"),
        ({"sort": "size"}, "validation_failed", "/sort"),
        ({"state": ["rejected", "tea"]}, "validation_failed", "/state/1"),
        ({"stage": "at_sea"}, "validation_failed", "/stage/0"),
        ({"opened_after": "2026-03-04T09:00:00"}, "validation_failed", "/opened_after"),
        ({"currency": "XXX"}, "validation_failed", "/currency/0"),
        ({"merchant_id": [f"m-{number}" for number in range(51)]}, "validation_failed", "/merchant_id"),
        ({"agent": "agent-1"}, "validation_failed", "/agent"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(
    shop: Shop, query: dict[str, Any], code: str, pointer: str
) -> None:
    problem = shop.harness.problem(await shop.agent.get("/v1/cases", params=query), 422, code)
    assert problem["errors"][0]["pointer"] == pointer, problem  # type: ignore[index]


async def test_a_value_that_does_not_exist_is_refused_with_those_that_do(shop: Shop) -> None:
    response = await shop.agent.get("/v1/cases", params={"state": "tea", "sort": "size"})
    problem = shop.harness.problem(response, 422, "validation_failed")
    messages = {each["pointer"]: str(each) for each in problem["errors"]}  # type: ignore[attr-defined]
    assert "pending_review" in messages["/state/0"]
    assert "-deadline" in messages["/sort"]
