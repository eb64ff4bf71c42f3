"""Evidence that was used elsewhere: in the case, in lists, for rules, and as an event for the platform."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from aftercare_events import EvidenceReused, OrderPaid
from aftercare_files.decoders.picture_hashes import hashes_of
from aftersale_shop import KETTLE
from aftersale_svc.commands.evidence import evidence
from aftersale_svc.settings import Settings
from evidence_desk import EvidenceDesk, desk
from file_samples import encoded, scene, sha256
from PIL import Image
from pydantic import TypeAdapter, ValidationError

PHOTO = encoded(scene(1))
HASH = sha256(PHOTO)


@pytest.fixture
async def at_desk(postgres_url: str, tmp_path: Path) -> AsyncIterator[EvidenceDesk]:
    async with desk(postgres_url, tmp_path) as found:
        await found.shop.paid("ord_2")
        yield found


async def case_of(at_desk: EvidenceDesk, order_id: str, *evidence: str, client: httpx.AsyncClient | None = None) -> str:
    asked = {"order_id": order_id, "type": "refund_only", "reason": "quality_defect", "evidence": list(evidence)}
    asked["lines"] = [{"line_id": "line_1", "quantity": 1}]
    response = await (client or at_desk.shop.buyer).post("/v1/cases", json=asked)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def reuse(at_desk: EvidenceDesk, case_id: str, by: httpx.AsyncClient | None = None) -> list[str] | None:
    """The orders of the files that the case shows as used before; None without a flag."""
    shown = (await (by or at_desk.shop.agent).get(f"/v1/cases/{case_id}")).json()["evidence_reuse"]
    return None if shown is None else [each["order_id"] for each in shown]


async def listed(at_desk: EvidenceDesk, value: bool, by: httpx.AsyncClient | None = None) -> set[str]:
    found = await (by or at_desk.shop.agent).get("/v1/cases", params={"evidence_reused": value})
    assert found.status_code == 200, found.text
    return {each["id"] for each in found.json()["data"]}


async def test_the_case_and_the_lists_have_the_flag_whichever_came_first(at_desk: EvidenceDesk) -> None:
    await at_desk.uploaded(PHOTO)
    before, without = await case_of(at_desk, "ord_1", HASH), await case_of(at_desk, "ord_1")
    assert (await reuse(at_desk, before), await listed(at_desk, True)) == (None, set())
    await at_desk.uploaded(PHOTO, order_id="ord_2")
    after = await case_of(at_desk, "ord_2", HASH)
    assert [await reuse(at_desk, each) for each in (before, after, without)] == [["ord_2"], ["ord_1"], None]
    assert (await listed(at_desk, True), await listed(at_desk, False)) == ({before, after}, {without})
    assert await listed(at_desk, True, at_desk.shop.seller) == {before, after}
    assert await reuse(at_desk, after, at_desk.shop.seller) == ["ord_1"]
    assert await reuse(at_desk, after, at_desk.shop.buyer) is None
    refused = await at_desk.shop.buyer.get("/v1/cases", params={"evidence_reused": True})
    at_desk.shop.harness.problem(refused, 403, "forbidden")


async def test_a_hash_of_another_order_is_flagged_when_it_is_cited_later(at_desk: EvidenceDesk) -> None:
    await at_desk.uploaded(PHOTO)
    case_id = await case_of(at_desk, "ord_2")
    shop = at_desk.shop
    await shop.act(shop.seller, case_id, "request-supplement", missing="照片")
    assert await reuse(at_desk, case_id) is None
    await shop.act(shop.buyer, case_id, "submit-supplement", evidence=[HASH])
    assert await reuse(at_desk, case_id) == ["ord_1"]


async def test_what_another_account_has_used_only_the_platform_sees(at_desk: EvidenceDesk) -> None:
    shop = at_desk.shop
    about = {**shop._order("ord_3", "system", "paid"), "buyer_id": "buyer-2", "applicant": "buyer-2"}
    amounts = {"total_minor": KETTLE.paid_minor, "shipping_fee_minor": 0, "currency": "CNY", "lines": (KETTLE,)}
    paid = {"payment_id": "pay_3", "provider": "simulator", "paid_at": shop.clock.now()}
    await shop.harness.consume(OrderPaid(**about, **amounts, **paid))
    other = shop.harness.client("buyer", "buyer-2")
    await at_desk.uploaded(PHOTO)
    await at_desk.uploaded(PHOTO, by=other, order_id="ord_3")
    case_id = await case_of(at_desk, "ord_3", HASH, client=other)
    seen = [await reuse(at_desk, case_id, each) for each in (shop.agent, shop.seller, other)]
    assert seen == [["ord_1"], [], None], "the merchant learns that it was used elsewhere, not by whom"


async def test_a_rule_hands_over_what_comes_with_used_evidence(at_desk: EvidenceDesk) -> None:
    shop = at_desk.shop
    rules: list[dict[str, Any]] = [
        {"id": "used", "when": {"evidence_reused": True}, "outcome": "manual_review"},
        {"id": "fresh", "when": {"evidence_reused": False}, "outcome": "leave_to_merchant"},
    ]
    assert (await shop.seller.put("/v1/merchants/m-1/case-rules", json={"rules": rules})).is_success
    await at_desk.uploaded(PHOTO)
    fresh, used = await case_of(at_desk, "ord_1", HASH), await case_of(at_desk, "ord_2", HASH)
    assert [(await shop.get(each))["state"] for each in (fresh, used)] == ["pending_review", "manual_review"]
    tried = (await shop.seller.post("/v1/merchants/m-1/case-rules/try", json={"rules": rules})).json()
    assert (tried["outcomes"]["manual_review"], tried["outcomes"]["leave_to_merchant"]) == (1, 1)


async def test_the_event_is_for_the_platform_and_names_the_other_files(at_desk: EvidenceDesk) -> None:
    first = await at_desk.uploaded(PHOTO)
    again = encoded(scene(1).resize((320, 240)))
    second = await at_desk.uploaded(again, order_id="ord_2")
    [event] = await at_desk.shop.published(EvidenceReused)
    assert (event.evidence_id, event.order_id, event.evidence) == (second["id"], "ord_2", (sha256(again),))
    assert [(each.evidence_id, each.order_id, each.same_hash) for each in event.others] == [
        (first["id"], "ord_1", False)
    ]
    assert EvidenceReused.OF_PLATFORM


async def test_a_file_that_was_accepted_and_not_compared_is_compared_later(
    at_desk: EvidenceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process may end between the two transactions."""
    await at_desk.uploaded(PHOTO)
    with monkeypatch.context() as broken:
        broken.setattr(evidence, "compare", failing)
        file = await at_desk.uploaded(PHOTO, order_id="ord_2")
    assert (file["state"], await at_desk.shop.published(EvidenceReused)) == ("accepted", [])
    at_desk.shop.clock.advance(hours=2)
    await at_desk.checked()
    [event] = await at_desk.shop.published(EvidenceReused)
    assert event.evidence_id == file["id"]
    assert await at_desk.shop.harness.runtime.pool.fetchval("SELECT count(*) FROM evidence_checks") == 0


async def failing(*_: object) -> None:
    raise RuntimeError


LIKE_MANY = """
INSERT INTO picture_hashes (file_id, crop, value, detail)
SELECT id, 0, $1::bigint # (CASE WHEN id = $2 THEN 0 ELSE 1 END), 64 FROM evidence_files
"""


async def test_of_many_like_pictures_the_nearest_and_newest_are_noted(at_desk: EvidenceDesk) -> None:
    others = [await at_desk.uploaded(encoded(scene(number)), order_id="ord_2") for number in (2, 3, 4)]
    pool = at_desk.shop.harness.runtime.pool
    await pool.execute("DELETE FROM picture_hashes")
    [mine, *_] = hashes_of(Image.open(BytesIO(PHOTO)))
    await pool.execute(LIKE_MANY, mine.value, others[0]["id"])
    await at_desk.uploaded(PHOTO)
    [event] = await at_desk.shop.published(EvidenceReused)
    assert [each.evidence_id for each in event.others] == [others[0]["id"], others[2]["id"], others[1]["id"]]


def test_a_distance_of_an_earlier_release_counts_as_the_farthest() -> None:
    field = TypeAdapter(Settings.__annotations__["evidence_reuse_distance"])
    assert [field.validate_python(each) for each in (0, 7, 8, 64)] == [0, 7, 7, 7]
    with pytest.raises(ValidationError):
        field.validate_python(65)
