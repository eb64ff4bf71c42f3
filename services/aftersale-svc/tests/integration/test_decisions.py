"""Each decision about a case is recorded: by whom or by which rule, and by which facts."""

from datetime import datetime, timedelta
from typing import Any

from aftercare_events import (
    AfterSaleApproved,
    AfterSaleRejected,
    DisputeSettled,
    ReturnInspected,
    VerdictConfirmed,
    VerdictGiven,
)
from aftersale_shop import HASH, RETURN_ADDRESS, Shop
from aftersale_svc.domain.cases.reasons import REASONS_VERSION
from checked_files import files_of

OTHER = "sha256:" + "cd" * 32


async def decided(shop: Shop, case_id: str) -> list[dict[str, Any]]:
    response = await shop.buyer.get(f"/v1/cases/{case_id}/decisions")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


async def outcomes(shop: Shop, case_id: str) -> list[tuple[str, str, str, str]]:
    names = ("kind", "outcome", "basis", "decided_by_role")
    return [tuple(each[name] for name in names) for each in await decided(shop, case_id)]  # type: ignore[misc]


async def test_a_return_has_the_decisions_of_its_review_and_inspection(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 1)
    assert await outcomes(shop, case["id"]) == [
        ("review", "approved", "person", "seller"),
        ("inspection", "accepted", "person", "seller"),
    ]
    review, inspection = await decided(shop, case["id"])
    assert review["facts"] == {
        "type": "return_refund",
        "reason": "quality_defect",
        "stage": "post_receipt",
        "state": "pending_review",
        "currency": "CNY",
        "requested_minor": 19133,
        "freight_minor": 0,
        "evidence": 1,
        "initiator": "buyer",
        "opened_at": review["facts"]["opened_at"],
        "received_since": None,
        "lines": [{"line_id": "line_1", "sku": "KETTLE-1", "quantity": 2, "accepted": None}],
    }
    assert review["reasons_version"] == REASONS_VERSION
    assert inspection["facts"]["lines"][0]["accepted"] == 1
    assert (await shop.last(AfterSaleApproved)).decision_id == review["id"]
    assert (await shop.last(ReturnInspected)).decision_id == inspection["id"]
    assert (await shop.seller.get(f"/v1/decisions/{review['id']}")).json() == review


async def test_a_rejection_has_its_reason_and_a_verdict_its_dispute(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    await shop.verdict(dispute_id, 100)
    rejection, verdict = await decided(shop, case_id)
    assert (rejection["outcome"], rejection["reason"]) == ("rejected", "used_or_affects_resale")
    assert (await shop.last(AfterSaleRejected)).decision_id == rejection["id"]
    assert (verdict["kind"], verdict["outcome"], verdict["dispute_id"]) == ("verdict", "refund", dispute_id)
    assert verdict["facts"]["liable"] == "seller"
    assert (await shop.last(VerdictGiven)).decision_id == verdict["id"]


async def test_timers_and_agents_decide_too(shop: Shop) -> None:
    await shop.delivered()
    late = await shop.case(1, type_="refund_only")
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert await outcomes(shop, late["id"]) == [("review", "approved", "timer", "system")]
    closed = await shop.case(1)
    await shop.act(shop.seller, closed["id"], "escalate")
    await shop.act(shop.agent, closed["id"], "close", note="渠道拒绝")
    handed_over = ("review", "handed_over", "person", "seller")
    assert await outcomes(shop, closed["id"]) == [handed_over, ("closing", "closed", "person", "agent")]
    refunded = await shop.case(1)
    await shop.act(shop.seller, refunded["id"], "escalate")
    await shop.act(shop.agent, refunded["id"], "refund")
    assert await outcomes(shop, refunded["id"]) == [handed_over, ("refund", "refunded", "person", "agent")]
    cancelled = await shop.case(1)
    await shop.act(shop.agent, cancelled["id"], "cancel", reason="agreed_with_buyer")
    assert await outcomes(shop, cancelled["id"]) == [("closing", "cancelled", "person", "agent")]
    assert "渠道拒绝" not in str(await decided(shop, closed["id"]))


async def test_a_rule_is_named_with_what_it_judged(shop: Shop) -> None:
    await shop.delivered()
    when = {"initiators": ["buyer"], "buyer_history": {"days": 30, "most_rejections": 1}}
    rules = {"rules": [{"id": "known", "when": when, "outcome": "approve", "return_address": RETURN_ADDRESS}]}
    await shop.rejected(1)
    assert (await shop.seller.put("/v1/merchants/m-1/case-rules", json=rules)).status_code == 200
    received_at = shop.clock.now()
    await shop.received(received_at + timedelta(days=7))
    case = await shop.case(1)
    [decision] = await decided(shop, case["id"])
    assert (decision["basis"], decision["rules_version"], decision["rule_id"]) == ("rule", 1, "known")
    assert datetime.fromisoformat(decision["facts"]["received_since"]) == received_at
    assert (decision["facts"]["initiator"], decision["facts"]["categories"]) == ("buyer", [None])
    assert [past["was_rejected"] for past in decision["facts"]["history"]] == [True]
    event = await shop.last(AfterSaleApproved)
    assert (event.decision_id, event.rules_version, event.rule_id) == (decision["id"], 1, "known")
    assert RETURN_ADDRESS["street"] not in str(decision)


async def test_what_is_refused_records_no_decision(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    assert (await shop.seller.post(f"/v1/cases/{case['id']}/approve", json={})).status_code == 422
    assert await decided(shop, case["id"]) == []


async def test_decisions_are_shown_to_the_parties_alone(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected(1)
    [decision] = await decided(shop, case["id"])
    other = shop.harness.client("buyer", "buyer-2")
    assert (await other.get(f"/v1/cases/{case['id']}/decisions")).status_code == 404
    assert (await other.get(f"/v1/decisions/{decision['id']}")).status_code == 404


async def test_a_step_of_the_timeline_names_its_decision(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected(1)
    shop.clock.advance(hours=7 * 24)
    await shop.harness.run_due()
    rejection, closing = await decided(shop, case["id"])
    assert (closing["kind"], closing["outcome"], closing["basis"]) == ("closing", "closed", "timer")
    assert closing["no_policy_published"] is True
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [(each["action"], each["decision_id"]) for each in steps] == [
        ("request", None),
        ("reject", rejection["id"]),
        ("close", closing["id"]),
    ]


async def test_what_the_buyer_chooses_is_no_decision(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="reship_parts", reason="short_quantity")
    await shop.act(shop.seller, case["id"], "approve")
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    await shop.act(shop.buyer, case["id"], "take-refund")
    assert [each[1] for each in await outcomes(shop, case["id"])] == ["approved"]


async def test_an_agent_has_the_goods_sent_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="reship_parts", reason="missing_parts")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.act(shop.seller, case["id"], "ship-replacement", carrier="zto", waybill_no="73100001")
    await shop.act(shop.buyer, case["id"], "report-anomaly", anomaly="damaged")
    await shop.act(shop.agent, case["id"], "reship")
    assert (await outcomes(shop, case["id"]))[-1] == ("review", "resent", "person", "agent")


async def test_a_verdict_and_its_confirmation_have_the_facts_of_both_sides(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    await files_of(shop, OTHER)
    await shop.rule(dispute_id, "evidence", shop.seller, evidence=[OTHER])
    await shop.verdict(dispute_id, 100)
    await shop.refund_succeeds()
    await shop.rule(dispute_id, "appeal", shop.seller, grounds="?")
    second = shop.harness.client("arbitrator", "arb-2")
    await shop.rule(dispute_id, "confirm-verdict", second, grounds="维持")
    _, verdict, appeal = await decided(shop, case_id)
    facts = verdict["facts"]
    assert (facts["merchant_silent"], facts["awarded_minor"]) == (True, 100)
    assert facts["evidence_of_case"] == [HASH]
    assert OTHER in facts["evidence_of_dispute"]
    assert (appeal["kind"], appeal["outcome"], appeal["dispute_id"]) == ("appeal", "confirmed", dispute_id)
    assert (await shop.last(VerdictConfirmed)).decision_id == appeal["id"]


async def test_a_settlement_is_recorded(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    terms = {"remedy": "refund", "liable": "seller", "amount": {"amount": 500, "currency": "CNY"}, "text": "?"}
    await shop.rule(dispute_id, "proposals", shop.seller, **terms)
    [proposal] = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["proposals"]
    await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.buyer)
    settled = (await decided(shop, case_id))[-1]
    assert (settled["kind"], settled["outcome"], settled["facts"]["awarded_minor"]) == ("settlement", "refund", 500)
    assert (await shop.last(DisputeSettled)).decision_id == settled["id"]
