"""Replacements of fast exchanges that are missing, or not what was owed: an agent decides about them, and about the goods."""

import pytest
from aftercare_events import AfterSaleEscalated, ReturnHandedOver
from aftersale_shop import Shop
from pickup_steps import book
from test_fast_exchanges import SENT, approved, replaced
from test_fast_exchanges import shop as shop


@pytest.mark.parametrize("booked", [False, True])
async def test_a_replacement_that_never_came_is_reported_while_the_goods_are_awaited(shop: Shop, booked: bool) -> None:
    """The courier reports the delivery, and the buyer learns of it when the goods are due."""
    case_id = await approved(shop)
    await shop.act(shop.buyer, case_id, "agree-hold")
    early = await shop.buyer.post(f"/v1/cases/{case_id}/report-anomaly", json={"anomaly": "not_received"})
    shop.harness.problem(early, 409, "illegal_transition")
    await shop.act(shop.seller, case_id, "ship-replacement", **SENT)
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "await_buyer_shipment"
    if booked:
        await book(shop, case_id)
    reported = await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="not_received")
    assert (reported["state"], reported["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "replacement_anomaly"
    await shop.parcel(SENT["waybill_no"], leg="exchange")
    assert (await shop.get(case_id))["state"] == "manual_review", "the courier repeats what the buyer denies"
    again = await shop.act(shop.agent, case_id, "reship")
    assert (again["state"], again["whose_turn"]) == ("await_reship", "merchant")


@pytest.mark.parametrize("action", ["refund", "release-hold", "claim-hold"])
async def test_goods_that_come_back_with_a_wrong_replacement_are_for_the_agent(shop: Shop, action: str) -> None:
    case_id = await replaced(shop)
    await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="wrong_item")
    received = await shop.seller.post(f"/v1/cases/{case_id}/receive")
    shop.harness.problem(received, 409, "replacement_reported")
    recorded = await shop.act(shop.seller, case_id, "record-arrival", note="买家寄回原商品")
    assert (recorded["state"], recorded["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(ReturnHandedOver)).state == "manual_review"
    twice = await shop.seller.post(f"/v1/cases/{case_id}/record-arrival")
    shop.harness.problem(twice, 409, "goods_already_received")
    decided = await shop.act(shop.agent, case_id, action, note="换货发错")
    if action == "refund":
        assert (decided["state"], (await shop.refund_succeeds()).amount_minor) == ("refunding", 19133)
    assert (await shop.get(case_id))["state"] == "completed"
    owed = {"claim-hold": [{"line_id": "line_1", "quantity": 2}]}.get(action, [])
    claims = (await shop.get(case_id))["refused_goods_claims"]
    assert [line for each in claims for line in each["lines"]] == owed, "who has paid for them gets them back"


async def test_the_buyer_has_to_report_a_wrong_replacement_for_goods_to_be_recorded_alone(shop: Shop) -> None:
    case_id = await replaced(shop)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    recorded = await shop.seller.post(f"/v1/cases/{case_id}/record-arrival")
    shop.harness.problem(recorded, 409, "replacement_not_reported")


async def test_another_replacement_is_sent_for_goods_that_came_back_with_a_wrong_one(shop: Shop) -> None:
    case_id = await replaced(shop)
    await shop.act(shop.buyer, case_id, "report-anomaly", anomaly="wrong_item")
    await shop.act(shop.seller, case_id, "record-arrival")
    assert (await shop.act(shop.agent, case_id, "reship"))["state"] == "await_reship"
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="zto", waybill_no="73100002")
    confirmed = await shop.act(shop.buyer, case_id, "confirm-replacement")
    assert confirmed["state"] == "await_inspection", "nobody waits for goods that are back"
    done = await shop.inspect(case_id, 2)
    assert (done["state"], done["hold"]["claimed"], done["refunded"]["amount"]) == ("completed", None, 0)
    assert done["hold"]["released_at"] is not None
