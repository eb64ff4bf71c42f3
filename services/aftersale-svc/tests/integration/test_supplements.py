"""The buyer is asked for more: the review waits for it, and goes on in what was left of its time."""

from datetime import datetime, timedelta

from aftercare_events import SupplementEnded, SupplementRequested, SupplementSubmitted
from aftersale_shop import HASH, Shop

VIDEO = "sha256:" + "ef" * 32


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_the_time_of_the_review_stops_while_the_buyer_supplies(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    shop.clock.advance(hours=40)
    asked = await shop.act(shop.seller, case["id"], "request-supplement", missing="请补充视频")
    assert (asked["state"], asked["whose_turn"], asked["supplement_rounds"]) == ("await_supplement", "buyer", 1)
    assert (asked["deadline_effect"], at(asked["deadline_at"])) == (
        "reviewed_without_supplement",
        shop.clock.now() + timedelta(hours=72),
    )
    assert (await shop.last(SupplementRequested)).round == 1
    for client, action in ((shop.seller, "approve"), (shop.seller, "submit-supplement")):
        body = {"note": "?"} if action == "submit-supplement" else {}
        assert (await client.post(f"/v1/cases/{case['id']}/{action}", json=body)).status_code in (403, 409)
    empty = await shop.buyer.post(f"/v1/cases/{case['id']}/submit-supplement", json={})
    shop.harness.problem(empty, 422, "supplement_empty")
    shop.clock.advance(hours=50)
    body = {"evidence": [HASH, VIDEO], "note": "视频见附件"}
    supplied = await shop.act(shop.buyer, case["id"], "submit-supplement", **body)
    assert (supplied["state"], supplied["whose_turn"]) == ("pending_review", "merchant")
    assert at(supplied["deadline_at"]) == shop.clock.now() + timedelta(hours=8), "what was left of 48 hours"
    assert supplied["evidence"] == [HASH, VIDEO]
    assert (await shop.last(SupplementSubmitted)).evidence == (HASH, VIDEO)
    deadlines = (await shop.agent.get(f"/v1/cases/{case['id']}/deadlines")).json()["data"]
    assert [(each["document_state"], each["state"]) for each in deadlines] == [
        ("pending_review", "paused"),
        ("await_supplement", "met"),
        ("pending_review", "set"),
    ]
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    [request] = [each for each in steps if each["action"] == "request_supplement"]
    assert request["note"] == "请补充视频"


async def test_nothing_supplied_in_time_is_nothing(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "take")
    asked = await shop.act(shop.agent, case["id"], "request-supplement", missing="?")
    assert not asked.get("review"), "it is the buyer's turn"
    shop.clock.advance(hours=72)
    late = await shop.buyer.post(f"/v1/cases/{case['id']}/submit-supplement", json={"note": "!"})
    shop.harness.problem(late, 409, "deadline_passed")
    await shop.harness.run_due()
    found = await shop.get(case["id"])
    assert (found["state"], found["whose_turn"]) == ("manual_review", "agent"), "those who asked review on"
    assert (await shop.last(SupplementEnded)).round == 1
    for _ in range(2):
        await shop.act(shop.agent, case["id"], "request-supplement", missing="?")
        await shop.act(shop.buyer, case["id"], "submit-supplement", note="!")
    refused = await shop.agent.post(f"/v1/cases/{case['id']}/request-supplement", json={"missing": "?"})
    assert shop.harness.problem(refused, 409, "supplements_used_up")["most"] == 3
    await shop.act(shop.agent, case["id"], "reject", reason="reason_untrue")


async def test_a_counter_offer_waits_and_a_dispute_stops_it(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    less = {"type": "refund_only", "amount": {"amount": 3000, "currency": "CNY"}}
    await shop.act(shop.seller, case["id"], "offer", **less)
    await shop.act(shop.buyer, case["id"], "counter-offer", **{**less, "amount": {"amount": 4000, "currency": "CNY"}})
    await shop.act(shop.seller, case["id"], "request-supplement", missing="?")
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.get(case["id"]))["state"] == "await_supplement"
    await shop.act(shop.buyer, case["id"], "submit-supplement", note="!")
    accepted = await shop.act(shop.seller, case["id"], "accept-offer")
    assert (accepted["state"], accepted["agreed"]["amount"]) == ("refunding", 4000)
