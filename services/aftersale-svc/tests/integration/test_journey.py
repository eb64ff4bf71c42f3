"""The main journey as a client sees it: a return in two parts, a refund before shipment, a rejection that is disputed."""

import refused_parcels_back
from aftercare_events import (
    AfterSaleApproved,
    AfterSaleCompleted,
    AfterSaleRequested,
    DisputeExecuted,
    RefundRequested,
    ReturnInspected,
    VerdictGiven,
)
from aftersale_shop import HASH, KETTLE, Shop


async def test_two_of_three_come_back_and_then_the_last_one(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    assert (case["state"], case["whose_turn"]) == ("pending_review", "merchant")
    assert case["requested"] == {"amount": 19133, "currency": "CNY"}
    assert case["deadline_effect"] == "approved_by_timeout"
    assert case["deadline_at"] == "2026-03-04T09:00:00Z"
    assert case["allowed_actions"][:2] == [
        {"action": "cancel", "allowed": True},
        {"action": "approve", "allowed": False, "why_not": "merchant_only"},
    ]
    approved = await shop.act(
        shop.seller,
        case["id"],
        "approve",
        note="请寄回",
        return_address={
            "name": "售后部",
            "phone": "0571-1",
            "country": "CN",
            "city": "杭州市",
            "street": "文三路 9 号",
        },
    )
    assert (approved["state"], approved["whose_turn"]) == ("await_buyer_shipment", "buyer")
    assert approved["return_address"]["street"] == "文三路 9 号"
    shipped = await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1000")
    assert (shipped["state"], shipped["whose_turn"]) == ("return_in_transit", "courier")
    await shop.parcel("SF1000")
    assert (await shop.get(case["id"]))["state"] == "await_inspection"
    inspected = await shop.inspect(case["id"], 2, note="完好")
    assert inspected["state"] == "refunding"
    assert inspected["lines"][0]["accepted_amount"] == {"amount": 19133, "currency": "CNY"}
    request = await shop.refund_succeeds()
    assert (request.amount_minor, request.cause, request.payment_id) == (19133, "inspection", "pay_ord_1")
    done = await shop.get(case["id"])
    assert (done["state"], done["whose_turn"], done["deadline_at"]) == ("completed", "nobody", None)
    assert done["refunded"] == {"amount": 19133, "currency": "CNY"}
    assert await shop.names(case["id"]) == [
        "AfterSaleRequested",
        "AfterSaleApproved",
        "ReturnShipped",
        "ReturnDelivered",
        "ReturnInspected",
        "RefundRequested",
        "AfterSaleCompleted",
    ]

    last = await shop.arrived(1)
    assert (last["requested"]["amount"], last["shipping_refund"]["amount"]) == (9567, 800)
    await shop.inspect(last["id"], 1)
    assert (await shop.refund_succeeds()).amount_minor == 9567 + 800
    events = await shop.published(AfterSaleCompleted)
    assert sum(event.refunded_minor for event in events) == KETTLE.paid_minor + 800
    assert sum(line.amount_minor for event in events for line in event.lines) == KETTLE.paid_minor
    shop.harness.problem(await shop.ask(1), 422, "quantity_exceeds_remaining")


async def test_what_a_request_publishes(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    event = await shop.last(AfterSaleRequested)
    assert (event.affected_party, event.applicant, event.handler) == ("buyer-1", "buyer-1", "buyer-1")
    assert (event.result, event.state, event.stage, event.reason) == (
        "pending_review",
        "pending_review",
        "post_receipt",
        "quality_defect",
    )
    assert [(line.line_id, line.sku, line.quantity, line.amount_minor) for line in event.lines] == [
        ("line_1", "KETTLE-1", 2, 19133)
    ]
    assert event.evidence == (HASH,)
    assert "漏水" not in event.model_dump_json()
    assert case["description"] == "漏水"


async def test_accepting_fewer_is_a_partial_refund_and_frees_the_rest_once_it_is_back(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    inspected = await shop.inspect(case["id"], 1)
    assert inspected["refund"]["amount"]["amount"] == 9566
    assert (await shop.last(ReturnInspected)).accepted_minor == 9566
    await shop.refund_succeeds()
    completed = await shop.last(AfterSaleCompleted)
    assert [(line.quantity, line.amount_minor) for line in completed.lines] == [(1, 9566)]
    await refused_parcels_back.back(shop, case["id"])
    rest = await shop.case(2)
    assert rest["requested"]["amount"] == 28700 - 9566


async def test_accepting_none_is_a_rejection_with_a_reason(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    shown = (await shop.seller.get(f"/v1/cases/{case['id']}")).json()["allowed_actions"]
    assert {"action": "refuse", "allowed": False, "why_not": "outcome_of_inspect"} in shown
    rejecting = await shop.seller.post(f"/v1/cases/{case['id']}/reject", json={"reason": "empty_return"})
    assert shop.harness.problem(rejecting, 409, "illegal_transition")["allowed"] == ["inspect", "report_return_missing"]
    nothing = {"lines": [{"line_id": "line_1", "accepted": 0}]}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json=nothing)
    shop.harness.problem(refused, 422, "reason_required")
    rejected = await shop.act(shop.seller, case["id"], "inspect", **nothing, reason="empty_return")
    assert (rejected["state"], rejected["reject_reason"]) == ("rejected", "empty_return")
    assert (await shop.names(case["id"]))[-2:] == ["ReturnInspected", "AfterSaleRejected"]
    assert not await shop.published(RefundRequested)


async def test_refund_before_shipment_brings_the_freight_back_as_its_own_part(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(3, type_="refund_only", reason="changed_mind")
    assert (case["stage"], case["requested"]["amount"], case["shipping_refund"]["amount"]) == ("pre_ship", 28700, 800)
    approved = await shop.approve(case["id"])
    assert approved["state"] == "refunding"
    assert [e.cause for e in await shop.published(AfterSaleApproved)] == ["decision"]
    assert (await shop.refund_succeeds()).amount_minor == 29500
    done = await shop.get(case["id"])
    assert (done["state"], done["refunded"]["amount"]) == ("completed", 29500)
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, completed.lines[0].amount_minor) == (29500, 28700)


async def test_a_rejected_case_wins_its_dispute(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    assert (case["state"], case["reject_reason"], case["whose_turn"]) == ("rejected", "used_or_affects_resale", "buyer")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    assert (dispute["state"], dispute["whose_turn"]) == ("await_merchant_answer", "merchant")
    assert dispute["deadline_effect"] == "escalated_merchant_silent"
    frozen = await shop.get(case["id"])
    assert (frozen["state"], frozen["dispute_id"], frozen["deadline_at"]) == ("disputed", dispute["id"], None)
    answered = await shop.rule(dispute["id"], "answer", shop.seller, text="影响二次销售", evidence=[HASH])
    assert answered["state"] == "platform_review"
    decided = await shop.verdict(dispute["id"], 19133)
    assert (decided["state"], decided["amount"]["amount"]) == ("executing", 19133)
    event = await shop.last(VerdictGiven)
    assert (event.liable, event.remedy, event.amount_minor, event.handler) == ("seller", "refund", 19133, "arb-1")
    assert "卖家未能证明" not in event.model_dump_json()
    request = await shop.refund_succeeds()
    assert (request.cause, request.amount_minor) == ("verdict", 19133)
    assert (await shop.get(case["id"]))["state"] == "completed"
    executed = (await shop.buyer.get(f"/v1/disputes/{dispute['id']}")).json()
    assert (executed["state"], executed["refunded"]["amount"]) == ("executed", 19133)
    assert executed["grounds"] == "卖家未能证明"
    assert (await shop.last(DisputeExecuted)).complaint_id == "cmp_1"
    assert await shop.names(dispute["id"]) == ["DisputeOpened", "DisputeAnswered", "VerdictGiven", "DisputeExecuted"]


async def test_the_timeline_has_every_step(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="影响二次销售")
    await shop.verdict(dispute_id, 5000)
    await shop.refund_succeeds()
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(s["action"], s["actor_role"], s["state"]) for s in steps] == [
        ("request", "buyer", "pending_review"),
        ("reject", "seller", "rejected"),
        ("open", "system", "await_merchant_answer"),
        ("freeze", "system", "disputed"),
        ("answer", "seller", "platform_review"),
        ("decide", "arbitrator", "executing"),
        ("complete", "system", "completed"),
        ("execute", "system", "executed"),
    ]
    assert steps[1]["note"] == "有使用痕迹"
    assert steps[4]["note"] == "影响二次销售"
    assert {s["dispute_id"] for s in steps if s["dispute_id"]} == {dispute_id}
