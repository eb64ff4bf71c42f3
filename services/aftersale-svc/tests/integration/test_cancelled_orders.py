"""A cancelled order takes its cases with it: the money of the whole order goes back, whichever event comes first."""

from collections.abc import Awaitable, Callable

import pytest
from aftercare_events import (
    AfterSaleClosed,
    AfterSaleEscalated,
    AfterSaleRefundFailed,
    DisputeExecuted,
    DisputeWithdrawn,
    RefundRequested,
)
from aftersale_shop import CUP, TRIO, Shop
from shop_commands import early_return

Step = Callable[[Shop, str], Awaitable[object]]


async def one_of_three(shop: Shop) -> str:
    await shop.paid(lines=(TRIO,), fee=500)
    return str((await shop.case(1, type_="refund_only", reason="changed_mind"))["id"])


async def ended_with_its_order(shop: Shop, case_id: str) -> None:
    case = await shop.get(case_id)
    assert (case["state"], case["close_cause"]) == ("closed", "order_cancelled")
    assert (case["whose_turn"], case["deadline_at"]) == ("nobody", None)
    allowed = {each["action"] for each in case["allowed_actions"] if each["allowed"]}
    assert allowed <= {"record_arrival"}, "nothing but the arrival of goods that are under way"
    assert await shop.harness.parked() == []


async def test_a_case_that_was_opened_just_before_its_order_was_cancelled(shop: Shop) -> None:
    case_id = await one_of_three(shop)
    await shop.cancelled()
    await ended_with_its_order(shop, case_id)
    money = (await shop.get(case_id))["explanation"]["money"]
    assert money == {"zh_cn": "款项随订单取消全额退回", "en": "All the money goes back with the cancelled order"}
    event = await shop.last(AfterSaleClosed)
    assert (event.case_id, event.cause, event.state, event.handler) == (case_id, "order_cancelled", "closed", "system")
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(step["action"], step["state"]) for step in steps] == [
        ("request", "pending_review"),
        ("end_with_order", "closed"),
    ]
    approve = await shop.seller.post(f"/v1/cases/{case_id}/approve", json={})
    shop.harness.problem(approve, 409, "illegal_transition")
    shop.harness.problem(await shop.ask(1, type_="refund_only"), 409, "order_cancelled")
    assert not await shop.published(RefundRequested)


async def to_manual_review(shop: Shop, case_id: str) -> None:
    await shop.act(shop.seller, case_id, "escalate")


async def rejected(shop: Shop, case_id: str) -> None:
    await shop.act(shop.seller, case_id, "reject", reason="no_defect_found")


async def approved(shop: Shop, case_id: str) -> None:
    await shop.approve(case_id)


async def sent_back(shop: Shop, case_id: str) -> None:
    await approved(shop, case_id)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")


async def arrived(shop: Shop, case_id: str) -> None:
    await sent_back(shop, case_id)
    await shop.act(shop.seller, case_id, "receive")


async def refund_failed(shop: Shop, case_id: str) -> None:
    await to_manual_review(shop, case_id)
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_fails()


@pytest.mark.parametrize("step", [to_manual_review, rejected, approved, sent_back, arrived, refund_failed])
async def test_a_case_ends_wherever_it_waits(shop: Shop, step: Step) -> None:
    case_id = await early_return(shop, await one_of_three(shop))
    await step(shop, case_id)
    await shop.cancelled()
    await ended_with_its_order(shop, case_id)


@pytest.mark.parametrize("first", ["the order", "the refund"])
async def test_a_refund_that_the_cancelled_order_left_no_money_for(shop: Shop, first: str) -> None:
    case_id = await one_of_three(shop)
    await approved(shop, case_id)
    if first == "the order":
        await shop.cancelled()
        assert (await shop.get(case_id))["state"] == "refunding"
        request = await shop.refund_fails(failure_code="exceeds_payment")
        assert not await shop.published(AfterSaleEscalated), "there is nothing for an agent to decide"
    else:
        request = await shop.refund_fails(failure_code="exceeds_payment")
        assert (await shop.get(case_id))["state"] == "manual_review"
        await shop.cancelled()
    await ended_with_its_order(shop, case_id)
    [closed], failed = await shop.published(AfterSaleClosed), await shop.published(AfterSaleRefundFailed)
    [showing] = [each for each in (closed, *failed) if each.refund_id is not None]
    assert (showing.refund_id, showing.failure_code) == (request.refund_id, "exceeds_payment")
    assert bool(failed) is (first == "the refund"), "nobody is to wait for an agent"


@pytest.mark.parametrize("first", ["the order", "the refund"])
async def test_a_refund_that_was_paid_completes_its_case(shop: Shop, first: str) -> None:
    case_id = await one_of_three(shop)
    await approved(shop, case_id)
    if first == "the order":
        await shop.cancelled()
        await shop.refund_succeeds()
    else:
        await shop.refund_succeeds()
        await shop.cancelled()
    case = await shop.get(case_id)
    assert (case["state"], case["refunded"]["amount"], case["close_cause"]) == ("completed", 3333, None)


async def test_the_same_failure_again_changes_nothing(shop: Shop) -> None:
    case_id = await one_of_three(shop)
    await approved(shop, case_id)
    await shop.cancelled()
    request = await shop.refund_fails()
    await shop.refund_fails(request)
    await ended_with_its_order(shop, case_id)
    assert len(await shop.published(AfterSaleClosed)) == 1


async def test_every_case_of_the_order_ends_and_no_other(shop: Shop) -> None:
    await shop.paid("ord_2", (CUP,))
    cup = [{"line_id": "line_2", "quantity": 1}]
    other = await shop.case(order_id="ord_2", type_="refund_only", lines=cup)
    first = await one_of_three(shop)
    second = (await shop.case(1, type_="refund_only"))["id"]
    await shop.act(shop.buyer, second, "cancel")
    third = (await shop.case(2, type_="refund_only"))["id"]
    await shop.cancelled()
    await ended_with_its_order(shop, first)
    await ended_with_its_order(shop, third)
    assert (await shop.get(second))["state"] == "cancelled"
    assert (await shop.get(other["id"]))["state"] == "pending_review"


# Disputes


async def under_dispute(shop: Shop) -> tuple[str, str]:
    case_id = await one_of_three(shop)
    await rejected(shop, case_id)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.cancelled()
    assert (await shop.get(case_id))["state"] == "disputed", "the platform decides"
    return case_id, dispute["id"]


async def test_no_verdict_refunds_what_went_back_with_the_order(shop: Shop) -> None:
    case_id, dispute_id = await under_dispute(shop)
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    verdict = {"liable": "seller", "remedy": "refund", "grounds": "?", "amount": {"amount": 1, "currency": "CNY"}}
    refused = await shop.arbitrator.post(f"/v1/disputes/{dispute_id}/verdict", json=verdict)
    body = shop.harness.problem(refused, 409, "order_cancelled")
    assert "随订单" in body["detail"]
    assert (await shop.get(case_id))["state"] == "disputed"


async def test_a_resumed_case_ends_with_its_cancelled_order(shop: Shop) -> None:
    case_id, dispute_id = await under_dispute(shop)
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    assert (await shop.verdict(dispute_id, None, "resume"))["state"] == "executed"
    await ended_with_its_order(shop, case_id)
    assert len(await shop.published(DisputeExecuted)) == 1


async def test_a_withdrawn_dispute_ends_the_case_with_its_order(shop: Shop) -> None:
    case_id, dispute_id = await under_dispute(shop)
    assert (await shop.rule(dispute_id, "withdraw", shop.buyer))["state"] == "withdrawn"
    await ended_with_its_order(shop, case_id)
    assert len(await shop.published(DisputeWithdrawn)) == 1


async def test_a_verdict_without_remedy_closes_the_case_of_a_cancelled_order(shop: Shop) -> None:
    case_id, dispute_id = await under_dispute(shop)
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, None, "none")
    case = await shop.get(case_id)
    assert (case["state"], case["close_cause"]) == ("closed", "verdict")


@pytest.mark.parametrize("decided", [True, False])
async def test_a_verdict_whose_money_went_back_with_the_order_is_executed(shop: Shop, decided: bool) -> None:
    """The verdict came before the cancellation was known here; its refund finds nothing left."""
    case_id = await one_of_three(shop)
    await rejected(shop, case_id)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 3333)
    if decided:
        await shop.refund_fails(failure_code="exceeds_payment")
        await shop.cancelled()
    else:
        await shop.cancelled()
        await shop.refund_fails(failure_code="exceeds_payment")
    await ended_with_its_order(shop, case_id)
    found = (await shop.arbitrator.get(f"/v1/disputes/{dispute['id']}")).json()
    assert (found["state"], found["refunded"]["amount"], found["whose_turn"]) == ("executed", 0, "nobody")
    assert (await shop.last(DisputeExecuted)).complaint_id == "cmp_1"


async def test_a_complaint_about_a_case_of_a_cancelled_order_stays_with_customer_service(shop: Shop) -> None:
    case_id = await one_of_three(shop)
    await rejected(shop, case_id)
    await shop.act(shop.buyer, case_id, "accept")
    await shop.cancelled()
    assert await shop.complaint(case_id) is None
    assert (await shop.get(case_id))["close_cause"] == "rejection_accepted"
