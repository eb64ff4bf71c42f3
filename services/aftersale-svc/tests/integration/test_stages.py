"""Units of a case before shipment that leave after all."""

from typing import Any

import pytest
from aftercare_events import AfterSaleEscalated, AfterSaleRefundFailed, AfterSaleRestaged, RefundRequested
from aftersale_shop import CUP, KETTLE, PAIR, Shop
from shop_commands import early_return


async def held(shop: Shop, quantity: int = 1, **more: Any) -> str:
    """A case about units that have not left yet."""
    case = await shop.case(quantity, **{"type_": "refund_only", "reason": "changed_mind", **more})
    assert case["stage"] == "pre_ship"
    return str(case["id"])


async def test_a_case_whose_unit_left_after_all_is_in_transit(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop)
    await shop.leaves({"line_1": 2})
    assert (await shop.get(case_id))["stage"] == "pre_ship", "one unit is still here"
    await shop.leaves({"line_1": 1}, parcel_id="par_2")
    case = await shop.get(case_id)
    assert (case["stage"], case["state"], case["deadline_effect"]) == (
        "in_transit",
        "pending_review",
        "approved_by_timeout",
    )
    [event] = await shop.published(AfterSaleRestaged)
    assert (event.case_id, event.previous_stage, event.stage, event.state) == (
        case_id,
        "pre_ship",
        "in_transit",
        "pending_review",
    )
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(step["action"], step["state"], step["actor_role"]) for step in steps][-1] == (
        "restage",
        "pending_review",
        "system",
    )


async def test_the_freight_follows_the_stage(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop, 3)
    assert (await shop.get(case_id))["shipping_refund"]["amount"] == 800
    await shop.leaves({"line_1": 3})
    assert (await shop.get(case_id))["shipping_refund"]["amount"] == 0
    await shop.approve(case_id)
    request = await shop.last(RefundRequested)
    assert (request.amount_minor, request.stage) == (28700, "in_transit")


async def test_the_refund_request_carries_the_stage(shop: Shop) -> None:
    await shop.paid()
    await shop.approve(await held(shop))
    assert (await shop.last(RefundRequested)).stage == "pre_ship"


async def test_other_lines_and_other_units_are_not_concerned(shop: Shop) -> None:
    await shop.paid(lines=(KETTLE, CUP))
    case_id = await held(shop, lines=[{"line_id": "line_2", "quantity": 1}])
    await shop.leaves({"line_1": 3, "line_2": 1})
    assert (await shop.get(case_id))["stage"] == "pre_ship"


async def test_a_refund_under_way_is_for_order_svc_to_judge(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop)
    await shop.approve(case_id)
    await shop.leaves({"line_1": 3})
    assert (await shop.get(case_id))["stage"] == "pre_ship"
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["state"] == "completed"


async def test_a_refund_whose_units_have_left_goes_to_an_agent_with_the_new_stage(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop, 3)
    await shop.approve(case_id)
    await shop.leaves({"line_1": 3})
    await shop.refund_fails(failure_code="units_shipped")
    case = await shop.get(case_id)
    assert (case["state"], case["stage"], case["whose_turn"]) == ("manual_review", "in_transit", "agent")
    assert (await shop.last(AfterSaleRefundFailed)).failure_code == "units_shipped"
    assert (await shop.last(AfterSaleEscalated)).cause == "refund_failed"
    assert len(await shop.published(AfterSaleRestaged)) == 1
    await shop.act(shop.agent, case_id, "refund", note="货已发出，仍同意退款")
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.stage) == (28700, "in_transit")
    assert (await shop.get(case_id))["state"] == "completed"


async def test_the_parcel_may_be_reported_after_the_refusal(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop, 3)
    await shop.approve(case_id)
    await shop.refund_fails(failure_code="units_shipped")
    await shop.leaves({"line_1": 3})
    assert (await shop.get(case_id))["stage"] == "in_transit"
    assert len(await shop.published(AfterSaleRestaged)) == 1


async def test_a_case_under_dispute_changes_its_stage_too(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop, 3)
    await shop.complaint(case_id)
    await shop.leaves({"line_1": 3})
    case = await shop.get(case_id)
    assert (case["stage"], case["state"]) == ("in_transit", "disputed")


async def test_a_closed_case_that_is_disputed_finds_its_units_gone(shop: Shop) -> None:
    await shop.paid()
    case_id = await held(shop, 3)
    await shop.act(shop.seller, case_id, "reject", reason="agreed_cancel")
    await shop.act(shop.buyer, case_id, "accept")
    await shop.leaves({"line_1": 3})
    assert (await shop.get(case_id))["stage"] == "pre_ship", "it had ended before"
    assert await shop.complaint(case_id) is not None
    assert (await shop.get(case_id))["stage"] == "in_transit"


async def test_goods_that_came_back_had_left(shop: Shop) -> None:
    """One of two is returned, the other one never leaves: the copy of the order does not record which one it was."""
    await shop.paid(lines=(PAIR,), fee=700)
    case_id = await early_return(shop, await held(shop))
    await shop.leaves({"line_1": 1})
    assert (await shop.get(case_id))["stage"] == "pre_ship"
    await shop.approve(case_id)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case_id, 1)
    await shop.refund_succeeds()
    assert (await shop.get(case_id))["stage"] == "in_transit"
    kept = (await shop.case(1, type_="refund_only", reason="changed_mind"))["id"]
    await shop.act(shop.seller, kept, "approve")
    assert (await shop.refund_succeeds()).amount_minor == 1000


async def test_goods_that_were_never_shipped_cannot_have_come_back(shop: Shop) -> None:
    """Whatever the seller states it has received: order-svc refunds them as units that stay, with the freight."""
    await shop.paid(lines=(PAIR,), fee=700)
    case_id = await early_return(shop, await held(shop, 2))
    await shop.approve(case_id)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.act(shop.seller, case_id, "receive")
    await shop.inspect(case_id, 2)
    request = await shop.last(RefundRequested)
    assert (request.stage, request.amount_minor) == ("pre_ship", 2700)


@pytest.mark.parametrize("times", [2])
async def test_a_parcel_reported_twice_has_left_once(shop: Shop, times: int) -> None:
    await shop.paid()
    case_id = await held(shop)
    envelope = await shop.harness.consume(shop.parcel_leaves({"line_1": 1}))
    for _ in range(times):
        await shop.harness.deliver(envelope)
    assert (await shop.get(case_id))["stage"] == "pre_ship"
    [shipped] = await shop.harness.runtime.pool.fetch("SELECT shipped_quantity FROM order_lines")
    assert shipped["shipped_quantity"] == 1
