"""Rules of hours depend on what a case is about: category, level of the buyer, carrier."""

from datetime import datetime
from typing import Any

import pytest
from aftersale_shop import CUP, KETTLE, Shop

KITCHEN = KETTLE.model_copy(update={"category": "厨房"})
TABLE = CUP.model_copy(update={"category": "tableware"})
SENT = {"carrier": "sf", "waybill_no": "SF1001"}


async def under(shop: Shop, *rules: dict[str, Any]) -> None:
    """The rules of the merchant, and an order of a gold buyer about two categories that is on its way."""
    answer = await shop.agent.put("/v1/merchants/m-1/deadline-rules", json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    await shop.harness.runtime.load_timing()
    lines = (KITCHEN, TABLE)
    await shop.created(lines=lines)
    await shop.payment(lines=lines, buyer_level="gold")
    await shop.leaves({"line_1": 3, "line_2": 2})


def hours(shop: Shop, case: dict[str, Any]) -> float:
    """How many hours the case has until its deadline."""
    return (datetime.fromisoformat(case["deadline_at"]) - shop.clock.now()).total_seconds() / 3600


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("line_1", 1)], 12),
        ([("line_2", 1)], 48),
        ([("line_1", 1), ("line_2", 1)], 48),  # of two categories, so of none
    ],
)
async def test_the_category_of_the_lines(shop: Shop, lines: list[tuple[str, int]], expected: int) -> None:
    await under(shop, {"timer": "review_hours", "amount": 12, "when": {"category": "厨房"}})
    case = await shop.case(lines=[{"line_id": line, "quantity": units} for line, units in lines])
    assert hours(shop, case) == expected


async def test_the_level_of_the_buyer(shop: Shop) -> None:
    gold = {"timer": "review_hours", "amount": 6, "when": {"buyer_level": "gold"}}
    await under(shop, gold, {"timer": "review_hours", "amount": 60, "when": {"buyer_level": "silver"}})
    assert hours(shop, await shop.case(1)) == 6
    await shop.paid("ord_2", (KITCHEN,))
    unknown = await shop.case(1, order_id="ord_2", type_="refund_only")
    assert hours(shop, unknown) == 48, "its order has no level"


async def test_the_carrier_of_the_goods_that_come_back(shop: Shop) -> None:
    rule = {"timer": "return_transit_hours", "amount": 30}
    await under(shop, {**rule, "when": {"carrier": "sf"}}, {**rule, "amount": 20, "when": {"carrier": "zto"}})
    case = await shop.case(1)
    await shop.approve(case["id"])
    assert hours(shop, await shop.act(shop.buyer, case["id"], "ship", **SENT)) == 30
    refused = await shop.case(1, type_="refused_delivery", reason="refused_at_door")
    assert hours(shop, refused) == 20, "in the parcel that was sent, of another carrier"


async def test_the_carrier_of_a_replacement(shop: Shop) -> None:
    await under(shop, {"timer": "reship_transit_hours", "amount": 50, "when": {"carrier": "sf", "category": "厨房"}})
    case = await shop.case(1, type_="reship_parts", reason="missing_parts")
    await shop.act(shop.seller, case["id"], "approve")
    assert hours(shop, await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)) == 50


@pytest.mark.parametrize(
    ("merchants", "platforms", "expected"),
    [
        ([], [], 48),
        ([], [{}, {"type": "return_refund"}, {"type": "repair"}], 31),
        ([{}], [{"type": "return_refund", "category": "厨房", "buyer_level": "gold"}], 10),
        ([{"category": "厨房"}, {"category": "厨房", "buyer_level": "gold"}, {}], [{}], 11),
        ([{"type": "return_refund"}, {"category": "厨房"}, {"buyer_level": "gold"}], [], 10),
        ([{"buyer_level": "gold"}, {"category": "厨房"}, {"type": "return_refund"}], [], 10),
        ([{"buyer_level": "silver", "category": "厨房", "type": "return_refund"}, {"category": "厨房"}], [], 11),
        ([{"type": "repair"}], [{"buyer_level": "silver"}, {"category": "厨房", "buyer_level": "gold"}], 31),
    ],
)
async def test_which_of_several_rules_holds(
    shop: Shop, merchants: list[dict[str, str]], platforms: list[dict[str, str]], expected: int
) -> None:
    """The merchant's before the platform's and the settings; then the one with most conditions; then the first one."""
    admin = shop.harness.client("admin", "admin-1")
    of_platform = [{"timer": "review_hours", "amount": 30 + n, "when": when} for n, when in enumerate(platforms)]
    assert (await admin.put("/v1/deadline-rules", json={"rules": of_platform})).status_code == 200
    await under(shop, *({"timer": "review_hours", "amount": 10 + n, "when": when} for n, when in enumerate(merchants)))
    assert hours(shop, await shop.case(1)) == expected
