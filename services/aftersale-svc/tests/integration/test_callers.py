"""Agents act for buyers who have called, in cases that an agent has opened: recorded as that, and never where an agent decides."""

from typing import Any

from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleTypeChanged,
    OfferAccepted,
    PickupBooked,
    RefundRequested,
    ReturnShipped,
    SupplementSubmitted,
)
from aftersale_shop import Shop
from pickup_steps import book


async def called(shop: Shop, quantity: int = 1, **more: Any) -> str:
    """A case that an agent has opened for a buyer; its id."""
    await shop.delivered()
    return str((await shop.case(quantity, client=shop.agent, **more))["id"])


async def test_what_an_agent_does_for_the_buyer_is_recorded_as_that(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.approve(case_id)
    await shop.act(shop.agent, case_id, "ship", carrier="sf", waybill_no="SF1001")
    shipped = await shop.last(ReturnShipped)
    assert (shipped.handler, shipped.on_behalf_of) == ("agent-1", "buyer-1")
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    sent = next(each for each in steps if each["action"] == "ship")
    assert (sent["actor_role"], sent["actor_id"], sent["on_behalf_of"]) == ("agent", "agent-1", "buyer-1")
    assert sent["text"]["en"].startswith("An agent, for the buyer, ")
    assert sent["text"]["zh_cn"].startswith("平台客服代买家")
    assert [each["action"] for each in steps if each.get("on_behalf_of")] == ["ship"]


async def test_an_agent_answers_for_the_buyer_what_the_merchant_asks_and_offers(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.act(shop.seller, case_id, "request-supplement", missing="?")
    await shop.act(shop.agent, case_id, "submit-supplement", note="电话中说明")
    assert (await shop.last(SupplementSubmitted)).on_behalf_of == "buyer-1"
    await shop.act(shop.agent, case_id, "change-type", type="refund_only")
    assert (await shop.last(AfterSaleTypeChanged)).on_behalf_of == "buyer-1"
    await shop.act(shop.seller, case_id, "offer", amount={"amount": 500, "currency": "CNY"})
    accepted = await shop.act(shop.agent, case_id, "accept-offer")
    assert accepted["state"] == "refunding"
    assert (await shop.last(OfferAccepted)).on_behalf_of == "buyer-1"
    requested = await shop.last(RefundRequested)
    assert (requested.amount_minor, requested.on_behalf_of) == (500, None)


async def test_an_agent_books_and_moves_the_pickup_of_a_buyer(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.approve(case_id)
    await book(shop, case_id, client=shop.agent)
    assert (await shop.last(PickupBooked)).on_behalf_of == "buyer-1"
    assert (await shop.act(shop.agent, case_id, "cancel-pickup"))["state"] == "await_buyer_shipment"


async def test_an_agent_asks_again_or_withdraws_for_the_buyer(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.act(shop.seller, case_id, "reject", reason="reason_untrue")
    response = await shop.agent.post(f"/v1/cases/{case_id}/reapply", json={})
    assert response.status_code == 201, response.text
    again = response.json()
    assert (again["initiator"], again["state"]) == ("agent", "pending_review")
    assert (await shop.act(shop.agent, again["id"], "cancel"))["state"] == "cancelled"
    cancelled = await shop.last(AfterSaleCancelled)
    assert (cancelled.on_behalf_of, cancelled.reason, cancelled.decision_id) == ("buyer-1", None, None)
    reviewed = str((await shop.case(1, client=shop.agent))["id"])
    await shop.act(shop.seller, reviewed, "escalate")
    await shop.act(shop.agent, reviewed, "cancel", reason="agreed_with_buyer")
    decided = await shop.last(AfterSaleCancelled)
    assert (decided.on_behalf_of, decided.reason) == (None, "agreed_with_buyer")
    assert decided.decision_id is not None, "in manual review it is the agent's own decision"


async def test_no_agent_answers_what_an_agent_has_decided(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.act(shop.seller, case_id, "escalate")
    await shop.act(shop.agent, case_id, "request-supplement", missing="?")
    refused = await shop.agent.post(f"/v1/cases/{case_id}/submit-supplement", json={"note": "?"})
    shop.harness.problem(refused, 409, "answers_agent")
    shown = await why_not(shop, case_id)
    assert (shown["submit_supplement"], shown["cancel"]) == ("answers_agent", None)
    await shop.act(shop.buyer, case_id, "submit-supplement", note="?")


async def test_who_has_acted_for_the_buyer_decides_nothing(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.act(shop.agent, case_id, "change-type", type="refund_only")
    await shop.act(shop.seller, case_id, "escalate")
    refused = await shop.agent.post(f"/v1/cases/{case_id}/approve")
    shop.harness.problem(refused, 409, "party_cannot_decide")
    assert (await why_not(shop, case_id))["approve"] == "party_cannot_decide"
    another = shop.harness.client("agent", "agent-2")
    assert (await shop.act(another, case_id, "approve"))["state"] == "refunding"


async def test_the_buyer_acts_where_the_buyer_has_asked(shop: Shop) -> None:
    await shop.delivered()
    own = (await shop.case(1))["id"]
    refused = await shop.agent.post(f"/v1/cases/{own}/change-type", json={"type": "refund_only"})
    shop.harness.problem(refused, 409, "not_opened_by_agent")
    assert (await why_not(shop, own))["change_type"] == "not_opened_by_agent"


async def test_who_belongs_to_the_merchant_acts_for_no_buyer(shop: Shop) -> None:
    case_id = await called(shop)
    await shop.approve(case_id)
    clerk = shop.harness.client("agent", "m-1")
    refused = await clerk.post(f"/v1/cases/{case_id}/ship", json={"carrier": "sf", "waybill_no": "SF1001"})
    shop.harness.problem(refused, 409, "party_cannot_decide")


async def why_not(shop: Shop, case_id: str) -> dict[str, str | None]:
    """What bars the agent, by action."""
    shown = (await shop.agent.get(f"/v1/cases/{case_id}")).json()
    return {each["action"]: each.get("why_not") for each in shown["allowed_actions"]}
