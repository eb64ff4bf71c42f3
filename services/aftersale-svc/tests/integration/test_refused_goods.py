"""Goods that an inspection refused go back to the buyer, in every type of case that has an inspection."""

from typing import Any

import httpx
from aftercare_events import RefusedGoodsReturned
from aftercare_events.catalogue.refused_goods import RefusedGoodsDispatched
from aftersale_shop import Shop
from refused_parcels_back import PARCEL, act, claim_of, parcel, sent

RIGHT = {"carrier": "zto", "waybill_no": "73200002"}


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


async def test_a_waybill_is_corrected_until_a_courier_has_scanned_the_parcel(shop: Shop) -> None:
    case = await sent(shop)
    before = await claim_of(shop, case["id"])
    shown = await shop.act(shop.seller, case["id"], "correct-refused-goods-waybill", **RIGHT)
    assert (shown["refused_goods"]["waybill_no"], shown["state"]) == ("73200002", case["state"])
    event, dispatched = await shop.last(RefusedGoodsReturned), await shop.last(RefusedGoodsDispatched)
    for each in (event, dispatched):
        assert (each.previous_carrier, each.previous_waybill_no, each.waybill_no) == ("zto", "73200001", "73200002")
        assert [line.quantity for line in each.lines] == [1]
    claim = await claim_of(shop, case["id"])
    assert (claim["waybill_no"], claim["deadline_at"]) == ("73200002", before["deadline_at"])
    assert [each["action"] for each in claim["steps"]] == ["open", "send", "correct_waybill"]
    path = f"/v1/cases/{case['id']}/correct-refused-goods-waybill"
    shop.harness.problem(await shop.seller.post(path, json=RIGHT), 422, "waybill_unchanged")
    of_return = {"carrier": "sf", "waybill_no": case["return_parcel"]["waybill_no"]}
    shop.harness.problem(await shop.seller.post(path, json=of_return), 409, "waybill_in_use")
    await parcel(shop, case["id"], "cancelled", reason="waybill_corrected")
    await parcel(shop, case["id"], "picked_up")
    assert (await claim_of(shop, case["id"]))["state"] == "in_transit", "that parcel is followed no more"
    await shop.act(shop.agent, case["id"], "correct-refused-goods-waybill", **PARCEL)
    await parcel(shop, case["id"], "picked_up")
    late = shop.harness.problem(await shop.seller.post(path, json=RIGHT), 409, "refused_goods_already_scanned")
    assert late["scanned_at"]
    [allowed] = [
        each
        for each in (await shop.seller.get(f"/v1/cases/{case['id']}")).json()["allowed_actions"]
        if each["action"] == "correct_refused_goods_waybill"
    ]
    assert (allowed["allowed"], allowed["why_not"]) == (False, "refused_goods_already_scanned")
    await parcel(shop, case["id"], "delivered")
    shop.harness.problem(await shop.seller.post(path, json=RIGHT), 409, "refused_goods_not_in_transit")


async def test_goods_that_are_sent_once_more_have_a_waybill_that_can_be_corrected(shop: Shop) -> None:
    case = await sent(shop)
    await parcel(shop, case["id"], "picked_up")
    await parcel(shop, case["id"], "returned")
    await act(shop, shop.agent, await claim_of(shop, case["id"]), "order-dispatch")
    await shop.act(shop.seller, case["id"], "return-refused-goods", **PARCEL)
    await shop.act(shop.seller, case["id"], "correct-refused-goods-waybill", **RIGHT)
    await parcel(shop, case["id"], "delivered", "73200002")
    assert (await claim_of(shop, case["id"]))["state"] == "await_confirmation"
