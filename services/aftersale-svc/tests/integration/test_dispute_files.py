"""The file of a dispute, similar disputes with their verdicts, and the drift of verdicts."""

from datetime import timedelta
from typing import Any

from aftersale_shop import HASH, KETTLE, Shop

A_PHOTO = """
INSERT INTO evidence_files (id, version, order_id, buyer_id, merchant_id, uploader_id, uploader_role, kind, media_type, size, sha256,
    state, whose_turn, copy_type, copy_sha256, created_at, updated_at)
VALUES ('ev_1', 1, $1, 'buyer-1', 'm-1', 'buyer-1', 'buyer', 'photo', 'image/png', 1, 'sha256:1', 'accepted', 'nobody',
    'image/jpeg', 'sha256:2', now(), now())
"""


async def decided(shop: Shop, number: int, remedy: str, amount: int | None = None) -> str:
    """A dispute about a case of another order with this verdict; its id."""
    order_id, line = f"ord_{number}", KETTLE.model_copy(update={"line_id": f"line_{number}"})
    await shop.delivered(order_id, (line,))
    case = await shop.case(order_id=order_id, lines=[{"line_id": line.line_id, "quantity": 2}])
    await shop.act(shop.seller, case["id"], "reject", reason="used_or_affects_resale")
    dispute = await shop.complaint(case["id"], f"cmp_{number}")
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], amount, remedy)
    return str(dispute["id"])


async def test_an_arbitrator_reads_everything_about_a_dispute_in_one_document(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="商品有明显使用痕迹", evidence=[HASH])
    path = f"/v1/disputes/{dispute_id}/file"
    file = (await shop.arbitrator.get(path)).json()
    assert file["dispute"] == (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    assert file["case"] == (await shop.arbitrator.get(f"/v1/cases/{case_id}")).json()
    assert file["timeline"] == (await shop.arbitrator.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert file["turns"] == (await shop.arbitrator.get(f"/v1/cases/{case_id}/turns")).json()
    assert file["decisions"] == (await shop.arbitrator.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
    assert [(each["side"], each["action"], each["text"]) for each in file["statements"]] == [
        ("buyer", "request", "漏水"),
        ("merchant", "reject", "有使用痕迹"),
        ("merchant", "answer", "商品有明显使用痕迹"),
    ]
    assert [each["sha256"] for each in file["evidence"]] == [HASH]
    assert [len(each["cited_by"]) for each in file["evidence"]] == [3]
    assert file["similar"] == []
    for client in (shop.buyer, shop.seller):
        assert (await client.get(path)).status_code == 403
    assert (await shop.agent.get("/v1/disputes/dsp_0/file")).status_code == 404


async def test_like_disputes_are_shown_with_their_verdicts_and_their_drift(shop: Shop) -> None:
    first = await decided(shop, 11, "refund", 9566)
    shop.clock.advance(hours=1)
    second = await decided(shop, 12, "none")
    third = await decided(shop, 13, "refund", 1000)
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    similar: list[dict[str, Any]] = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()["similar"]
    assert {each["dispute_id"] for each in similar} == {first, second, third}
    assert similar[-1]["dispute_id"] == first, "the newest come first"
    by_id = {each["dispute_id"]: each for each in similar}
    assert (by_id[first]["remedy"], by_id[first]["amount"]["amount"]) == ("refund", 9566)
    assert (by_id[first]["share_basis_points"], by_id[second]["share_basis_points"]) == (4999, 0)
    assert all(each["same_evidence"] for each in similar)
    shop.clock.advance(hours=1)
    drift = (await shop.agent.get("/v1/verdict-drift")).json()
    [group] = drift["groups"]
    assert (drift["verdicts"], drift["drift_basis_points"]) == (3, 3333)
    assert (group["category"], group["reason"]) == ("unfair_rejection", "quality_defect")
    assert (group["type"], group["evidence_kinds"]) == ("return_refund", [])
    assert group["remedies"] == {"none": 1, "refund": 2}
    await shop.harness.runtime.pool.execute(A_PHOTO, "ord_11")
    apart = (await shop.agent.get("/v1/verdict-drift")).json()
    assert [each["remedies"] for each in apart["groups"]] == [{"none": 1, "refund": 1}], "the photo is another kind"
    similar = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}/file")).json()["similar"]
    assert [(each["dispute_id"], each["same_evidence"]) for each in similar][-1] == (first, False)
    assert similar[-1]["evidence_kinds"] == ["photo"]
    now = shop.clock.now()
    later = {"since": now.isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    assert (await shop.agent.get("/v1/verdict-drift", params=later)).json()["groups"] == []
    problem = shop.harness.problem
    turned = {"since": now.isoformat(), "until": (now - timedelta(days=1)).isoformat()}
    problem(await shop.agent.get("/v1/verdict-drift", params=turned), 422, "period_empty")
    long = {"since": (now - timedelta(days=400)).isoformat()}
    problem(await shop.agent.get("/v1/verdict-drift", params=long), 422, "period_too_long")
    assert (await shop.seller.get("/v1/verdict-drift")).status_code == 403
