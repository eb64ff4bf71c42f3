"""Payments of repairs that are agreed to and not recorded in time: disputed by the buyer, or recorded too late."""

import pytest
from aftersale_shop import Shop
from test_repairs import COST, in_repair, sent_back


async def unpaid(shop: Shop) -> str:
    """A case whose buyer has agreed to a price, of which no payment was recorded in time."""
    case_id = await in_repair(shop)
    await shop.act(shop.seller, case_id, "quote", **COST)
    await shop.act(shop.buyer, case_id, "agree-charge")
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    shown = await shop.get(case_id)
    assert (shown["state"], shown["repair"]["quote"], shown["charge"]["paid_at"]) == ("await_reship", None, None)
    assert shown["explanation"]["money"]["zh_cn"] == "不涉及退款"
    return case_id


async def test_a_payment_that_is_recorded_too_late_is_owed_back(shop: Shop) -> None:
    case_id = await unpaid(shop)
    before = await shop.get(case_id)
    recorded = await shop.act(shop.seller, case_id, "record-payment", reference="转账 7")
    assert (recorded["state"], recorded["deadline_at"]) == ("await_reship", before["deadline_at"])
    assert recorded["charge"]["to_return"] == COST["cost"]
    twice = await shop.seller.post(f"/v1/cases/{case_id}/record-payment", json={"reference": "?"})
    shop.harness.problem(twice, 409, "charge_already_paid")
    assert (await sent_back(shop, case_id))["state"] == "completed"
    await shop.act(shop.seller, case_id, "record-charge-return", amount=COST["cost"], reference="退 7")


@pytest.mark.parametrize("late", [False, True])
async def test_a_buyer_whose_payment_is_not_recorded_disputes_it(shop: Shop, late: bool) -> None:
    if late:
        case_id = await unpaid(shop)
    else:
        case_id = await in_repair(shop)
        await shop.act(shop.seller, case_id, "quote", **COST)
        early = await shop.buyer.post(f"/v1/cases/{case_id}/dispute", json={"category": "other", "text": "?"})
        shop.harness.problem(early, 409, "case_not_stalled")
        await shop.act(shop.buyer, case_id, "agree-charge")
    claim = {"category": "other", "text": "已付款，商家不登记", "evidence": []}
    disputed = await shop.buyer.post(f"/v1/cases/{case_id}/dispute", json=claim)
    assert disputed.status_code == 201, disputed.text
    assert (await shop.get(case_id))["state"] == "disputed"
