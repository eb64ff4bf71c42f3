"""Rules judge what is known here, not what the applicant writes, and count cases that are opened at the same time."""

import asyncio
from pathlib import Path
from typing import Any

from aftersale_shop import HASH, Shop
from evidence_desk import EvidenceDesk, desk
from file_samples import encoded, scene
from test_rule_reviews import publish

SHOWN = {"id": "shown", "when": {"has_evidence": True}, "outcome": "approve"}
FEW = {"id": "few", "when": {"buyer_history": {"days": 30, "most_cases": 0}}, "outcome": "approve"}


async def opened(at: EvidenceDesk, *evidence: str, order_id: str = "ord_1") -> dict[str, Any]:
    return await at.shop.case(
        1, type_="refund_only", order_id=order_id, lines=[{"line_id": "line_1", "quantity": 1}], evidence=list(evidence)
    )


async def test_evidence_is_a_file_that_was_checked_and_no_hash_of_anything(postgres_url: str, tmp_path: Path) -> None:
    async with desk(postgres_url, tmp_path) as at:
        await at.shop.paid("ord_2")
        await publish(at.shop, SHOWN)
        photo = (await at.uploaded(encoded(scene(1))))["sha256"]
        assert (await opened(at, HASH))["state"] == "pending_review"
        assert (await opened(at, photo, order_id="ord_2"))["state"] == "pending_review", "of another order"
        approved = await opened(at, HASH, photo)
        assert approved["state"] == "refunding"
        [decision] = (await at.shop.seller.get(f"/v1/cases/{approved['id']}/decisions")).json()["data"]
        assert decision["facts"]["files"] == 1
        again = f"/v1/decisions/{decision['id']}/replay?rules_version=1"
        assert (await at.shop.seller.post(again)).json()["rules_outcome"] == "approve"
        body = {"rules": [SHOWN], "cases": 10}
        tried = (await at.shop.seller.post("/v1/merchants/m-1/case-rules/try", json=body)).json()
        assert (tried["outcomes"]["approve"], tried["outcomes"]["leave_to_merchant"]) == (1, 2)


async def test_a_rule_asks_for_files_of_a_kind(postgres_url: str, tmp_path: Path) -> None:
    """A photo of the goods does not replace the delivery receipt, and one that is only announced counts for nothing."""
    receipt = {"id": "receipt", "when": {"evidence_kinds": ["delivery_receipt", "document"]}, "outcome": "approve"}
    async with desk(postgres_url, tmp_path) as at:
        await publish(at.shop, receipt)
        photo = (await at.uploaded(encoded(scene(1))))["sha256"]
        announced = (await at.announced(encoded(scene(2)), kind="delivery_receipt"))["sha256"]
        assert (await opened(at, photo))["state"] == "pending_review"
        waiting = await opened(at, announced)
        assert waiting["state"] == "pending_review"
        shown = (await at.uploaded(encoded(scene(3)), kind="delivery_receipt"))["sha256"]
        approved = await opened(at, photo, shown)
        assert approved["state"] == "refunding"
        [decision] = (await at.shop.buyer.get(f"/v1/cases/{approved['id']}/decisions")).json()["data"]
        assert (decision["facts"]["files"], decision["facts"]["file_kinds"]) == (2, ["delivery_receipt", "photo"])
        again = f"/v1/decisions/{decision['id']}/replay?rules_version=1"
        assert (await at.shop.seller.post(again)).json()["rules_outcome"] == "approve"
        body = {"rules": [receipt], "cases": 10}
        tried = (await at.shop.seller.post("/v1/merchants/m-1/case-rules/try", json=body)).json()
        assert tried["outcomes"]["approve"] == 1
        unknown = {"rules": [{**receipt, "when": {"evidence_kinds": ["selfie"]}}]}
        refused = await at.shop.seller.put("/v1/merchants/m-1/case-rules", json=unknown)
        problem = at.shop.harness.problem(refused, 422, "validation_failed")
        assert problem["errors"][0]["pointer"] == "/rules/0/when/evidence_kinds/0"


async def test_a_buyer_who_asks_for_many_orders_at_once_has_asked_before(shop: Shop) -> None:
    orders = [f"ord_{number}" for number in range(1, 6)]
    for order_id in orders:
        await shop.paid(order_id)
    await publish(shop, FEW)
    found = await asyncio.gather(*(shop.case(1, type_="refund_only", order_id=each) for each in orders))
    assert sorted(case["state"] for case in found) == ["pending_review"] * 4 + ["refunding"]


async def test_what_others_opened_questions_and_rejections_set_aside_are_not_counted(shop: Shop) -> None:
    await shop.delivered()
    for client in (shop.seller, shop.harness.client("admin", "admin-1")):
        case = await shop.case(1, type_="refund_only", client=client)
        await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
        await shop.act(shop.buyer, case["id"], "accept")
    await shop.case(1, type_="consult", reason="quality_defect")
    await publish(shop, FEW)
    assert (await shop.case(1, type_="refund_only"))["state"] == "refunding"
    clean = {"id": "clean", "when": {"buyer_history": {"days": 30, "most_rejections": 0}}, "outcome": "approve"}
    rejected = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, rejected["id"], "reject", reason="no_defect_found")
    await publish(shop, clean)
    dispute = await shop.complaint(rejected["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    again = await shop.case(1, type_="refund_only")
    assert again["state"] == "pending_review", "until a verdict sets it aside, the rejection counts"
    await shop.act(shop.buyer, again["id"], "cancel")
    await shop.verdict(dispute["id"], 4999)
    assert (await shop.case(1, type_="refund_only"))["state"] == "refunding"


async def test_a_question_is_left_to_the_merchant(shop: Shop) -> None:
    await shop.delivered()
    every = {"id": "every", "when": {}, "outcome": "manual_review"}
    await publish(shop, every)
    question = await shop.case(1, type_="consult", reason="quality_defect")
    assert (question["state"], question["whose_turn"]) == ("await_answer", "merchant")
    tried = (await shop.seller.post("/v1/merchants/m-1/case-rules/try", json={"rules": [every]})).json()
    assert (tried["outcomes"]["manual_review"], tried["outcomes"]["leave_to_merchant"]) == (0, 1)


async def test_a_rule_knows_for_which_reasons_its_merchant_requires_evidence(postgres_url: str, tmp_path: Path) -> None:
    required = {"id": "required", "when": {"evidence_needs": ["required"]}, "outcome": "manual_review"}
    async with desk(postgres_url, tmp_path) as at:
        await publish(at.shop, required)
        photo = (await at.uploaded(encoded(scene(1))))["sha256"]
        before = await opened(at, photo)
        assert before["state"] == "pending_review", "the reason alone does not require it"
        await at.shop.act(at.shop.buyer, before["id"], "cancel")
        await at.shop.setting("required-evidence", reasons=[before["reason"]])
        handed_over = await opened(at, photo)
        assert handed_over["state"] == "manual_review"
        body = {"rules": [required], "cases": 10}
        tried = (await at.shop.seller.post("/v1/merchants/m-1/case-rules/try", json=body)).json()
        assert tried["outcomes"]["manual_review"] == 2, "cases of the past are judged by what is required now"
        approved = await at.shop.act(at.shop.agent, handed_over["id"], "approve")
        first, *_ = (await at.shop.agent.get(f"/v1/cases/{approved['id']}/decisions")).json()["data"]
        assert first["facts"]["evidence_need"] == "required"
        again = f"/v1/decisions/{first['id']}/replay?rules_version=1"
        assert (await at.shop.seller.post(again)).json()["rules_outcome"] == "manual_review"
