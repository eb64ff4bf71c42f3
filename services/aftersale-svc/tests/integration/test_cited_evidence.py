"""What may be cited as evidence, and what is enough where evidence is required."""

from typing import Any

import httpx
import pytest
from aftersale_shop import HASH, Shop
from checked_files import files_of
from shop_commands import STATED, cny

OTHER = "sha256:" + "cd" * 32
ADJUSTED = [{"line_id": "line_1", "quantity": 1, "reference_price": cny(9900), "checked_price": cny(9600)}]


async def adjustment(shop: Shop, *evidence: str, path: str = "cases") -> httpx.Response:
    """A request for a part of the price, which needs evidence."""
    body = {"order_id": "ord_1", "type": "price_adjust", "reason": "price_dropped", "lines": ADJUSTED}
    return await shop.buyer.post(f"/v1/{path}", json={**body, "evidence": list(evidence)})


@pytest.mark.parametrize(
    ("state", "sides"),
    [("pending", ["buyer"]), ("uploaded", ["buyer"]), ("expired", ["buyer"]), ("accepted", ["seller"])],
)
async def test_required_evidence_is_an_accepted_file_that_the_applicant_sees(
    shop: Shop, state: str, sides: list[str]
) -> None:
    await shop.delivered()
    await files_of(shop, OTHER, state=state, sides=sides)
    before = await shop.harness.published()
    for cited in ([HASH], [OTHER], [HASH, OTHER]):
        for path in ("cases", "cases/preview"):
            problem = shop.harness.problem(await adjustment(shop, *cited, path=path), 422, "evidence_unusable")
            assert (problem["errors"][0]["pointer"], problem["allowed"]) == ("/evidence", ["accepted"])
    seen = "not_uploaded" if sides == ["seller"] else state
    assert problem["found"] == sorted({"not_uploaded", seen})
    assert await shop.harness.published() == before
    await files_of(shop, HASH, sides=["buyer"])
    assert (await adjustment(shop, HASH, OTHER)).status_code == 201, "one is enough"


async def test_a_file_of_another_order_is_no_evidence(shop: Shop) -> None:
    await shop.delivered()
    await shop.paid("ord_2")
    await files_of(shop, HASH, order_id="ord_2")
    assert shop.harness.problem(await adjustment(shop, HASH), 422, "evidence_unusable")["found"] == ["not_uploaded"]


async def test_a_file_that_was_refused_is_cited_nowhere(shop: Shop) -> None:
    await shop.delivered()
    await files_of(shop, OTHER, state="refused")
    asked = await shop.ask(1, evidence=[HASH, OTHER])
    assert shop.harness.problem(asked, 422, "evidence_unusable")["errors"][0]["pointer"] == "/evidence/1"
    case = await shop.arrived(2)
    findings = [{"line_id": "line_1", "accepted": 2, "photos": [OTHER]}]
    inspected = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json={"lines": findings})
    assert shop.harness.problem(inspected, 422, "evidence_unusable")["errors"][0]["pointer"] == "/lines/0/photos/0"
    await files_of(shop, OTHER, sides=["agent"])
    again = await shop.seller.post(f"/v1/cases/{case['id']}/inspect", json={"lines": findings})
    assert again.status_code == 422, "the platform's own file is not the seller's"


async def test_a_hash_without_a_file_is_cited_where_none_is_required(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, evidence=[HASH])
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found", evidence=[OTHER])
    again = await shop.buyer.post(f"/v1/cases/{case['id']}/reapply", json={"evidence": [OTHER]})
    assert again.json()["evidence"] == [HASH, OTHER]


async def test_the_evidence_of_a_rejected_case_counts_when_it_is_asked_for_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="price_adjust", reason="price_dropped", lines=ADJUSTED)
    await shop.act(shop.seller, case["id"], "reject", reason="reason_untrue")
    await files_of(shop, OTHER, state="refused")
    path = f"/v1/cases/{case['id']}/reapply"
    shop.harness.problem(await shop.buyer.post(path, json={"evidence": [OTHER]}), 422, "evidence_unusable")
    assert (await shop.buyer.post(path, json={})).status_code == 201


async def test_a_statement_and_an_addition_need_a_file(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1, type_="refund_only")
    await shop.act(shop.seller, case["id"], "approve")
    await shop.refund_fails()
    stating: dict[str, Any] = {"json": STATED}
    stated = await shop.seller.post(f"/v1/cases/{case['id']}/state-offline-refund", **stating)
    shop.harness.problem(stated, 422, "evidence_unusable")
    _, dispute_id = await shop.disputed()
    for side in (shop.buyer, shop.seller):
        added = await side.post(f"/v1/disputes/{dispute_id}/evidence", json={"evidence": [HASH]})
        shop.harness.problem(added, 422, "evidence_unusable")
    await files_of(shop, HASH, sides=["buyer"])
    await shop.rule(dispute_id, "evidence", shop.buyer, evidence=[HASH])
    await shop.rule(dispute_id, "evidence", shop.seller, evidence=[HASH])  # the buyer has shown it to the seller


async def test_a_file_that_is_named_twice_counts_once(shop: Shop) -> None:
    await shop.delivered()
    opened = await shop.case(1, evidence=[HASH, HASH])
    assert opened["evidence"] == [HASH]
    steps = (await shop.buyer.get(f"/v1/cases/{opened['id']}/timeline")).json()["data"]
    assert steps[0]["evidence"] == [HASH]
