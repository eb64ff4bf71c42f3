"""Agreed amounts of goods that the buyer keeps: the refund lowers their price, and is for no units."""

from datetime import timedelta

import pytest
from aftercare_events import AfterSaleCompleted, OfflineRefundConfirmed, RefundRequested
from aftersale_shop import CUP, HASH, KETTLE, Shop
from checked_files import files_of
from test_offers import money, offered
from test_offline_refunds import STATED


@pytest.mark.parametrize(
    ("type_", "reason"),
    [("return_refund", "quality_defect"), ("exchange", "quality_defect"), ("repair", "warranty_repair")],
)
async def test_goods_that_the_buyer_keeps_for_less_can_still_be_asked_for(shop: Shop, type_: str, reason: str) -> None:
    case = await offered(shop)
    await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (await shop.last(RefundRequested)).cause == "agreed"
    await shop.refund_succeeds()
    await shop.received(shop.clock.now() + timedelta(days=7))
    again = await shop.case(2, type_=type_, reason=reason)
    if type_ == "return_refund":
        # 28 700 were paid for three kettles and 5 000 went back: two of three of what is left.
        assert again["requested"]["amount"] == (28_700 - 5_000) * 2 // 3
        rest = await shop.case(1, type_=type_, reason=reason)
        assert 5_000 + again["requested"]["amount"] + rest["requested"]["amount"] == 28_700


async def test_an_agreed_price_of_units_that_have_not_left_is_for_these(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(3, type_="refund_only", reason="ordered_by_mistake")
    await shop.act(shop.seller, case["id"], "offer", type="refund_only", amount=money(5000))
    await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (await shop.last(RefundRequested)).cause == "approval"
    await shop.refund_succeeds()
    shop.harness.problem(await shop.ask(1, type_="refund_only"), 422, "quantity_exceeds_remaining")


@pytest.mark.parametrize("paid", [False, True])
async def test_no_freight_goes_back_while_the_buyer_keeps_goods_for_less(shop: Shop, paid: bool) -> None:
    """Neither before the agreed amount is paid nor after it."""
    await shop.delivered(lines=(KETTLE, CUP))
    kept = await shop.case(3, type_="refund_only")
    other = await shop.case(lines=[{"line_id": CUP.line_id, "quantity": 2}], type_="refund_only")
    assert other["shipping_refund"]["amount"] == 800, "if all of it is granted"
    await shop.act(shop.seller, kept["id"], "offer", amount=money(5000))
    await shop.act(shop.buyer, kept["id"], "accept-offer")
    if paid:
        await shop.refund_succeeds()
    assert (await shop.get(other["id"]))["shipping_refund"]["amount"] == 0
    await shop.approve(other["id"])
    assert (await shop.last(RefundRequested)).amount_minor == 3000


async def left_unpaid(shop: Shop) -> str:
    """A case whose goods have left before its agreed refund was paid, so that this was refused; its id."""
    await shop.paid()
    case = await shop.case(3, type_="refund_only", reason="ordered_by_mistake")
    await shop.act(shop.seller, case["id"], "offer", amount=money(5000))
    await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (await shop.last(RefundRequested)).cause == "approval"
    await shop.leaves({KETTLE.line_id: 3})
    await shop.refund_fails(failure_code="units_shipped")
    return str(case["id"])


async def test_goods_that_left_before_the_refund_was_paid_are_kept_for_less(shop: Shop) -> None:
    case_id = await left_unpaid(shop)
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.last(RefundRequested)).cause == "agreed"
    assert (await shop.refund_succeeds()).amount_minor == 5000
    assert [line.quantity for line in (await shop.last(AfterSaleCompleted)).lines] == [0]
    assert (await shop.case(3))["requested"]["amount"] == 28_700 - 5_000


async def test_money_given_back_otherwise_lowers_the_price_of_goods_that_have_left_as_well(shop: Shop) -> None:
    case_id = await left_unpaid(shop)
    await files_of(shop, HASH)
    await shop.act(shop.seller, case_id, "state-offline-refund", **STATED)
    done = await shop.act(shop.buyer, case_id, "confirm-offline-refund")
    assert (done["state"], done["refund"]["cause"], done["refunded"]["amount"]) == ("completed", "agreed", 5000)
    assert (await shop.last(OfflineRefundConfirmed)).cause == "agreed"
    completed = await shop.last(AfterSaleCompleted)
    assert [line.quantity for line in completed.lines] == [0]
    assert {part.units or 0 for part in completed.parts or ()} == {0}
    assert (await shop.case(3))["requested"]["amount"] == 28_700 - 5_000


async def test_an_agreed_price_of_goods_that_never_came_is_all_that_goes_back(shop: Shop) -> None:
    await shop.shipped()
    case = await shop.case(3, type_="refund_only", reason="lost_in_transit")
    await shop.act(shop.seller, case["id"], "offer", amount=money(20_000))
    await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (await shop.last(RefundRequested)).cause == "approval"
    await shop.refund_succeeds()
    assert [line.quantity for line in (await shop.last(AfterSaleCompleted)).lines] == [3]
    again = await shop.ask(3, type_="refund_only", reason="lost_in_transit")
    shop.harness.problem(again, 422, "quantity_exceeds_remaining")
