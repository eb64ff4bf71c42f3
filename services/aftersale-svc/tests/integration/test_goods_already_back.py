"""Goods that are back before their request is granted: no buyer is asked to send them, and the merchant inspects them at once."""

from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, ReturnHandedOver
from aftersale_shop import KETTLE, RETURN_ADDRESS, Shop
from test_refused_deliveries import outbound


async def reviewed(shop: Shop, quantity: int = 3, **more: Any) -> str:
    """A request about units on their way, whose parcel comes back during the review."""
    await shop.shipped()
    case_id = str((await shop.case(quantity, **more))["id"])
    await outbound(shop, "returned", returned=True)
    assert (await shop.get(case_id))["state"] == "pending_review"
    return case_id


@pytest.mark.parametrize("type_", ["return_refund", "exchange"])
async def test_what_is_back_is_inspected_once_the_request_is_granted(shop: Shop, type_: str) -> None:
    case_id = await reviewed(shop, type_=type_)
    approved = await shop.approve(case_id)
    assert (approved["state"], approved["whose_turn"]) == ("await_inspection", "merchant")
    assert {(await shop.last(each)).case_id for each in (AfterSaleApproved, ReturnHandedOver)} == {case_id}
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(each["action"], each["actor_role"]) for each in steps[-2:]] == [
        ("approve", "seller"),
        ("receive", "system"),
    ]


async def test_the_money_of_what_is_back_is_refunded(shop: Shop) -> None:
    case_id = await reviewed(shop)
    await shop.approve(case_id)
    await shop.inspect(case_id, 3)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["state"] == "completed"


async def test_nobody_is_asked_for_an_address_after_silence(shop: Shop) -> None:
    case_id = await reviewed(shop)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_an_offer_that_is_accepted_waits_for_nothing(shop: Shop) -> None:
    case_id = await reviewed(shop, type_="exchange")
    await shop.act(shop.seller, case_id, "offer", type="return_refund", return_address=RETURN_ADDRESS)
    accepted = await shop.act(shop.buyer, case_id, "accept-offer")
    assert (accepted["type"], accepted["state"]) == ("return_refund", "await_inspection")


async def test_what_comes_back_during_a_dispute_is_inspected_after_it(shop: Shop) -> None:
    await shop.shipped()
    case_id = str((await shop.case(3))["id"])
    await shop.approve(case_id)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await outbound(shop, "returned", returned=True)
    assert (await shop.get(case_id))["state"] == "disputed"
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_a_case_waits_while_one_of_its_parcels_is_out(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE.model_copy(update={"quantity": 4}),))
    await shop.leaves({"line_1": 2})
    second = shop.parcel_leaves({"line_1": 2}, parcel_id="par_2").model_copy(update={"waybill_no": "73002"})
    await shop.harness.consume(second)
    case_id = str((await shop.case(4))["id"])
    await outbound(shop, "returned", returned=True)
    assert (await shop.approve(case_id))["state"] == "await_buyer_shipment"
    await outbound(shop, "returned", "73002", parcel_id="par_2", returned=True)
    assert (await shop.get(case_id))["state"] == "await_inspection"


async def test_what_was_sent_again_is_not_back(shop: Shop) -> None:
    """The parcel came back, others were sent for its units, and the buyer returns these."""
    case_id = await reviewed(shop, type_="exchange")
    await shop.approve(case_id)
    await shop.inspect(case_id, 3)
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="sf", waybill_no=shop.waybill())
    await shop.act(shop.buyer, case_id, "confirm-replacement")
    again = str((await shop.case(3))["id"])
    assert (await shop.approve(again))["state"] == "await_buyer_shipment"


async def test_refused_goods_that_the_buyer_has_again_are_not_back(shop: Shop) -> None:
    case_id = await reviewed(shop)
    await shop.approve(case_id)
    [claim] = (await shop.inspect(case_id, 1))["refused_goods_claims"]
    await shop.act(shop.seller, case_id, "return-refused-goods", carrier="zto", waybill_no="73200001")
    assert (await shop.buyer.post(f"/v1/refused-goods-claims/{claim['id']}/confirm", json={})).status_code == 200
    await shop.refund_succeeds()
    again = str((await shop.case(2))["id"])
    assert (await shop.approve(again))["state"] == "await_buyer_shipment"


async def test_goods_that_opened_a_closed_case_again_are_not_sent_a_second_time(shop: Shop) -> None:
    await shop.delivered()
    case_id = str((await shop.approve((await shop.case(2))["id"]))["id"])
    shop.clock.advance(hours=30 * 24)
    await shop.harness.run_due()
    assert (await shop.act(shop.seller, case_id, "receive"))["state"] == "manual_review"
    approved = await shop.act(shop.agent, case_id, "approve")
    assert (approved["state"], approved["whose_turn"]) == ("await_inspection", "merchant")
