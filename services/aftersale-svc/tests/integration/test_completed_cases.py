"""What a buyer does who finds a completed case wrong (ADR 53): another case about the same units, which can be disputed."""

from typing import Any

import refused_parcels_back
from aftersale_shop import Shop

SENT = {"carrier": "zto", "waybill_no": "73100001"}


async def awarded(shop: Shop, case: dict[str, Any], amount: int) -> dict[str, Any]:
    """The case after the merchant has rejected it, and a verdict has awarded this much, which was paid."""
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    dispute = await shop.complaint(case["id"], f"cmp_{case['id']}")
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], amount)
    await shop.refund_succeeds()
    return await shop.get(case["id"])


async def refused(shop: Shop, case_id: str) -> None:
    """No dispute opens the completed case: neither the buyer's own, nor one by a complaint."""
    body = {"category": "other", "text": "?"}
    problem = shop.harness.problem(
        await shop.buyer.post(f"/v1/cases/{case_id}/dispute", json=body), 409, "illegal_transition"
    )
    assert problem["state"] == "completed"
    assert await shop.complaint(case_id) is None


async def test_units_that_the_inspection_refused(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 1)
    await shop.refund_succeeds()
    await refused(shop, case["id"])
    await refused_parcels_back.back(shop, case["id"])
    other = await shop.case(2, type_="refund_only")
    assert other["requested"]["amount"] == 28700 - 9566, "the unit that was refused, and the one that was never sent"
    assert (await awarded(shop, other, 9567))["refunded"]["amount"] == 9567


async def test_a_replacement_that_is_faulty(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2, type_="exchange", reason="wrong_size_or_model")
    await shop.inspect(case["id"], 2)
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    await shop.act(shop.buyer, case["id"], "confirm-replacement")
    await refused(shop, case["id"])
    other = await shop.case(2, type_="refund_only", reason="dead_on_arrival")
    assert (await awarded(shop, other, 19133))["refunded"]["amount"] == 19133


async def test_a_repair_that_did_not_work(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.arrived(2, type_="repair", reason="warranty_repair")
    await shop.act(shop.seller, case["id"], "repaired", work=["tested"])
    await shop.act(shop.seller, case["id"], "ship-replacement", **SENT)
    await shop.act(shop.buyer, case["id"], "confirm-replacement")
    await refused(shop, case["id"])
    other = await shop.case(2, reason="quality_defect")
    assert (await awarded(shop, other, 19133))["refunded"]["amount"] == 19133


async def test_an_adjustment_that_was_granted_in_part(shop: Shop) -> None:
    await shop.delivered()
    prices = {
        "reference_price": {"amount": 9900, "currency": "CNY"},
        "checked_price": {"amount": 9000, "currency": "CNY"},
    }
    lines = [{"line_id": "line_1", "quantity": 1, **prices}]
    case = await shop.case(type_="price_adjust", reason="price_dropped", lines=lines)
    part = [{"line_id": "line_1", "amount": {"amount": 300, "currency": "CNY"}}]
    await shop.act(shop.seller, case["id"], "grant", lines=part, reason="reason_untrue")
    await shop.refund_succeeds()
    await refused(shop, case["id"])
    other = await shop.case(type_="price_adjust", reason="price_dropped", lines=lines)
    assert (await awarded(shop, other, 600))["refunded"]["amount"] == 600


async def test_an_arbitrator_is_shown_why_nothing_is_awarded_in_it(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_succeeds()
    judged = await awarded(shop, await shop.case(1, type_="refund_only"), 100)
    arbitrator = shop.harness.client("arbitrator", "arb-1")
    for case_id, why_not in ((case["id"], "no_verdict_to_replace"), (judged["id"], "outcome_of_dispute")):
        shown = (await arbitrator.get(f"/v1/cases/{case_id}")).json()
        assert shown["state"] == "completed"
        [award] = [each for each in shown["allowed_actions"] if each["action"] == "award"]
        assert award == {"action": "award", "allowed": False, "why_not": why_not}
