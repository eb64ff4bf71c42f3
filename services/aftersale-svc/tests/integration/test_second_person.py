"""A decision of an agent about much money is confirmed by another agent, and then taken as it was proposed."""

from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, DecisionDeclined, DecisionProposed, RefundRequested
from aftersale_shop import CUP, RETURN_ADDRESS, Shop
from discounted_lines import CUPS, KETTLES


@pytest.fixture(autouse=True)
def limit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above 100 CNY two agents decide."""
    changed = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": 10000}})
    monkeypatch.setattr(shop.harness.runtime, "settings", changed)


def with_limit(shop: Shop, minor: int) -> None:
    """Above so much two agents decide, from now on; the fixture resets it."""
    shop.harness.runtime.settings = shop.harness.runtime.settings.model_copy(
        update={"second_person_above": {"CNY": minor}}
    )


@pytest.fixture
def second(shop: Shop) -> Any:
    return shop.harness.client("agent", "agent-2")


async def escalated(shop: Shop, quantity: int = 2, **more: Any) -> str:
    case = await shop.case(quantity, **more)
    return str((await shop.act(shop.seller, case["id"], "escalate"))["id"])


async def test_the_second_agent_confirms_what_the_first_proposed(shop: Shop, second: Any) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    before = await shop.get(case_id)
    await shop.act(shop.agent, case_id, "take")
    proposed = await shop.act(shop.agent, case_id, "approve", note="同意退货", return_address=RETURN_ADDRESS)
    assert (proposed["state"], proposed["whose_turn"], proposed["deadline_at"]) == (
        "manual_review",
        "agent",
        before["deadline_at"],
    )
    assert proposed["proposed_decision"].items() >= {"action": "approve", "proposed_by": "agent-1"}.items()
    assert not proposed.get("review"), "another agent may take it"
    event = await shop.last(DecisionProposed)
    assert (event.action, event.amount_minor, event.currency) == ("approve", 19133, "CNY")
    buyers = (await shop.buyer.get(f"/v1/cases/{case_id}")).json()
    assert not buyers.get("proposed_decision")
    for side, is_shown in (("buyer", False), ("merchant", False), ("agent", True)):
        seen = {"as_of": shop.clock.now().isoformat(), "as_seen_by": side}
        past = (await shop.arbitrator.get(f"/v1/cases/{case_id}", params=seen)).json()
        assert ("propose_decision" in {each["action"] for each in past["as_of"]["timeline"]}) is is_shown
        assert bool(past.get("proposed_decision")) is is_shown
        assert bool(past["explanation"].get("proposed_decision")) is is_shown
    for action, code in (("confirm-decision", "second_person_needed"), ("approve", "decision_proposed")):
        shop.harness.problem(await shop.agent.post(f"/v1/cases/{case_id}/{action}", json={}), 409, code)
    refused = await second.post(f"/v1/cases/{case_id}/refund", json={})
    assert shop.harness.problem(refused, 409, "decision_proposed")["proposed_by"] == "agent-1"
    assert (await shop.get(case_id))["version"] == proposed["version"]
    approved = await shop.act(second, case_id, "confirm-decision")
    assert (approved["state"], approved["return_address"]["name"]) == ("await_buyer_shipment", "售后仓")
    assert not (await shop.get(case_id)).get("proposed_decision")
    assert (await shop.last(AfterSaleApproved)).handler == "agent-2"
    decided = (await shop.agent.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
    assert [(each["outcome"], each["decided_by"]) for each in decided] == [
        ("handed_over", "seller-1"),
        ("proposed", "agent-1"),
        ("approved", "agent-2"),
    ]


async def test_a_declined_proposal_is_reviewed_on(shop: Shop, second: Any) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    shop.harness.problem(
        await second.post(f"/v1/cases/{case_id}/confirm-decision", json={}), 409, "no_decision_proposed"
    )
    await shop.act(shop.agent, case_id, "refund", note="?")
    assert await shop.published(RefundRequested) == [], "nothing is paid yet"
    declined = await shop.act(second, case_id, "decline-decision", note="金额过高")
    assert (declined["state"], declined.get("proposed_decision")) == ("manual_review", None)
    assert (await shop.last(DecisionDeclined)).action == "refund"
    await shop.act(second, case_id, "refund")
    await shop.act(shop.agent, case_id, "confirm-decision")
    assert (await shop.refund_succeeds()).amount_minor == 19133
    assert (await shop.get(case_id))["state"] == "completed"


async def test_below_the_limit_and_by_the_merchant_one_decides(shop: Shop) -> None:
    await shop.delivered()
    small = await escalated(shop, 1, type_="refund_only")
    assert (await shop.act(shop.agent, small, "approve"))["state"] == "refunding"
    await shop.refund_succeeds()
    large = await shop.case(2, type_="refund_only")
    assert (await shop.act(shop.seller, large["id"], "approve"))["state"] == "refunding"


async def test_an_offer_and_many_approvals_wait_for_the_second_too(shop: Shop, second: Any) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    terms = {"type": "refund_only", "amount": {"amount": 12000, "currency": "CNY"}}
    offered = await shop.act(shop.agent, case_id, "offer", **terms, note="?")
    assert (offered["state"], offered["proposed_decision"]["action"]) == ("manual_review", "offer")
    confirmed = await shop.act(second, case_id, "confirm-decision")
    assert (confirmed["state"], confirmed["offer"]["amount"]["amount"]) == ("offer_pending", 12000)
    await shop.act(shop.buyer, case_id, "decline-offer")
    batch = await shop.agent.post("/v1/case-batches/approve", json={"case_ids": [case_id]})
    assert batch.json()["data"][0]["case"]["proposed_decision"]["action"] == "approve"
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "withdraw", shop.buyer)
    resumed = await shop.get(case_id)
    assert (resumed["state"], resumed.get("proposed_decision")) == ("manual_review", None), (
        "a dispute ends the proposal"
    )


@pytest.mark.parametrize("action", ["claim-hold", "release-hold"])
async def test_a_hold_on_much_money_is_decided_by_two(
    shop: Shop, second: Any, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    limit = {"second_person_above": {"CNY": 9000}}
    await shop.setting("fast-exchange", allowed=True)
    monkeypatch.setattr(shop.harness.runtime, "settings", shop.harness.runtime.settings.model_copy(update=limit))
    await shop.delivered()
    case_id = (await shop.case(2, type_="fast_exchange"))["id"]
    await shop.approve(case_id)
    await shop.act(shop.buyer, case_id, "agree-hold")
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="zto", waybill_no="73100")
    await shop.act(shop.buyer, case_id, "confirm-replacement")
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case_id, 1)
    proposed = await shop.act(shop.agent, case_id, action, note="主板被更换")
    assert (proposed["state"], proposed["proposed_decision"]["action"]) == ("manual_review", action.replace("-", "_"))
    amount = 19133 - 9566 if action == "claim-hold" else 19133
    assert (await shop.last(DecisionProposed)).amount_minor == amount
    other = "release-hold" if action == "claim-hold" else "claim-hold"
    shop.harness.problem(await second.post(f"/v1/cases/{case_id}/{other}", json={}), 409, "decision_proposed")
    done = await shop.act(second, case_id, "confirm-decision")
    assert (done["state"], done["hold"]["claimed_at"] is not None) == ("completed", action == "claim-hold")


async def test_the_freight_that_goes_back_meanwhile_counts(shop: Shop) -> None:
    """Two cases of 3000 and a freight of 9000, which goes back with the one that is decided last."""
    await shop.paid(lines=(CUP.model_copy(update={"line_id": "line_1"}), CUP), fee=9000)
    first = await shop.case(lines=[{"line_id": "line_1", "quantity": 2}], type_="refund_only")
    await shop.act(shop.seller, first["id"], "escalate")
    other = await shop.case(lines=[{"line_id": "line_2", "quantity": 2}], type_="refund_only")
    await shop.act(shop.seller, other["id"], "approve")
    await shop.refund_succeeds()
    proposed = await shop.act(shop.agent, first["id"], "approve")
    assert proposed["proposed_decision"].items() >= {"action": "approve", "proposed_by": "agent-1"}.items()
    assert (await shop.last(DecisionProposed)).amount_minor == 12000


async def test_the_discount_that_is_no_longer_earned_counts(shop: Shop) -> None:
    """A kettle of 9300, of which a discount of 1400 is taken back: what would be paid is below the limit."""
    await shop.setting("order-discounts", on_return="recalculate")
    await shop.delivered(lines=(KETTLES, CUPS))
    case = await shop.case(lines=[{"line_id": "line_1", "quantity": 1}], type_="refund_only", reason="changed_mind")
    await shop.act(shop.seller, case["id"], "escalate")
    assert case["requested"]["amount"] == 9300
    with_limit(shop, 7900)
    assert (await shop.act(shop.agent, case["id"], "approve"))["state"] == "refunding"
    assert (await shop.refund_succeeds()).amount_minor == 7900


async def test_the_discount_that_is_given_back_counts(shop: Shop, second: Any) -> None:
    """What an earlier refund has taken is given back with the last units: more is paid than they cost."""
    await shop.setting("order-discounts", on_return="recalculate")
    await shop.delivered(lines=(KETTLES,), fee=0)
    first = await shop.case(1, type_="refund_only", reason="changed_mind")
    await shop.act(shop.seller, first["id"], "approve")
    await shop.refund_succeeds()
    case_id = await escalated(shop, 2, type_="refund_only", reason="changed_mind")
    with_limit(shop, 18600)
    proposed = await shop.act(shop.agent, case_id, "approve")
    assert proposed["proposed_decision"]["action"] == "approve"
    assert (await shop.last(DecisionProposed)).amount_minor == 18600 + 1200
    shown = (await shop.agent.get(f"/v1/cases/{case_id}", headers={"Accept-Language": "en"})).json()
    assert "198.00 CNY" in shown["explanation"]["proposed_decision"]["en"]
    assert "198.00 CNY" in shown["explanation"]["money"]["en"]
    await shop.act(second, case_id, "confirm-decision")
    assert (await shop.refund_succeeds()).amount_minor == 19800


async def test_an_offer_of_all_counts_with_its_freight(shop: Shop) -> None:
    await shop.paid(lines=(CUP.model_copy(update={"line_id": "line_1"}),), fee=9000)
    case_id = await escalated(shop, 2, type_="refund_only")
    await shop.act(shop.agent, case_id, "offer", type="refund_only", amount={"amount": 2000, "currency": "CNY"})
    await shop.act(shop.buyer, case_id, "counter-offer")
    proposed = await shop.act(shop.agent, case_id, "accept-offer")
    assert proposed["proposed_decision"]["action"] == "accept_offer"
    assert (await shop.last(DecisionProposed)).amount_minor == 12000


async def test_what_has_changed_since_is_not_confirmed(shop: Shop, second: Any) -> None:
    """The freight of 9000 goes back with the case that is decided last: with this one, once the other is refunded."""
    await shop.paid(lines=(CUP.model_copy(update={"line_id": "line_1"}), CUP), fee=9000)
    with_limit(shop, 0)
    first = await shop.case(lines=[{"line_id": "line_1", "quantity": 2}], type_="refund_only")
    await shop.act(shop.seller, first["id"], "escalate")
    await shop.act(shop.agent, first["id"], "approve")
    other = await shop.case(lines=[{"line_id": "line_2", "quantity": 2}], type_="refund_only")
    await shop.act(shop.seller, other["id"], "approve")
    await shop.refund_succeeds()
    refused = await second.post(f"/v1/cases/{first['id']}/confirm-decision", json={})
    problem = shop.harness.problem(refused, 409, "proposal_outdated")
    assert (problem["proposed_minor"], problem["amount_minor"]) == (3000, 12000)
    assert (await shop.get(first["id"]))["proposed_decision"]["action"] == "approve"
    await shop.act(second, first["id"], "decline-decision")
    await shop.act(second, first["id"], "approve")
    assert (await shop.act(shop.agent, first["id"], "confirm-decision"))["state"] == "refunding"


async def test_a_currency_without_a_limit_of_its_own_has_one(shop: Shop) -> None:
    shop.currency = "GBP"
    dear = CUP.model_copy(update={"line_id": "line_1", "unit_price_minor": 60_000, "paid_minor": 120_000})
    await shop.paid(lines=(dear,), fee=0)
    case_id = await escalated(shop, 2, type_="refund_only")
    assert (await shop.act(shop.agent, case_id, "approve"))["proposed_decision"]["action"] == "approve"


async def test_what_is_only_proposed_is_for_the_platform_alone(shop: Shop, second: Any) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    await shop.act(shop.agent, case_id, "approve", note="内部意见", return_address=RETURN_ADDRESS)
    await shop.act(second, case_id, "decline-decision", note="金额过高")
    await shop.act(shop.agent, case_id, "approve", note="内部意见", return_address=RETURN_ADDRESS)
    [_, proposed, *_] = (await shop.agent.get(f"/v1/cases/{case_id}/decisions")).json()["data"]
    for client in (shop.buyer, shop.seller):
        for path in ("timeline", "decisions"):
            answer = await client.get(f"/v1/cases/{case_id}/{path}")
            assert answer.status_code == 200, answer.text
            assert not any(word in answer.text for word in ("propose", "内部意见", "金额过高")), path
        assert (await client.get(f"/v1/decisions/{proposed['id']}")).status_code == 404
        assert (await client.post(f"/v1/decisions/{proposed['id']}/replay")).status_code == 404
    assert "内部意见" in (await shop.agent.get(f"/v1/cases/{case_id}/timeline")).text


async def test_who_has_proposed_is_not_given_the_case(shop: Shop) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    await shop.act(shop.agent, case_id, "refund")
    admin = shop.harness.client("admin", "admin-1")
    refused = await admin.post(f"/v1/cases/{case_id}/assign", json={"agent_id": "agent-1"})
    shop.harness.problem(refused, 409, "second_person_needed")
    assert (await admin.post(f"/v1/cases/{case_id}/assign", json={"agent_id": "agent-2"})).status_code == 200


async def test_a_compensation_that_failed_is_proposed_with_its_own_amount(shop: Shop, second: Any) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="不同意")
    await shop.verdict(dispute_id, 12000, "compensation")
    await shop.refund_fails()
    proposed = await shop.act(shop.agent, case_id, "refund")
    assert proposed["state"] == "manual_review"
    assert (await shop.last(DecisionProposed)).amount_minor == 12000
    await shop.act(second, case_id, "confirm-decision")
    assert (await shop.refund_succeeds()).amount_minor == 12000


async def test_one_agent_tries_a_small_compensation_again(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="不同意")
    await shop.verdict(dispute_id, 3000, "compensation")
    await shop.refund_fails()
    assert (await shop.act(shop.agent, case_id, "refund"))["state"] == "refunding"
    assert (await shop.last(RefundRequested)).amount_minor == 3000
