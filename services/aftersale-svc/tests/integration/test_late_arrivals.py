"""Goods that arrive after their case has ended for good: the merchant has them, and they go back to the buyer unless their money has."""

from typing import Any

import pytest
from aftercare_events import ReturnDelivered
from aftercare_events.catalogue.refused_goods import RefusedGoodsClaimOpened
from aftersale_shop import Shop

ALL = [{"line_id": "line_1", "quantity": 2}]


async def sent(shop: Shop) -> dict[str, Any]:
    """A return that is on its way to the merchant."""
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    return await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no=shop.waybill())


async def decided(shop: Shop, amount: int | None, remedy: str = "refund") -> str:
    """A verdict has ended the case while its goods are on their way."""
    case_id = str((await sent(shop))["id"])
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], amount, remedy)
    return case_id


async def looked_for(shop: Shop) -> str:
    """An agent looks for goods that no courier has delivered."""
    case_id = str((await sent(shop))["id"])
    shop.clock.advance(hours=16 * 24)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    return case_id


async def test_goods_of_a_case_that_a_verdict_has_closed_go_back_to_the_buyer(shop: Shop) -> None:
    case_id = await decided(shop, None, "none")
    refused = await shop.seller.post(f"/v1/cases/{case_id}/receive", json={})
    shop.harness.problem(refused, 409, "closed_for_good")
    allowed = {
        each["action"]: each for each in (await shop.seller.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    }
    assert (allowed["receive"]["why_not"], allowed["record_arrival"]["allowed"]) == ("closed_for_good", True)
    arrived = await shop.act(shop.seller, case_id, "record-arrival", note="仓库已收")
    assert (arrived["state"], arrived["close_cause"], arrived["whose_turn"]) == ("closed", "verdict", "nobody")
    [claim] = arrived["refused_goods_claims"]
    assert (claim["state"], claim["lines"]) == ("await_dispatch", ALL)
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    again = await shop.seller.post(f"/v1/cases/{case_id}/record-arrival", json={})
    shop.harness.problem(again, 409, "nothing_in_transit")
    await shop.act(shop.seller, case_id, "return-refused-goods", carrier="zto", waybill_no="73200001")
    assert (await shop.buyer.post(f"/v1/refused-goods-claims/{claim['id']}/confirm", json={})).status_code == 200
    assert (await shop.ask(2)).status_code == 201, "the units are free once the buyer has them"


async def test_a_courier_that_delivers_them_is_enough(shop: Shop) -> None:
    case_id = await decided(shop, None, "none")
    await shop.parcel()
    assert (await shop.last(ReturnDelivered)).terminal
    assert (await shop.last(RefusedGoodsClaimOpened)).case_id == case_id
    await shop.parcel()
    assert len(await shop.published(RefusedGoodsClaimOpened)) == 1


async def test_goods_whose_money_a_verdict_has_given_back_stay_with_the_merchant(shop: Shop) -> None:
    case_id = await decided(shop, 19133)
    await shop.refund_succeeds()
    arrived = await shop.act(shop.seller, case_id, "record-arrival")
    assert (arrived["state"], arrived["refused_goods_claims"]) == ("completed", [])
    assert arrived["refunded"]["amount"] == 19133


async def test_goods_of_a_case_that_an_agent_has_cancelled_go_back_to_the_buyer(shop: Shop) -> None:
    case_id = await looked_for(shop)
    await shop.act(shop.agent, case_id, "cancel", reason="agreed_with_buyer")
    arrived = await shop.act(shop.seller, case_id, "record-arrival")
    assert (arrived["state"], [each["lines"] for each in arrived["refused_goods_claims"]]) == ("cancelled", [ALL])
    shop.harness.problem(await shop.ask(2), 409, "units_not_back")


async def test_goods_that_an_agent_has_paid_for_before_they_came_stay_with_the_merchant(shop: Shop) -> None:
    case_id = await looked_for(shop)
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_succeeds()
    arrived = await shop.act(shop.agent, case_id, "record-arrival")
    assert (arrived["state"], arrived["refused_goods_claims"]) == ("completed", [])


async def test_a_case_that_goods_open_again_receives_them(shop: Shop) -> None:
    case_id = await looked_for(shop)
    await shop.act(shop.agent, case_id, "close", note="?")
    refused = await shop.seller.post(f"/v1/cases/{case_id}/record-arrival", json={})
    shop.harness.problem(refused, 409, "case_opens_again")
    assert (await shop.act(shop.seller, case_id, "receive"))["state"] == "manual_review"


@pytest.mark.parametrize("by", ["the merchant", "the courier"])
async def test_goods_of_a_closed_case_whose_units_another_one_has_go_back_to_the_buyer(shop: Shop, by: str) -> None:
    case_id = await looked_for(shop)
    await shop.act(shop.agent, case_id, "close", note="?")
    other = await shop.ask(2)
    assert other.status_code == 201
    if by == "the courier":
        await shop.parcel()
    else:
        await shop.act(shop.seller, case_id, "record-arrival")
    arrived = await shop.get(case_id)
    assert (arrived["state"], [each["lines"] for each in arrived["refused_goods_claims"]]) == ("closed", [ALL])
    assert (await shop.get(other.json()["id"]))["state"] == "pending_review"


async def test_a_courier_that_delivers_late_opens_no_case_again(shop: Shop) -> None:
    case_id = await looked_for(shop)
    await shop.act(shop.agent, case_id, "close", note="?")
    await shop.parcel()
    assert (await shop.get(case_id))["state"] == "closed"
    assert (await shop.act(shop.seller, case_id, "receive"))["state"] == "manual_review"


@pytest.mark.parametrize("type_", ["refund_only", "consult"])
async def test_nothing_arrives_of_a_case_in_which_nothing_comes_back(shop: Shop, type_: str) -> None:
    await shop.delivered()
    case = await shop.case(1, type_=type_)
    await shop.act(shop.buyer, case["id"], "cancel")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/record-arrival", json={})
    shop.harness.problem(refused, 409, "illegal_transition")


async def test_nothing_arrives_of_a_case_that_was_cancelled_before_the_goods_could_be_sent(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.buyer, case["id"], "cancel")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/record-arrival", json={})
    shop.harness.problem(refused, 409, "nothing_in_transit")


async def test_a_buyer_who_has_the_goods_confirms_it_where_their_arrival_was_recorded(shop: Shop) -> None:
    """The case was cancelled after its approval, and nothing was sent."""
    await shop.delivered()
    case = await shop.case(2)
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "cancel")
    [claim] = (await shop.act(shop.seller, case["id"], "record-arrival"))["refused_goods_claims"]
    way = f"/v1/refused-goods-claims/{claim['id']}"
    shown = (await shop.buyer.get(way)).json()
    assert {each["action"] for each in shown["allowed_actions"] if each["allowed"]} == {"abandon", "deliver"}
    assert "验收" not in str(shown["explanation"])
    refused = shop.harness.problem(await shop.ask(2), 409, "units_not_back")
    assert "验收" not in str(refused)
    confirmed = await shop.buyer.post(f"{way}/confirm", json={"note": "商品一直在我处"})
    assert confirmed.json()["state"] == "delivered", confirmed.text
    assert (await shop.ask(2)).status_code == 201, "the units are free"
