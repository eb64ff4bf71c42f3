"""Goods made to order, and goods delivered without a parcel: not taken back without a fault, as the merchant or the platform has it."""

from typing import Any

import pytest
from aftersale_shop import CUP, KETTLE, Shop


async def received(shop: Shop, fulfilment: str) -> None:
    """An order with such goods, and with a cup from stock, that the buyer has received."""
    await shop.delivered(lines=(KETTLE.model_copy(update={"fulfilment": fulfilment}), CUP))


async def option(shop: Shop, type_: str, line: int = 0) -> dict[str, Any]:
    options = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"][line]["options"]
    return next(each for each in options if each["type"] == type_)


@pytest.mark.parametrize(
    ("fulfilment", "type_"),
    [
        ("made_to_order", "return_refund"),
        ("made_to_order", "refund_only"),
        ("made_to_order", "exchange"),
        ("virtual", "refund_only"),
    ],
)
async def test_they_are_not_taken_back_without_a_fault(shop: Shop, fulfilment: str, type_: str) -> None:
    await received(shop, fulfilment)
    reason = "wrong_size_or_model" if type_ == "exchange" else "changed_mind"
    refused = shop.harness.problem(await shop.ask(1, type_=type_, reason=reason), 409, "final_sale_category")
    assert reason not in refused["allowed"]
    assert "quality_defect" in refused["allowed"]
    shown = await option(shop, type_)
    assert shown["allowed"], "with a fault"
    assert reason not in shown["reasons"]
    assert "quality_defect" in shown["reasons"]
    assert shown["other_reasons_why_not"]["code"] == "final_sale_category"
    assert "无理由" in shown["other_reasons_why_not"]["message"]["zh_cn"]
    assert (await shop.case(1, type_=type_, reason="quality_defect"))["type"] == type_


async def test_other_goods_of_the_order_are_taken_back(shop: Shop) -> None:
    await received(shop, "made_to_order")
    cup = [{"line_id": CUP.line_id, "quantity": 1}]
    both = [{"line_id": KETTLE.line_id, "quantity": 1}, *cup]
    refused = shop.harness.problem(await shop.ask(reason="changed_mind", lines=both), 409, "final_sale_category")
    assert refused["errors"][0]["pointer"] == "/lines/0/line_id"  # type: ignore[index]
    assert "other_reasons_why_not" not in await option(shop, "return_refund", 1)
    await shop.case(reason="changed_mind", lines=cup)


@pytest.mark.parametrize("fulfilment", ["stock", "pre_sale"])
async def test_goods_of_other_kinds_are_taken_back(shop: Shop, fulfilment: str) -> None:
    await received(shop, fulfilment)
    assert "other_reasons_why_not" not in await option(shop, "return_refund")
    await shop.case(1, reason="changed_mind")


async def test_before_shipment_they_can_be_cancelled(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"fulfilment": "made_to_order"}),))
    assert (await shop.case(1, type_="cancel_unshipped", reason="changed_mind"))["type"] == "cancel_unshipped"


async def test_a_merchant_takes_them_back_all_the_same(shop: Shop) -> None:
    await received(shop, "made_to_order")
    path = "/v1/merchants/m-1/service-terms"
    shown = (await shop.seller.put(path, json={"warranty_days": 365})).json()
    assert shown["final_sales"] == ["made_to_order", "virtual"], "what is left out is as by default"
    shop.harness.problem(await shop.ask(1, reason="changed_mind"), 409, "final_sale_category")
    assert (await shop.seller.put(path, json={"warranty_days": 365, "final_sales": []})).json()["final_sales"] == []
    await shop.case(1, reason="changed_mind")
    unknown = await shop.seller.put(path, json={"warranty_days": 365, "final_sales": ["tea"]})
    shop.harness.problem(unknown, 422, "validation_failed")
