"""What was offered, proposed or decided stands in the sentences of cases and disputes, in both languages, now and as of then."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import Harness
from aftersale_shop import Shop
from aftersale_svc import main


@pytest.fixture
async def limited(postgres_url: str) -> AsyncIterator[Shop]:
    """A shop in which two agents decide about more than 100 yuan."""
    async with Harness.start(main.service, postgres_url, second_person_above={"CNY": 10000}) as harness:
        yield Shop(harness)


async def explained(shop: Shop, case_id: str, client: Any = None, **params: Any) -> dict[str, Any]:
    shown = await (client or shop.buyer).get(f"/v1/cases/{case_id}", params=params)
    assert shown.status_code == 200, shown.text
    found: dict[str, Any] = shown.json()["explanation"]
    return found


async def texts(shop: Shop, case_id: str, client: Any = None) -> list[str]:
    steps = (await (client or shop.buyer).get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    return [each["text"]["en"] for each in steps]


async def test_an_offer_and_its_answer(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    terms = {"type": "refund_only", "amount": {"amount": 3000, "currency": "CNY"}}
    await shop.act(shop.seller, case["id"], "offer", **terms)
    offered = await explained(shop, case["id"])
    assert offered["offer"]["zh_cn"].startswith("商家提出方案：仅退款，退款 30.00 CNY，截止 ")
    assert offered["offer"]["en"].endswith("without an answer the offer lapses, and the request is reviewed again")
    made_at = shop.clock.now()
    shop.clock.advance(hours=1)
    await shop.act(shop.buyer, case["id"], "counter-offer", amount={"amount": 5000, "currency": "CNY"})
    countered = await explained(shop, case["id"])
    assert countered["offer"]["en"].startswith("The buyer offers: Return and refund, 50.00 CNY goes back, until ")
    assert countered["offer"]["en"].endswith("without an answer the request is approved")
    shop.clock.advance(hours=1)
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")
    assert (await explained(shop, case["id"]))["offer"] is None
    assert await explained(shop, case["id"], as_of=made_at.isoformat()) == offered
    _, made, counter, _ = await texts(shop, case["id"])
    assert made.startswith("The merchant made an offer: Refund without return, 30.00 CNY goes back, until ")
    assert counter.startswith("The buyer made a counter-offer: Return and refund, 50.00 CNY goes back, until ")


async def test_a_proposed_settlement_in_the_case_and_in_the_dispute(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    terms = {"remedy": "refund", "liable": "seller", "amount": {"amount": 500, "currency": "CNY"}, "text": "?"}
    await shop.rule(dispute_id, "proposals", shop.seller, **terms)
    proposed, in_case = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json(), await explained(shop, case_id)
    shown_in_dispute = proposed["explanation"]["settlement"]
    assert shown_in_dispute["en"].startswith(
        "The merchant proposes a settlement: a refund of 5.00 CNY; the merchant is liable, until "
    )
    assert shown_in_dispute["zh_cn"].endswith("逾期未答复：和解方案失效，维权继续")
    assert in_case["settlement"] == shown_in_dispute
    at = shop.clock.now()
    shop.clock.advance(hours=1)
    [proposal] = proposed["proposals"]
    await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.buyer)
    assert await explained(shop, case_id, as_of=at.isoformat()) == in_case
    settled = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    assert settled["explanation"]["verdict"]["zh_cn"] == "双方和解：退款 5.00 CNY，商家承担责任"
    assert settled["explanation"]["money"]["en"] == "5.00 CNY is to go back"
    assert [each["text"]["en"] for each in settled["timeline"]][-1] == (
        "The buyer accepted the proposed settlement: a refund of 5.00 CNY; the merchant is liable"
    )
    await shop.refund_succeeds()
    paid = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()
    assert paid["explanation"]["money"]["en"] == "5.00 CNY went back"
    assert paid["timeline"][-1]["text"]["en"] == "The verdict was executed: 5.00 CNY went back"


async def test_a_verdict_in_the_timeline_and_in_the_dispute(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    waiting = (await shop.seller.get(f"/v1/disputes/{dispute_id}")).json()["explanation"]
    assert waiting["what"]["en"] == "A dispute about an unfair rejection, opened by a complaint of the buyer"
    assert waiting["turn"]["en"].startswith("It is the turn of the merchant, until ")
    can = {each["action"]: each.get("why_not") for each in waiting["actions"]}
    assert can["answer"] is None
    assert can["withdraw"]["en"] == "it is for the buyer to do"
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.rule(dispute_id, "request-evidence", shop.arbitrator, asked_of="buyer", missing="?")
    await shop.rule(dispute_id, "submit-evidence", shop.buyer, note="!")
    await shop.verdict(dispute_id, 100)
    steps = await texts(shop, case_id)
    assert any(each.startswith("An arbitrator asked for evidence: from the buyer, until ") for each in steps)
    [given] = [each for each in steps if "gave a verdict" in each]
    assert given.startswith(
        "An arbitrator gave a verdict: a refund of 1.00 CNY; the merchant is liable; either side may appeal until "
    )
    shown = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["explanation"]
    assert shown["verdict"]["en"] == "The verdict orders a refund of 1.00 CNY; the merchant is liable"
    assert shown["appeal"]["en"].startswith("Each side may appeal against the verdict once, until ")


async def test_a_proposed_decision_is_for_the_platform_alone(limited: Shop) -> None:
    shop = limited
    await shop.delivered()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "approve")
    assert (await explained(shop, case["id"], shop.agent))["proposed_decision"] == {
        "zh_cn": "同意申请，金额 191.33 CNY",
        "en": "approve the request, about 191.33 CNY",
    }
    assert (await explained(shop, case["id"]))["proposed_decision"] is None
    assert not any("191.33" in each for each in await texts(shop, case["id"]))
    assert any("approve the request, about 191.33 CNY" in each for each in await texts(shop, case["id"], shop.agent))
