"""Goods that came back under no waybill: the buyer has handed them over, or has not named the parcel."""

from typing import Any

from aftercare_events import (
    AfterSaleEscalated,
    AfterSaleReopened,
    PickupCancelled,
    PickupWaybillWithdrawn,
    ReturnHandedOver,
)
from aftersale_shop import Shop
from pickup_steps import book, returning, slots


async def awaited(shop: Shop) -> dict[str, Any]:
    await shop.delivered()
    return await shop.approve((await shop.case(2))["id"])


async def too_late(shop: Shop) -> str:
    """A case that was closed because the buyer has not sent the goods back in time."""
    case_id = str((await awaited(shop))["id"])
    shop.clock.advance(hours=30 * 24)
    await shop.harness.run_due()
    closed = await shop.get(case_id)
    assert (closed["state"], closed["close_cause"]) == ("closed", "buyer_late")
    return case_id


async def test_the_merchant_inspects_goods_that_were_handed_over(shop: Shop) -> None:
    case = await awaited(shop)
    assert (await shop.buyer.post(f"/v1/cases/{case['id']}/receive")).status_code == 403
    received = await shop.act(shop.seller, case["id"], "receive", note="买家送到门店")
    assert (received["state"], received["whose_turn"], received["return_parcel"]) == (
        "await_inspection",
        "merchant",
        None,
    )
    event = await shop.last(ReturnHandedOver)
    assert (event.case_id, "买家" in event.model_dump_json()) == (case["id"], False)
    assert "ReturnDelivered" not in await shop.names(case["id"])
    inspected = await shop.inspect(case["id"], 1)
    assert [each["lines"] for each in inspected["refused_goods_claims"]] == [[{"line_id": "line_1", "quantity": 1}]]
    assert (await shop.refund_succeeds()).amount_minor == 9566


async def test_what_was_handed_over_was_not_lost_by_a_courier(shop: Shop) -> None:
    case = await awaited(shop)
    await shop.act(shop.seller, case["id"], "receive")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/report-return-missing")
    shop.harness.problem(refused, 409, "nothing_in_transit")
    refused = await shop.inspect(case["id"], 0, reason="parts_missing")
    assert refused["state"] == "manual_review", "a reason about returned goods"


async def refused_untracked(shop: Shop) -> str:
    """A case whose merchant refuses goods that no courier and no buyer has reported as sent."""
    case_id = str((await awaited(shop))["id"])
    await shop.act(shop.seller, case_id, "receive")
    refused = await shop.inspect(case_id, 0, reason="used_or_affects_resale")
    assert (refused["state"], refused["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "return_refused"
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert steps[-2]["text"]["zh_cn"] == "商家登记退货已送达商家"
    return case_id


async def test_goods_that_did_not_come_are_sent_after_an_agent_has_looked(shop: Shop) -> None:
    case_id = await refused_untracked(shop)
    asked = await shop.act(shop.agent, case_id, "approve", note="买家从未寄出")
    assert (asked["state"], asked["refused_goods_claims"]) == ("await_buyer_shipment", [])
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case_id, 2)
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def test_goods_that_came_are_rejected_by_the_agent_and_go_back(shop: Shop) -> None:
    case_id = await refused_untracked(shop)
    rejected = await shop.act(shop.agent, case_id, "reject", reason="used_or_affects_resale")
    assert rejected["state"] == "rejected"
    closed = await shop.act(shop.buyer, case_id, "accept")
    assert [each["lines"] for each in closed["refused_goods_claims"]] == [[{"line_id": "line_1", "quantity": 2}]]


async def test_goods_that_were_handed_over_after_the_time_for_it_open_the_case_again(shop: Shop) -> None:
    case_id = await too_late(shop)
    reopened = await shop.act(shop.agent, case_id, "receive")
    assert (reopened["state"], reopened["whose_turn"], reopened["close_cause"]) == ("manual_review", "agent", None)
    assert (await shop.last(AfterSaleReopened)).cause == "return_arrived_late"
    assert (await shop.last(ReturnHandedOver)).case_id == case_id
    shop.harness.problem(await shop.seller.post(f"/v1/cases/{case_id}/receive"), 409, "nothing_in_transit")
    refunding = await shop.act(shop.agent, case_id, "refund")
    assert refunding["refund"]["amount"]["amount"] == 19133
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["state"] == "completed"


async def test_a_late_return_that_is_not_refunded_goes_back_to_the_buyer(shop: Shop) -> None:
    case_id = await too_late(shop)
    await shop.act(shop.seller, case_id, "receive")
    closed = await shop.act(shop.agent, case_id, "close", note="超期")
    assert [each["lines"] for each in closed["refused_goods_claims"]] == [[{"line_id": "line_1", "quantity": 2}]]


async def test_goods_of_a_case_whose_units_another_one_has_go_back(shop: Shop) -> None:
    case_id = await too_late(shop)
    other = await shop.case(2, type_="refund_only")
    refused = shop.harness.problem(
        await shop.seller.post(f"/v1/cases/{case_id}/receive"), 409, "units_held_by_another_case"
    )
    assert refused["case_ids"] == [other["id"]]
    arrived = await shop.act(shop.seller, case_id, "record-arrival")
    assert (arrived["state"], arrived["close_cause"]) == ("closed", "buyer_late")
    assert [each["lines"] for each in arrived["refused_goods_claims"]] == [[{"line_id": "line_1", "quantity": 2}]]


async def test_goods_that_are_handed_over_while_a_pickup_is_booked_end_it(shop: Shop) -> None:
    case_id = await returning(shop)
    booked = await book(shop, case_id)
    await shop.act(shop.seller, case_id, "give-pickup-waybill", carrier="sf", waybill_no=shop.waybill())
    received = await shop.act(shop.seller, case_id, "receive")
    assert (received["state"], received["pickup"]["state"]) == ("await_inspection", "cancelled")
    assert (await shop.last(PickupCancelled)).case_id == case_id
    assert (await shop.last(PickupWaybillWithdrawn)).case_id == case_id
    assert (await shop.last(ReturnHandedOver)).case_id == case_id
    await shop.inspect(case_id, 1)
    free = (await slots(shop, str((await another(shop))["id"])))[0]
    assert free["begins_at"] == booked["pickup"]["begins_at"], "its time is free again"


async def another(shop: Shop) -> dict[str, Any]:
    return await shop.approve((await shop.case(1))["id"])


async def test_goods_are_handed_over_while_an_agent_looks_for_an_address(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(2))["id"]
    for _ in range(2):  # approved by silence, and then handed to an agent, since there is no address
        shop.clock.advance(hours=7 * 24)
        await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    received = await shop.act(shop.seller, case_id, "receive")
    assert (received["state"], received["return_parcel"]) == ("await_inspection", None)


async def test_goods_are_not_received_before_the_request_is_granted(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(2))["id"]
    await shop.act(shop.seller, case_id, "escalate")
    refused = await shop.seller.post(f"/v1/cases/{case_id}/receive")
    shop.harness.problem(refused, 409, "nothing_in_transit")
