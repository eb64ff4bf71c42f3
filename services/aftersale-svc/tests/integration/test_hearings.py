"""Disputes are examined: an arbitrator takes them, both sides submit evidence in time, and agree if they can."""

from typing import Any

import httpx
import pytest
from aftercare_events import (
    DisputeExecuted,
    DisputeReleased,
    DisputeSettled,
    EvidenceRequested,
    EvidenceRoundEnded,
    RefundRequested,
    SettlementLapsed,
    SettlementProposed,
)
from aftersale_shop import HASH, Shop


async def reviewed(shop: Shop) -> tuple[str, str]:
    """A dispute that the merchant has answered: the ids of the case and of the dispute."""
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    return case_id, dispute_id


async def refused(shop: Shop, client: httpx.AsyncClient, path: str, status: int, code: str, **body: Any) -> None:
    shop.harness.problem(await client.post(f"/v1/disputes/{path}", json=body), status, code)


async def shown(shop: Shop, dispute_id: str) -> dict[str, Any]:
    body: dict[str, Any] = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    return body


async def propose(shop: Shop, client: httpx.AsyncClient, dispute_id: str, amount: int) -> str:
    """A proposal of a refund; its id."""
    money = {"amount": amount, "currency": "CNY"}
    terms = {"remedy": "refund", "liable": "seller", "amount": money, "text": "各让一步"}
    await shop.rule(dispute_id, "proposals", client, **terms)
    proposal_id: str = (await shown(shop, dispute_id))["proposals"][-1]["id"]
    return proposal_id


async def test_an_arbitrator_takes_a_dispute_from_the_queue(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    queue = (await shop.arbitrator.get("/v1/dispute-queue", params={"unassigned": True})).json()["data"]
    assert [each["id"] for each in queue] == [dispute_id]
    taken = await shop.rule(dispute_id, "take", shop.arbitrator)
    assert taken["arbitrator_id"] == "arb-1"
    assert (await shop.arbitrator.get("/v1/dispute-queue", params={"unassigned": True})).json()["data"] == []
    mine = await shop.arbitrator.get("/v1/dispute-queue", params={"arbitrator_id": "arb-1"})
    assert [each["id"] for each in mine.json()["data"]] == [dispute_id]
    other = shop.harness.client("arbitrator", "arb-2")
    verdict = {"liable": "seller", "remedy": "none", "grounds": "?"}
    await refused(shop, other, f"{dispute_id}/verdict", 409, "assigned_to_another", **verdict)
    await refused(shop, other, f"{dispute_id}/take", 409, "already_assigned")
    await refused(shop, other, f"{dispute_id}/release", 409, "not_assigned_to_you")
    await shop.rule(dispute_id, "assign", shop.agent, arbitrator_id="arb-2")
    released = await shop.rule(dispute_id, "release", other)
    assert released["arbitrator_id"] is None


async def test_who_does_not_decide_in_time_does_not_have_the_dispute_any_more(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.rule(dispute_id, "take", shop.arbitrator)
    shop.clock.advance(hours=72)
    await shop.harness.run_due()
    found = await shown(shop, dispute_id)
    assert (found["state"], found["arbitrator_id"]) == ("platform_review", None)
    lapsed = await shop.last(DisputeReleased)
    assert (lapsed.arbitrator_id, lapsed.cause) == ("arb-1", "lapsed")
    other = shop.harness.client("arbitrator", "arb-2")
    assert (await shop.rule(dispute_id, "take", other))["arbitrator_id"] == "arb-2"
    shop.clock.advance(hours=24)
    await shop.rule(dispute_id, "release", other)
    assert (await shop.last(DisputeReleased)).cause == "released"


async def test_the_silence_of_the_merchant_takes_no_dispute_from_its_arbitrator(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "take", shop.arbitrator)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    found = await shown(shop, dispute_id)
    assert (found["state"], found["arbitrator_id"]) == ("platform_review", "arb-1")


async def test_a_party_is_no_arbitrator(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    verdict = {"liable": "seller", "remedy": "none", "grounds": "?"}
    for person in ("buyer-1", "seller-1"):  # the seller has acted in the case
        party = shop.harness.client("arbitrator", person)
        await refused(shop, party, f"{dispute_id}/take", 409, "party_cannot_decide")
        await refused(shop, party, f"{dispute_id}/verdict", 409, "party_cannot_decide", **verdict)
        await refused(shop, shop.agent, f"{dispute_id}/assign", 409, "party_cannot_decide", arbitrator_id=person)
    assert (await shown(shop, dispute_id))["state"] == "platform_review"


async def test_who_has_decided_about_the_case_is_not_its_arbitrator(shop: Shop) -> None:
    await shop.delivered()
    calling = shop.harness.client("agent", "caller-1")
    case = await shop.case(1, client=calling)
    await shop.act(shop.seller, case["id"], "request-supplement", missing="…")
    await shop.act(calling, case["id"], "submit-supplement", note="…")
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.harness.client("agent", "ann"), case["id"], "reject", reason="used_or_affects_resale")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    reviewer = shop.harness.client("arbitrator", "ann")
    verdict = {"liable": "buyer", "remedy": "none", "grounds": "同前", "takes_effect": "at_once"}
    for action, body in (("take", {}), ("verdict", verdict)):
        await refused(shop, reviewer, f"{dispute['id']}/{action}", 409, "decided_first", **body)
    called = shop.harness.client("arbitrator", "caller-1")
    await refused(shop, called, f"{dispute['id']}/take", 409, "party_cannot_decide")
    shown = (await reviewer.get(f"/v1/disputes/{dispute['id']}")).json()
    assert {each["why_not"] for each in shown["allowed_actions"] if each["action"] in ("take", "decide")} == {
        "decided_first"
    }
    await refused(shop, shop.agent, f"{dispute['id']}/assign", 409, "decided_first", arbitrator_id="ann")
    await shop.rule(dispute["id"], "verdict", shop.arbitrator, **verdict)
    await shop.rule(dispute["id"], "appeal", shop.buyer, grounds="…")
    for action, body in (("take", {}), ("confirm-verdict", {"grounds": "同前"})):
        await refused(shop, reviewer, f"{dispute['id']}/{action}", 409, "decided_first", **body)


async def test_both_sides_submit_the_evidence_that_is_asked_for(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    asked = await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="both", missing="开箱视频")
    assert (asked["state"], asked["whose_turn"], asked["awaited"]) == (
        "await_evidence",
        "parties",
        ["buyer", "merchant"],
    )
    assert "开箱" not in (await shop.last(EvidenceRequested)).model_dump_json()
    half = await shop.rule(dispute_id, "submit-evidence", shop.seller, evidence=[HASH], note="附图")
    assert (half["state"], half["whose_turn"]) == ("await_evidence", "buyer")
    await refused(shop, shop.seller, f"{dispute_id}/submit-evidence", 409, "evidence_not_asked")
    done = await shop.rule(dispute_id, "submit-evidence", shop.buyer, note="没有视频")
    assert (done["state"], done["awaited"]) == ("platform_review", [])
    [request] = (await shown(shop, dispute_id))["requests"]
    assert (request["missing"], sorted(request["submitted"])) == ("开箱视频", ["buyer", "merchant"])
    assert (await shop.last(EvidenceRoundEnded)).silent == ()


async def test_the_review_goes_on_without_a_side_that_is_late(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="merchant", missing="?")
    shop.clock.advance(hours=72)
    await refused(shop, shop.seller, f"{dispute_id}/submit-evidence", 409, "deadline_passed")
    await shop.harness.run_due()
    assert (await shown(shop, dispute_id))["state"] == "platform_review"
    assert (await shop.last(EvidenceRoundEnded)).silent == ("merchant",)


async def test_evidence_is_asked_for_three_times_at_most(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    body = {"asked_of": "buyer", "missing": "?"}
    for _ in range(3):
        await shop.rule(dispute_id, "request-evidence", shop.arbitrator, **body)
        await refused(shop, shop.buyer, f"{dispute_id}/submit-evidence", 422, "evidence_empty")
        await shop.rule(dispute_id, "submit-evidence", shop.buyer, note="?")
    await refused(shop, shop.arbitrator, f"{dispute_id}/request-evidence", 409, "evidence_rounds_used_up", **body)


async def test_a_settlement_is_executed_like_a_verdict(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    proposal_id = await propose(shop, shop.seller, dispute_id, 7000)
    await refused(shop, shop.seller, f"{dispute_id}/proposals/{proposal_id}/accept", 409, "own_proposal")
    settled = await shop.rule(dispute_id, f"proposals/{proposal_id}/accept", shop.buyer)
    assert (settled["state"], settled["liable"], settled["amount"]["amount"]) == ("settled", "seller", 7000)
    event = await shop.last(DisputeSettled)
    assert (event.is_terminal, event.proposal_id, event.amount_minor) == (True, proposal_id, 7000)
    assert (await shop.last(RefundRequested)).cause == "verdict"
    await shop.refund_succeeds()
    paid = await shown(shop, dispute_id)
    assert (paid["state"], paid["refunded"]["amount"]) == ("settled", 7000)
    assert (await shop.last(DisputeExecuted)).refunded_minor == 7000
    assert (await shop.get(case_id))["state"] == "completed"


async def test_a_settlement_may_let_the_case_go_on(shop: Shop) -> None:
    case_id, dispute_id = await reviewed(shop)
    terms = {"remedy": "resume", "liable": "nobody", "text": "继续处理"}
    await shop.rule(dispute_id, "proposals", shop.buyer, **terms)
    [proposal] = (await shown(shop, dispute_id))["proposals"]
    settled = await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.seller)
    assert (settled["state"], settled["refunded"]["amount"]) == ("settled", 0)
    assert (await shop.get(case_id))["state"] == "rejected"


async def test_each_replaced_proposal_is_kept_and_cannot_be_accepted(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    first = await propose(shop, shop.seller, dispute_id, 5000)
    second = await propose(shop, shop.buyer, dispute_id, 9000)
    assert (await shop.last(SettlementProposed)).replaces == first
    states = [each["state"] for each in (await shown(shop, dispute_id))["proposals"]]
    assert states == ["replaced", "open"]
    await refused(shop, shop.buyer, f"{dispute_id}/proposals/{first}/accept", 409, "proposal_not_open")
    declined = await shop.rule(dispute_id, f"proposals/{second}/decline", shop.seller)
    assert (declined["state"], declined["proposed_by"]) == ("platform_review", None)
    await refused(shop, shop.seller, f"{dispute_id}/proposals/prop_9/accept", 404, "not_found")


async def test_a_proposal_lapses_and_ends_with_the_dispute(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    first = await propose(shop, shop.seller, dispute_id, 5000)
    shop.clock.advance(hours=48)
    await refused(shop, shop.buyer, f"{dispute_id}/proposals/{first}/accept", 409, "proposal_not_open")
    await shop.harness.run_due()
    assert (await shop.last(SettlementLapsed)).proposal_id == first
    await propose(shop, shop.seller, dispute_id, 6000)
    await shop.verdict(dispute_id, 100)
    assert [each["state"] for each in (await shown(shop, dispute_id))["proposals"]] == ["lapsed", "ended"]


async def test_no_settlement_above_what_was_paid(shop: Shop) -> None:
    _, dispute_id = await reviewed(shop)
    terms = {"remedy": "refund", "liable": "seller", "text": "?", "amount": {"amount": 19134, "currency": "CNY"}}
    await refused(shop, shop.buyer, f"{dispute_id}/proposals", 422, "amount_exceeds_paid", **terms)
    assert (await shown(shop, dispute_id))["proposals"] == []


@pytest.mark.parametrize("end", ["withdrawn", "settled"])
async def test_a_round_of_evidence_ends_with_its_dispute(shop: Shop, end: str) -> None:
    _, dispute_id = await reviewed(shop)
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="both", missing="?")
    if end == "withdrawn":
        await shop.rule(dispute_id, "withdraw", shop.buyer)
    else:
        proposal_id = await propose(shop, shop.buyer, dispute_id, 100)
        await shop.rule(dispute_id, f"proposals/{proposal_id}/accept", shop.seller)
    [round_] = (await shown(shop, dispute_id))["requests"]
    assert round_["ended_at"] is not None
    assert (await shop.last(EvidenceRoundEnded)).silent == ()
