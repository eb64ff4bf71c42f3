"""Each waiting state runs out of time in its own way, by the table, and never on a state that has moved on."""

import pytest
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleClosed,
    AfterSaleEscalated,
    DisputeEscalated,
    RefundRequested,
    ReturnInspected,
)
from aftersale_shop import Shop


async def late(shop: Shop, hours: float) -> None:
    """A moment before, nothing happens; then the timer acts, once."""
    shop.clock.advance(hours=hours - 0.01)
    before = len(await shop.harness.published())
    await shop.harness.run_due()
    assert len(await shop.harness.published()) == before
    shop.clock.advance(hours=0.01)
    await shop.harness.run_due()
    after = len(await shop.harness.published())
    assert after > before
    await shop.harness.run_due()
    assert len(await shop.harness.published()) == after


async def test_a_silent_merchant_approves(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    await late(shop, 48)
    approved = await shop.get(case["id"])
    assert (approved["state"], approved["deadline_effect"]) == ("await_buyer_shipment", "escalated_address_missing")
    event = await shop.last(AfterSaleApproved)
    assert (event.cause, event.handler) == ("timeout", "system")


async def test_a_silent_merchant_refunds_where_nothing_comes_back(shop: Shop) -> None:
    await shop.delivered()
    await shop.case(type_="refund_only")
    await late(shop, 48)
    assert (await shop.last(RefundRequested)).cause == "timeout"


async def test_a_late_buyer_loses_the_case_and_frees_the_units(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(3)
    await shop.approve(case["id"])
    await late(shop, 7 * 24)
    closed = await shop.get(case["id"])
    assert (closed["state"], closed["close_cause"]) == ("closed", "buyer_late")
    await shop.case(3)


async def test_a_return_that_never_arrives_goes_to_an_agent(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    await shop.approve(case["id"])
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await late(shop, 15 * 24)
    raised = await shop.get(case["id"])
    assert (raised["state"], raised["whose_turn"]) == ("manual_review", "agent")
    assert (await shop.last(AfterSaleEscalated)).cause == "return_not_delivered"
    await shop.parcel("SF1001")
    assert (await shop.get(case["id"]))["state"] == "await_inspection"


async def test_goods_that_nobody_inspects_are_accepted(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await late(shop, 10 * 24)
    assert (await shop.last(ReturnInspected)).cause == "timeout"
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause) == (19133, "timeout")
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_an_undisputed_rejection_closes(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    assert case["deadline_effect"] == "closed_rejected"
    await late(shop, 7 * 24)
    assert (await shop.get(case["id"]))["close_cause"] == "rejected"
    assert (await shop.last(AfterSaleClosed)).cause == "rejected"


async def test_a_late_agent_and_a_late_refund_are_published_again_and_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    await shop.act(shop.seller, case["id"], "escalate", note="请平台处理")
    await late(shop, 24)
    await late(shop, 24)
    await shop.act(shop.agent, case["id"], "approve")
    await late(shop, 24)
    assert [e.cause for e in await shop.published(AfterSaleEscalated)] == [
        "review_handed_over",
        "agent_late",
        "agent_late",
        "refund_late",
    ]
    assert len(await shop.published(RefundRequested)) == 1
    await shop.refund_succeeds()
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_a_merchant_silent_in_a_dispute_and_a_late_platform(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await late(shop, 48)
    dispute = (await shop.seller.get(f"/v1/disputes/{dispute_id}")).json()
    assert (dispute["state"], dispute["whose_turn"], dispute["answer"]) == ("platform_review", "platform", None)
    await late(shop, 72)
    assert [e.cause for e in await shop.published(DisputeEscalated)] == ["merchant_silent", "platform_late"]
    await shop.verdict(dispute_id, 100)


@pytest.mark.parametrize("days", [30])
async def test_a_frozen_case_has_no_timer(shop: Shop, days: int) -> None:
    await shop.delivered()
    case_id, _ = await shop.disputed()
    shop.clock.advance(hours=24 * days)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "disputed"


async def test_a_timer_that_comes_after_somebody_acted_does_nothing(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case()
    shop.clock.advance(hours=47.9)
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    shop.clock.advance(hours=0.1)
    await shop.harness.run_due()
    assert (await shop.get(case["id"]))["state"] == "rejected"
