"""Goods that an inspection refused go back to the buyer, in every type of case that has an inspection."""

from typing import Any

import httpx
from aftercare_events import RefusedGoodsReturned
from aftersale_shop import Shop

PARCEL = {"carrier": "zto", "waybill_no": "73200001"}


async def send_back(shop: Shop, client: httpx.AsyncClient, case_id: str) -> httpx.Response:
    return await client.post(f"/v1/cases/{case_id}/return-refused-goods", json=PARCEL)


def may_send(case: dict[str, Any]) -> bool:
    [found] = [each for each in case["allowed_actions"] if each["action"] == "return_refused_goods"]
    return bool(found["allowed"])


async def test_the_money_of_accepted_units_does_not_wait_for_the_others(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    inspected = await shop.inspect(case["id"], 1)
    assert (inspected["state"], may_send(inspected)) == ("refunding", True)
    await shop.refund_succeeds()
    sent = await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    assert (sent["state"], sent["refused_goods"]["waybill_no"]) == ("completed", "73200001")
    event = await shop.last(RefusedGoodsReturned)
    assert [(each.line_id, each.quantity) for each in event.lines] == [("line_1", 1)]
    shop.harness.problem(await send_back(shop, shop.seller, case["id"]), 409, "nothing_refused")


async def test_nothing_goes_back_while_the_buyer_may_dispute_the_rejection(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 0, reason="used_or_affects_resale")
    shop.harness.problem(await send_back(shop, shop.seller, case["id"]), 409, "illegal_transition")
    await shop.act(shop.buyer, case["id"], "accept")
    sent = await shop.act(shop.agent, case["id"], "return-refused-goods", **PARCEL)
    assert (sent["state"], sent["refused_goods"]["waybill_no"]) == ("closed", "73200001")
    assert [each.quantity for each in (await shop.last(RefusedGoodsReturned)).lines] == [2]


async def test_what_a_verdict_has_refunded_stays_with_the_merchant(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 0, reason="used_or_affects_resale")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="已使用", evidence=[])
    shop.harness.problem(await send_back(shop, shop.seller, case["id"]), 409, "illegal_transition")
    await shop.verdict(dispute["id"], 19133)
    await shop.refund_succeeds()
    assert (await shop.get(case["id"]))["state"] == "completed"
    shop.harness.problem(await send_back(shop, shop.seller, case["id"]), 409, "nothing_refused")


async def test_all_that_was_accepted_stays_with_the_merchant(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 2)
    shop.harness.problem(await send_back(shop, shop.seller, case["id"]), 409, "nothing_refused")
