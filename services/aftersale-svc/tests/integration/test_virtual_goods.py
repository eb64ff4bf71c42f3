"""Goods that come without a parcel: no case sends them back or again, and what was delivered of them is not cancelled."""

from typing import Any

import pytest
from aftercare_events import ShippedLine, VirtualGoodsDelivered
from aftersale_shop import CUP, KETTLE, Shop

VOUCHER = KETTLE.model_copy(update={"fulfilment": "virtual"})
MOVED = ["return_refund", "reship_parts", "exchange", "repair", "fast_exchange", "refused_delivery"]
"""The types in which goods are sent."""


async def handed_over(shop: Shop, quantity: int) -> None:
    """The merchant delivers these units of the voucher."""
    lines = (ShippedLine(line_id=VOUCHER.line_id, quantity=quantity),)
    order = shop._order("ord_1", "seller-1", "paid")
    await shop.harness.consume(VirtualGoodsDelivered(**order, lines=lines, complete=False))
    assert await shop.harness.parked() == []


async def shown(shop: Shop) -> dict[str, Any]:
    lines = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()["lines"]
    return next(each for each in lines if each["line_id"] == VOUCHER.line_id)


async def option(shop: Shop, type_: str) -> dict[str, Any]:
    return next(each for each in (await shown(shop))["options"] if each["type"] == type_)


async def test_what_was_delivered_is_with_the_buyer_and_not_cancelled(shop: Shop) -> None:
    await shop.paid(lines=(VOUCHER, CUP))
    assert (await option(shop, "cancel_unshipped"))["selectable_quantity"] == VOUCHER.quantity
    await handed_over(shop, VOUCHER.quantity - 1)
    stages = {each["stage"]: each["quantity"] for each in (await shown(shop))["stages"]}
    assert stages == {"pre_ship": 1, "post_receipt": VOUCHER.quantity - 1}
    assert (await option(shop, "cancel_unshipped"))["selectable_quantity"] == 1
    refused = await shop.ask(2, type_="cancel_unshipped", reason="changed_mind")
    shop.harness.problem(refused, 409, "units_shipped")


async def test_what_was_delivered_goes_back_for_a_fault_alone(shop: Shop) -> None:
    await shop.paid(lines=(VOUCHER, CUP))
    await handed_over(shop, VOUCHER.quantity)
    refused = await shop.ask(1, type_="refund_only", reason="changed_mind")
    shop.harness.problem(refused, 409, "final_sale_category")
    case = await shop.case(1, type_="refund_only", reason="quality_defect")
    assert (case["type"], case["stage"]) == ("refund_only", "in_transit")


@pytest.mark.parametrize("type_", MOVED)
async def test_no_goods_are_sent_in_a_case_about_them(shop: Shop, type_: str) -> None:
    await shop.setting("fast-exchange", allowed=True)
    if type_ == "refused_delivery":
        await shop.shipped(lines=(VOUCHER, CUP))
    else:
        await shop.delivered(lines=(VOUCHER, CUP))
    refused = shop.harness.problem(await shop.ask(1, type_=type_, reason="quality_defect"), 409, "virtual_goods")
    assert refused["errors"][0]["pointer"] == "/lines/0/line_id"  # type: ignore[index]
    assert set(refused["allowed"]) == {"refund_only", "cancel_unshipped", "consult", "price_adjust"}  # type: ignore[call-overload]
    why_not = (await option(shop, type_))["why_not"]
    assert (why_not["code"], "虚拟商品" in why_not["message"]["zh_cn"]) == ("virtual_goods", True)


async def test_a_case_about_them_becomes_none_that_sends_goods(shop: Shop) -> None:
    await shop.delivered(lines=(VOUCHER, CUP))
    case = await shop.case(1, type_="refund_only", reason="quality_defect")
    changed = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": "return_refund"})
    assert shop.harness.problem(changed, 409, "virtual_goods")["errors"][0]["pointer"] == "/type"  # type: ignore[index]
    offered = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json={"type": "return_refund"})
    shop.harness.problem(offered, 409, "virtual_goods")
    assert (await shop.get(case["id"]))["type"] == "refund_only"


async def test_a_verdict_does_not_order_their_return(shop: Shop) -> None:
    await shop.delivered(lines=(VOUCHER, CUP))
    case = await shop.case(1, type_="refund_only", reason="quality_defect")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="说明")
    await shop.rule(dispute["id"], "take", shop.arbitrator)
    body = {"liable": "seller", "remedy": "return", "grounds": "原因"}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute['id']}/verdict", json=body)
    problem = shop.harness.problem(refused, 422, "remedy_not_possible")
    assert "return" not in problem["allowed"]  # type: ignore[operator]
