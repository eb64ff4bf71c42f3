"""Returned goods that the courier has delivered and the merchant has not, and such that turn up later."""

from typing import Any

import pytest
from aftercare_events import AfterSaleReopened
from aftersale_shop import Shop
from test_returns import on_its_way


def arrivals(case: dict[str, Any]) -> dict[str, str | None]:
    """Why the arrival of its goods cannot be reported, by the two actions that do."""
    allowed = {each["action"]: each.get("why_not") for each in case["allowed_actions"]}
    return {action: allowed[action] for action in ("receive", "record_arrival")}


async def shown(shop: Shop, case_id: str) -> dict[str, str | None]:
    """The same of a case as the merchant reads it."""
    return arrivals((await shop.seller.get(f"/v1/cases/{case_id}")).json())


async def missing(shop: Shop) -> str:
    """A return that the courier reports as delivered, and the merchant as missing."""
    case_id = await on_its_way(shop, 2)
    await shop.parcel()
    await shop.act(shop.seller, case_id, "report-return-missing")
    return case_id


async def test_why_an_agent_decides_and_what_goes_back_then(shop: Shop) -> None:
    await shop.delivered()
    case_id = await missing(shop)
    explanation = (await shop.get(case_id))["explanation"]
    assert explanation["why"]["en"] == (
        "An agent has to decide, because the courier reports the returned goods as delivered, and the merchant does not have them"
    )
    assert explanation["why"]["zh_cn"] == "由平台客服处理，原因：快递显示退货已签收，但商家反馈未收到"
    assert explanation["money"]["zh_cn"] == "如平台客服决定退款，最多退款 191.33 CNY"
    assert explanation["money"]["en"] == "If an agent decides so, up to 191.33 CNY goes back"
    assert explanation["money_when"]["en"] == "The money goes back once an agent has decided so"
    refunding = await shop.act(shop.agent, case_id, "refund")
    assert refunding["refund"]["amount"]["amount"] == 19133


async def closed_without_goods(shop: Shop) -> str:
    await shop.delivered()
    case_id = await missing(shop)
    await shop.act(shop.agent, case_id, "close", note="查无包裹")
    return case_id


@pytest.mark.parametrize("who", ["seller", "agent"])
async def test_goods_that_arrive_after_the_case_was_closed_are_for_an_agent(shop: Shop, who: str) -> None:
    case_id = await closed_without_goods(shop)
    await shop.parcel()
    assert (await shop.get(case_id))["state"] == "closed", "the courier has reported that before"
    assert (await shop.buyer.post(f"/v1/cases/{case_id}/receive")).status_code == 403
    reopened = await shop.act(getattr(shop, who), case_id, "receive", note="在仓库找到")
    assert (reopened["state"], reopened["whose_turn"], reopened["close_cause"]) == ("manual_review", "agent", None)
    assert reopened["return_parcel"]["delivered_at"] is not None
    event = await shop.last(AfterSaleReopened)
    assert (event.case_id, event.cause, event.terminal) == (case_id, "return_arrived_late", False)
    assert "在仓库找到" not in event.model_dump_json()
    why = (await shop.get(case_id))["explanation"]["why"]["en"]
    assert why.endswith("because the returned goods have arrived after the case was closed without them")
    shop.harness.problem(await shop.ask(2), 409, "units_in_live_case")  # they are in the case again
    refunding = await shop.act(shop.agent, case_id, "refund")
    assert (refunding["state"], refunding["refund"]["amount"]["amount"]) == ("refunding", 19133)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["state"] == "completed"
    shop.harness.problem(await shop.ask(2), 422, "quantity_exceeds_remaining")
    assert (await shop.case(1))["requested"]["amount"] == 28700 - 19133


async def test_an_agent_closes_the_case_again_and_the_goods_go_back(shop: Shop) -> None:
    case_id = await closed_without_goods(shop)
    await shop.act(shop.seller, case_id, "receive")
    withdrawn = await shop.agent.post(f"/v1/cases/{case_id}/cancel")
    shop.harness.problem(withdrawn, 409, "goods_already_received")  # nobody would send them back
    closed = await shop.act(shop.agent, case_id, "close", note="?")
    assert (closed["close_cause"], closed["refused_goods_claims"][0]["state"]) == ("closed_by_agent", "await_dispatch")
    sent = await shop.act(shop.seller, case_id, "return-refused-goods", carrier="zto", waybill_no="73200001")
    assert sent["refused_goods"]["waybill_no"] == "73200001"


async def test_a_case_whose_units_another_one_has_is_not_opened_again(shop: Shop) -> None:
    case_id = await closed_without_goods(shop)
    assert await shown(shop, case_id) == {"receive": None, "record_arrival": "case_opens_again"}
    await shop.case(2, type_="refund_only")
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case_id}/receive"), 409, "units_held_by_another_case")
    assert await shown(shop, case_id) == {"receive": "units_held_by_another_case", "record_arrival": None}
    [listed] = (await shop.seller.get("/v1/cases", params={"state": "closed"})).json()["data"]
    assert arrivals(listed) == await shown(shop, case_id)
    assert (await shop.get(case_id))["state"] == "closed"


async def test_nothing_arrives_for_a_case_without_a_return(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    await shop.act(shop.buyer, case["id"], "accept")
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case['id']}/receive"), 409, "nothing_in_transit")
