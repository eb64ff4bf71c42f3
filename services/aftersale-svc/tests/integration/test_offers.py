"""Offers: made by the merchant or an agent, answered by the buyer, kept with the case to the last refund."""

from typing import Any

import pytest
from aftercare_events import (
    AfterSaleCompleted,
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    RefundRequested,
)
from aftersale_shop import CUP, KETTLE, RETURN_ADDRESS, Shop


def money(amount: int, currency: str = "CNY") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


async def offered(shop: Shop, **terms: Any) -> dict[str, Any]:
    """A return of two units for which the merchant has made an offer."""
    await shop.delivered()
    case = await shop.case(2)
    return await shop.act(shop.seller, case["id"], "offer", **(terms or {"type": "refund_only", "amount": money(5000)}))


async def test_an_accepted_offer_is_what_the_case_goes_on_as(shop: Shop) -> None:
    case = await offered(shop)
    assert (case["state"], case["whose_turn"], case["deadline_effect"]) == ("offer_pending", "buyer", "offer_lapses")
    assert (case["offer"]["number"], case["offer"]["by"], case["offer"]["state"]) == (1, "seller", "open")
    made = await shop.last(OfferMade)
    assert (made.by, made.offered_type, made.amount_minor) == ("seller", "refund_only", 5000)
    accepted = await shop.act(shop.buyer, case["id"], "accept-offer", note="同意")
    assert (accepted["type"], accepted["state"], accepted["offer"]["state"]) == ("refund_only", "refunding", "accepted")
    assert (accepted["agreed"]["amount"], accepted["shipping_refund"]["amount"]) == (5000, 0)
    event = await shop.last(OfferAccepted)
    assert (event.previous_type, event.case_type, event.goods, event.amount_minor) == (
        "return_refund",
        "refund_only",
        "keep",
        5000,
    )
    assert (await shop.refund_succeeds()).amount_minor == 5000
    completed = await shop.last(AfterSaleCompleted)
    assert (completed.refunded_minor, [line.amount_minor for line in completed.lines]) == (5000, [5000])
    assert [line.quantity for line in completed.lines] == [0], "the refund is for no units: the buyer keeps them"
    listed = (await shop.buyer.get(f"/v1/cases/{case['id']}/offers")).json()["data"]
    assert [(each["number"], each["state"]) for each in listed] == [(1, "accepted")]


async def test_a_refused_refund_is_tried_again_with_the_agreed_amount(shop: Shop) -> None:
    case = await offered(shop)
    await shop.act(shop.buyer, case["id"], "accept-offer")
    await shop.refund_fails()
    await shop.act(shop.agent, case["id"], "refund")
    assert (await shop.refund_succeeds()).amount_minor == 5000


async def test_an_agreed_amount_is_cut_by_lines_and_by_accepted_units(shop: Shop) -> None:
    await shop.delivered(lines=(KETTLE, CUP))
    case = await shop.case(lines=[{"line_id": "line_1", "quantity": 3}, {"line_id": "line_2", "quantity": 2}])
    await shop.act(shop.seller, case["id"], "offer", amount=money(10001), return_address=RETURN_ADDRESS)
    accepted = await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (accepted["state"], accepted["whose_turn"]) == ("await_buyer_shipment", "buyer")
    await shop.act(shop.buyer, case["id"], "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    found = [{"line_id": "line_1", "accepted": 3}, {"line_id": "line_2", "accepted": 1}]
    await shop.act(shop.seller, case["id"], "inspect", lines=found)
    # 28 700 of 31 700 belong to the kettles: 9 054 of 10 001; of the 947 for the cups half.
    assert (await shop.refund_succeeds()).amount_minor == 9054 + 473
    completed = await shop.last(AfterSaleCompleted)
    assert sum(line.amount_minor for line in completed.lines) == completed.refunded_minor


async def test_the_whole_amount_brings_the_freight_back_by_the_rule(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(3)
    await shop.act(shop.seller, case["id"], "offer", type="refund_only")
    accepted = await shop.act(shop.buyer, case["id"], "accept-offer")
    assert (accepted.get("agreed"), accepted["shipping_refund"]["amount"]) == (None, 800)
    assert (await shop.last(RefundRequested)).amount_minor == 28700 + 800


async def test_an_offer_that_is_declined_or_lapses_leads_back_to_the_review(shop: Shop) -> None:
    case = await offered(shop)
    declined = await shop.act(shop.buyer, case["id"], "decline-offer", note="不同意")
    assert (declined["state"], declined["whose_turn"], declined["type"]) == (
        "pending_review",
        "merchant",
        "return_refund",
    )
    assert (await shop.last(OfferDeclined)).number == 1
    await shop.act(shop.seller, case["id"], "offer", amount=money(6000), return_address=RETURN_ADDRESS)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert (await shop.last(OfferLapsed)).number == 2
    assert (await shop.get(case["id"]))["state"] == "pending_review"
    await shop.act(shop.seller, case["id"], "reject", reason="no_defect_found")


async def test_nothing_else_is_decided_while_an_offer_waits(shop: Shop) -> None:
    case = await offered(shop)
    for action, body in {"approve": {}, "reject": {"reason": "no_defect_found"}}.items():
        refused = await shop.seller.post(f"/v1/cases/{case['id']}/{action}", json=body)
        shop.harness.problem(refused, 409, "illegal_transition")
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/accept-offer", json={})
    shop.harness.problem(refused, 403, "not_allowed_for_role")


async def test_a_counter_offer_is_accepted_by_the_merchant(shop: Shop) -> None:
    case = await offered(shop)
    countered = await shop.act(shop.buyer, case["id"], "counter-offer", type="refund_only", amount=money(7000))
    assert (countered["state"], countered["whose_turn"]) == ("pending_review", "merchant")
    assert (countered["offer"]["number"], countered["offer"]["by"]) == (2, "buyer")
    assert (await shop.last(OfferDeclined)).number == 1
    await shop.act(shop.seller, case["id"], "accept-offer")
    assert (await shop.refund_succeeds()).amount_minor == 7000


async def test_silence_about_a_counter_offer_approves_the_request(shop: Shop) -> None:
    case = await offered(shop)
    await shop.act(shop.buyer, case["id"], "counter-offer", amount=money(7000))
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    found = await shop.get(case["id"])
    assert (found["state"], found["type"], found.get("agreed")) == ("await_buyer_shipment", "return_refund", None)
    assert found["offer"]["state"] == "lapsed"
    assert (await shop.names(case["id"]))[-2:] == ["AfterSaleApproved", "OfferLapsed"]


async def test_without_a_counter_offer_there_is_nothing_to_accept(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    shown = await shop.seller.get(f"/v1/cases/{case['id']}")
    [accept] = [each for each in shown.json()["allowed_actions"] if each["action"] == "accept_offer"]
    assert accept == {"action": "accept_offer", "allowed": False, "why_not": "no_offer_open"}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/accept-offer", json={})
    shop.harness.problem(refused, 409, "no_offer_open")


async def test_an_agent_offers_in_manual_review_and_reviews_again(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2)
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "offer", type="refund_only", amount=money(5000))
    assert (await shop.act(shop.buyer, case["id"], "decline-offer"))["state"] == "manual_review"


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [
        ({"amount": money(19134)}, 422, "amount_exceeds_allowance"),
        ({"amount": money(0)}, 422, "offer_amount_missing"),
        ({"amount": money(100, "EUR")}, 422, "currency_mismatch"),
        ({}, 422, "offer_unchanged"),
        ({"amount": money(19133)}, 422, "offer_unchanged"),
        ({"amount": money(100)}, 422, "return_address_missing"),
        ({"type": "nonsense"}, 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_offered(shop: Shop, terms: dict[str, Any], status: int, code: str) -> None:
    await shop.delivered()
    case = await shop.case(2)
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json=terms)
    problem = shop.harness.problem(refused, status, code)
    if code == "amount_exceeds_allowance":
        assert problem["most"] == 19133
    assert (await shop.get(case["id"]))["version"] == case["version"]


async def test_goods_that_have_not_left_are_not_sent_back(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(2, type_="refund_only")
    offer = {"type": "return_refund", "return_address": RETURN_ADDRESS}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json=offer)
    shop.harness.problem(refused, 409, "stage_unsuitable")


@pytest.mark.parametrize(
    ("asked", "reason", "offered_type", "allowed"),
    [
        ("return_refund", "changed_mind", "repair", "warranty_repair"),
        ("repair", "paid_repair", "refund_only", "recall"),
    ],
)
async def test_a_type_that_the_reason_does_not_suit_is_not_offered(
    shop: Shop, asked: str, reason: str, offered_type: str, allowed: str
) -> None:
    await shop.delivered()
    case = await shop.case(1, type_=asked, reason=reason)
    offer = {"type": offered_type, "return_address": RETURN_ADDRESS}
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json=offer)
    problem = shop.harness.problem(refused, 409, "reason_unsuitable")
    assert problem["errors"][0]["pointer"] == "/type"  # type: ignore[index]
    assert allowed in problem["allowed"]  # type: ignore[operator]
    assert reason not in problem["allowed"]  # type: ignore[operator]
    changed = await shop.buyer.post(f"/v1/cases/{case['id']}/change-type", json={"type": offered_type})
    shop.harness.problem(changed, 409, "reason_unsuitable")


async def test_a_counter_offer_and_an_agents_offer_suit_the_reason_as_well(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(2, reason="changed_mind")
    await shop.act(shop.seller, case["id"], "offer", type="refund_only", amount=money(3000))
    countered = await shop.buyer.post(f"/v1/cases/{case['id']}/counter-offer", json={"type": "repair"})
    shop.harness.problem(countered, 409, "reason_unsuitable")
    await shop.act(shop.buyer, case["id"], "decline-offer")
    await shop.act(shop.seller, case["id"], "escalate")
    refused = await shop.agent.post(f"/v1/cases/{case['id']}/offer", json={"type": "repair"})
    shop.harness.problem(refused, 409, "reason_unsuitable")


async def test_there_are_at_most_six_offers(shop: Shop) -> None:
    case = await offered(shop)
    for number in range(5):
        client, action = (shop.seller, "offer") if number % 2 else (shop.buyer, "counter-offer")
        await shop.act(client, case["id"], action, type="refund_only", amount=money(6000 + number))
    refused = await shop.seller.post(f"/v1/cases/{case['id']}/offer", json={"type": "refund_only"})
    assert shop.harness.problem(refused, 409, "too_many_offers")["times"] == 6


async def test_a_dispute_stops_the_case_and_a_verdict_is_not_bound_by_the_offer(shop: Shop) -> None:
    case = await offered(shop)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/accept-offer", json={})
    shop.harness.problem(refused, 409, "illegal_transition")
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 19133)
    assert (await shop.get(case["id"]))["offer"]["state"] == "lapsed"
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def test_a_withdrawn_dispute_lets_the_buyer_answer(shop: Shop) -> None:
    case = await offered(shop)
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    assert (await shop.act(shop.buyer, case["id"], "accept-offer"))["state"] == "refunding"


async def test_the_case_of_a_cancelled_order_ends_with_its_offer(shop: Shop) -> None:
    await shop.paid()
    case = await shop.case(2, type_="refund_only")
    await shop.act(shop.seller, case["id"], "offer", amount=money(5000))
    await shop.cancelled()
    found = await shop.get(case["id"])
    assert (found["state"], found["offer"]["state"]) == ("closed", "lapsed")


async def test_another_buyer_finds_no_offers(shop: Shop) -> None:
    case = await offered(shop)
    other = shop.harness.client("buyer", "buyer-2")
    shop.harness.problem(await other.get(f"/v1/cases/{case['id']}/offers"), 404, "not_found")
    shop.harness.problem(await other.post(f"/v1/cases/{case['id']}/accept-offer", json={}), 404, "not_found")


async def test_who_made_an_offer_takes_it_back(shop: Shop) -> None:
    case = await offered(shop)
    for client, status, code in ((shop.buyer, 403, "role_forbidden"), (shop.agent, 409, "offer_of_another")):
        refused = await client.post(f"/v1/cases/{case['id']}/withdraw-offer", json={})
        assert refused.status_code == status, (refused.text, code)
    shop.clock.advance(hours=5)
    withdrawn = await shop.act(shop.seller, case["id"], "withdraw-offer", note="价格有误")
    assert (withdrawn["state"], withdrawn["whose_turn"], withdrawn["offer"]["state"]) == (
        "pending_review",
        "merchant",
        "withdrawn",
    )
    assert (await shop.last(OfferWithdrawn)).number == 1
    for answer in ("accept-offer", "decline-offer"):
        refused = await shop.buyer.post(f"/v1/cases/{case['id']}/{answer}", json={})
        shop.harness.problem(refused, 409, "illegal_transition")
    await shop.act(shop.seller, case["id"], "offer", type="refund_only", amount=money(6000))
    await shop.act(shop.buyer, case["id"], "accept-offer")
    decided = (await shop.agent.get(f"/v1/cases/{case['id']}/decisions")).json()["data"]
    assert [(each["kind"], each["outcome"]) for each in decided] == [
        ("offer", "made"),
        ("offer", "withdrawn"),
        ("offer", "made"),
        ("offer", "accepted"),
    ]
    assert (await shop.last(OfferAccepted)).decision_id == decided[-1]["id"]


async def test_an_offer_that_was_replaced_is_not_accepted_in_place_of_the_one_that_was_read(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(type_="refund_only")
    await shop.act(shop.seller, case["id"], "offer", amount={"amount": 9000, "currency": "CNY"})
    await shop.act(shop.seller, case["id"], "withdraw-offer")
    await shop.act(shop.seller, case["id"], "offer", amount={"amount": 10, "currency": "CNY"})
    refused = await shop.buyer.post(f"/v1/cases/{case['id']}/accept-offer", json={"number": 1})
    assert shop.harness.problem(refused, 409, "offer_changed")["number"] == 2
    assert (await shop.get(case["id"]))["state"] == "offer_pending"
    accepted = await shop.act(shop.buyer, case["id"], "accept-offer", number=2)
    assert accepted["state"] != "offer_pending"
