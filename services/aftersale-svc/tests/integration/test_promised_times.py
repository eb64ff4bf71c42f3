"""Goods that were promised to leave by a time: of a pre-sale, or made to order. Before that nobody is late with them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aftersale_shop import CUP, KETTLE, Shop

LATE = "not_shipped_in_time"


async def paid(shop: Shop, **terms: Any) -> None:
    """An order with such goods, and with a cup from stock."""
    await shop.paid(lines=(KETTLE.model_copy(update=terms), CUP))


def pre_sale(shop: Shop, days: int = 20) -> dict[str, Any]:
    return {"fulfilment": "pre_sale", "ships_by": shop.clock.now() + timedelta(days=days)}


async def option(shop: Shop, type_: str, line: int = 0) -> dict[str, Any]:
    options = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"][line]["options"]
    return next(each for each in options if each["type"] == type_)


@pytest.mark.parametrize("type_", ["cancel_unshipped", "refund_only"])
async def test_of_a_pre_sale_nobody_is_late_before_the_promised_time(shop: Shop, type_: str) -> None:
    terms = pre_sale(shop)
    await paid(shop, **terms)
    refused = shop.harness.problem(await shop.ask(1, type_=type_, reason=LATE), 409, "not_late_yet")
    assert datetime.fromisoformat(str(refused["promised_at"])) == terms["ships_by"]
    assert refused["errors"][0]["pointer"] == "/lines/0/line_id"  # type: ignore[index]
    assert LATE not in refused["allowed"]  # type: ignore[operator]
    shown = await option(shop, type_)
    assert shown["allowed"], "for other reasons"
    assert LATE not in shown["reasons"]
    assert shown["other_reasons_why_not"]["code"] == "not_late_yet"
    assert "承诺" in shown["other_reasons_why_not"]["message"]["zh_cn"]
    assert "reasons" not in await option(shop, type_, 1), "the cup may be late"
    shop.clock.advance(hours=20 * 24)
    assert "reasons" not in await option(shop, type_)
    assert (await shop.case(1, type_=type_, reason=LATE))["reason"] == LATE


async def test_a_pre_sale_is_cancelled_before_the_promised_time(shop: Shop) -> None:
    await paid(shop, **pre_sale(shop))
    case = await shop.case(3, type_="cancel_unshipped", reason="changed_mind")
    await shop.act(shop.seller, case["id"], "approve")
    assert (await shop.refund_succeeds()).amount_minor == KETTLE.paid_minor
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_goods_made_to_order_are_late_once_their_days_of_production_are_over(shop: Shop) -> None:
    await paid(shop, fulfilment="made_to_order", production_days=10)
    shop.harness.problem(await shop.ask(1, type_="cancel_unshipped", reason=LATE), 409, "not_late_yet")
    shop.clock.advance(hours=10 * 24)
    await shop.case(1, type_="cancel_unshipped", reason=LATE)


async def test_what_was_paid_for_after_the_promised_time_was_promised_by_no_time(shop: Shop) -> None:
    await paid(shop, **pre_sale(shop, days=-1))
    await shop.case(1, type_="cancel_unshipped", reason=LATE)


async def test_a_request_does_not_become_one_about_a_delay(shop: Shop) -> None:
    await paid(shop, **pre_sale(shop))
    await shop.leaves({KETTLE.line_id: 1})
    case = await shop.case(1, reason="quality_defect")
    body = {"type": "refund_only", "reason": LATE}
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json=body)
    shop.harness.problem(refused, 409, "not_late_yet")
    assert (await shop.get(case["id"]))["reason"] == "quality_defect"
