"""Rules of merchants decide again where what they judge changes before somebody has decided."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, AfterSaleEscalated
from aftersale_shop import HASH, Shop
from checked_files import files_of
from evidence_desk import EvidenceDesk, desk
from file_samples import encoded, scene

SHOWN = {"id": "shown", "when": {"has_evidence": True}, "outcome": "approve"}
CHEAP = {"id": "cheap", "when": {"types": ["refund_only"]}, "outcome": "approve"}


async def publish(shop: Shop, *rules: dict[str, Any]) -> None:
    response = await shop.seller.put("/v1/merchants/m-1/case-rules", json={"rules": list(rules)})
    assert response.status_code == 200, response.text


async def decisions(shop: Shop, case_id: str) -> list[tuple[str, str, int | None, str | None]]:
    found = (await shop.seller.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
    return [(each["outcome"], each["basis"], each["rules_version"], each["rule_id"]) for each in found]


async def test_a_supplement_lets_a_rule_decide(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, SHOWN)
    case_id = (await shop.case(1, type_="refund_only", evidence=[]))["id"]
    for supplied, state in (({"note": "好"}, "pending_review"), ({"evidence": [HASH]}, "refunding")):
        await shop.act(shop.seller, case_id, "request-supplement", missing="?")
        await files_of(shop, HASH)
        answer = await shop.buyer.post(f"/v1/cases/{case_id}/submit-supplement", json=supplied)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.text
    assert await decisions(shop, case_id) == [("approved", "rule", 1, "shown")]
    assert (await shop.last(AfterSaleApproved)).cause == "rule"
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert [(each["action"], each["actor_role"]) for each in steps][-2:] == [
        ("submit_supplement", "buyer"),
        ("approve", "system"),
    ]


async def test_another_type_lets_a_rule_decide(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, CHEAP)
    case_id = (await shop.case(1))["id"]
    changed = await shop.act(shop.buyer, case_id, "change-type", type="refund_only")
    assert (changed["type"], changed["state"]) == ("refund_only", "refunding")
    assert await decisions(shop, case_id) == [("approved", "rule", 1, "cheap")]
    deadlines = (await shop.buyer.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    assert len([each for each in deadlines if each["ended_at"] is None]) == 1


async def test_rules_that_were_published_meanwhile_decide_after_a_declined_offer(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, {**CHEAP, "when": {"types": ["repair"]}})
    case_id = (await shop.case(1, type_="refund_only"))["id"]
    offer = {"amount": {"amount": 100, "currency": "CNY"}}
    await shop.act(shop.seller, case_id, "offer", **offer)
    assert (await shop.act(shop.buyer, case_id, "decline-offer"))["state"] == "pending_review"
    await publish(shop, {**CHEAP, "outcome": "manual_review"})
    await shop.act(shop.seller, case_id, "offer", **offer)
    assert (await shop.act(shop.buyer, case_id, "decline-offer"))["state"] == "manual_review"
    assert ("handed_over", "rule", 2, "cheap") in await decisions(shop, case_id)
    assert (await shop.last(AfterSaleEscalated)).rule_id == "cheap"


async def test_an_agent_who_reviews_is_left_to_decide(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(1, type_="refund_only"))["id"]
    await shop.act(shop.seller, case_id, "escalate")
    await publish(shop, CHEAP)
    await shop.act(shop.agent, case_id, "take")
    await shop.act(shop.agent, case_id, "request-supplement", missing="?")
    answered = await shop.act(shop.buyer, case_id, "submit-supplement", note="好")
    assert answered["state"] == "manual_review"


async def test_the_case_itself_is_none_of_the_buyers_earlier_ones(shop: Shop) -> None:
    await shop.delivered()
    first = {"id": "first", "when": {"buyer_history": {"days": 30, "most_cases": 0}, "types": ["refund_only"]}}
    await publish(shop, {**first, "outcome": "approve"})
    case_id = (await shop.case(1))["id"]
    shop.clock.advance(hours=24)
    assert (await shop.act(shop.buyer, case_id, "change-type", type="refund_only"))["state"] == "refunding"


@pytest.fixture
async def at_desk(postgres_url: str, tmp_path: Path) -> AsyncIterator[EvidenceDesk]:
    async with desk(postgres_url, tmp_path) as found:
        yield found


async def test_a_file_that_passes_its_check_lets_a_rule_decide(at_desk: EvidenceDesk) -> None:
    shop, photo = at_desk.shop, encoded(scene(1))
    await publish(shop, SHOWN)
    file = await at_desk.announced(photo)
    assert (await at_desk.post(file["upload"], photo)).status_code == 204
    case = await shop.case(1, type_="cancel_unshipped", reason="quality_defect", evidence=[file["sha256"]])
    assert case["state"] == "pending_review"
    assert (await shop.buyer.post(f"/v1/evidence/{file['id']}/complete")).status_code == 200
    await at_desk.checked()
    assert (await shop.get(case["id"]))["state"] == "refunding"
    assert await decisions(shop, case["id"]) == [("approved", "rule", 1, "shown")]
