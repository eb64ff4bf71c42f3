"""What a reason needs for evidence: shown, missed in the case, and required where the merchant says so."""

from typing import Any

import pytest
from aftercare_events import RequiredEvidenceSet
from aftersale_shop import HASH, Shop
from checked_files import files_of

STRICT = {"reasons": ["quality_defect"]}


async def needed(shop: Shop) -> dict[str, list[str]]:
    groups = (await shop.buyer.get("/v1/reasons")).json()["groups"]
    return {each["code"]: each["evidence_needed"] for group in groups for each in group["reasons"]}


async def missing(shop: Shop, case_id: str, client: Any = None) -> dict[str, Any] | None:
    found: dict[str, Any] = (await (client or shop.seller).get(f"/v1/cases/{case_id}")).json()
    return found["evidence_missing"]


async def test_reasons_and_options_have_what_is_needed(shop: Shop) -> None:
    await shop.delivered()
    shown = await needed(shop)
    assert (shown["changed_mind"], shown["wrong_item"], shown["counterfeit"]) == ([], ["photo"], ["photo", "document"])
    await shop.setting("required-evidence", **STRICT)
    options = (await shop.buyer.get("/v1/orders/ord_1/after-sale-options")).json()
    assert options["required_evidence"] == ["quality_defect"]
    [adjust] = [each for each in options["types"] if each["type"] == "price_adjust"]
    proofs = {
        each["code"]: (each["evidence"], each["evidence_needed"])
        for group in adjust["reasons"]
        for each in group["reasons"]
    }
    assert proofs["price_dropped"] == ("required", ["photo", "document"])


async def test_an_open_case_shows_what_is_missing_until_it_is_there(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, evidence=[HASH])
    found = await missing(shop, case["id"])
    assert found is not None, "the hash of a file that is not here shows nothing"
    assert (found["kinds"], found["text"]["en"]) == (
        ["photo", "video"],
        "Evidence is missing: a photo or a video is needed.",
    )
    await shop.act(shop.seller, case["id"], "request-supplement", missing=found["text"]["zh_cn"])
    await files_of(shop, HASH, sides=["buyer"])
    assert await missing(shop, case["id"]) is None
    without = await shop.case(1, reason="changed_mind", evidence=[])
    assert await missing(shop, without["id"]) is None


async def test_a_case_that_has_ended_misses_nothing(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, evidence=[])
    assert await missing(shop, case["id"], shop.agent)
    await shop.act(shop.buyer, case["id"], "cancel")
    assert await missing(shop, case["id"], shop.agent) is None


@pytest.mark.parametrize("owner", ["m-1", "platform"])
async def test_what_a_merchant_or_the_platform_requires_is_refused_without(shop: Shop, owner: str) -> None:
    await shop.delivered()
    admin = shop.harness.client("admin", "admin-1")
    response = await admin.put(f"/v1/merchants/{owner}/required-evidence", json=STRICT)
    assert response.status_code == 200, response.text
    assert (await shop.last(RequiredEvidenceSet)).reasons == ("quality_defect",)
    body = {"order_id": "ord_1", "type": "refund_only", "reason": "quality_defect"}
    body |= {"lines": [{"line_id": "line_1", "quantity": 1}], "evidence": []}
    for cited, code in (([], "evidence_required"), ([HASH], "evidence_unusable")):
        for path in ("cases", "cases/preview"):
            refused = await shop.buyer.post(f"/v1/{path}", json={**body, "evidence": cited})
            problem = shop.harness.problem(refused, 422, code)
    assert problem["kinds"] == ["photo", "video"]
    assert (await shop.ask(1, reason="wrong_item", evidence=[])).status_code == 201, "for the others it is advised"
    await files_of(shop, HASH, sides=["buyer"])
    assert (await shop.buyer.post("/v1/cases", json={**body, "evidence": [HASH]})).status_code == 201


async def test_a_file_of_another_kind_is_not_what_is_required(shop: Shop) -> None:
    await shop.delivered()
    await shop.setting("required-evidence", **STRICT)
    await files_of(shop, HASH, sides=["buyer"])
    pool = shop.harness.runtime.pool
    await pool.execute("UPDATE evidence_files SET kind = 'delivery_receipt', media_type = 'application/pdf'")
    shop.harness.problem(await shop.ask(1, evidence=[HASH]), 422, "evidence_unusable")


async def test_a_change_of_the_reason_needs_what_that_requires(shop: Shop) -> None:
    await shop.delivered()
    await shop.setting("required-evidence", **STRICT)
    case = await shop.case(1, type_="refund_only", reason="changed_mind", evidence=[])
    asked = {"type": "return_refund", "reason": "quality_defect"}
    path = f"/v1/cases/{case['id']}/change-type"
    shop.harness.problem(await shop.buyer.post(path, json=asked), 422, "evidence_required")
    await files_of(shop, HASH, sides=["buyer"])
    changed = await shop.buyer.post(path, json={**asked, "evidence": [HASH]})
    assert changed.status_code == 200, changed.text
