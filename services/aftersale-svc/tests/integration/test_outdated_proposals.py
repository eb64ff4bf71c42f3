"""What an agent has proposed is not confirmed once it comes to another amount, whatever the decision is."""

from typing import Any

import pytest
from aftercare_events import DecisionProposed
from aftersale_shop import Shop
from test_price_adjustments import asked


@pytest.fixture(autouse=True)
def limit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two agents decide about any amount."""
    changed = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": 0}})
    monkeypatch.setattr(shop.harness.runtime, "settings", changed)


async def confirmed_when_more_is_left(shop: Shop, case_id: str, adjustment: dict[str, Any]) -> None:
    """The money of an adjustment that is not paid after all belongs to the case now: the proposal is of another amount."""
    proposed = (await shop.last(DecisionProposed)).amount_minor
    await shop.refund_fails()
    await shop.act(shop.agent, adjustment["id"], "close", note="多次失败")
    second = shop.harness.client("agent", "agent-2")
    refused = await second.post(f"/v1/cases/{case_id}/confirm-decision", json={})
    problem = shop.harness.problem(refused, 409, "proposal_outdated")
    assert problem["proposed_minor"] == proposed < problem["amount_minor"]
    await shop.act(second, case_id, "decline-decision")


async def test_an_offer_of_all_is_proposed_again(shop: Shop) -> None:
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    case = await shop.case(3, type_="return_refund")
    await shop.act(shop.seller, case["id"], "escalate")
    await shop.act(shop.agent, case["id"], "offer", type="refund_only")
    await confirmed_when_more_is_left(shop, case["id"], adjustment)


@pytest.mark.parametrize("action", ["claim-hold", "release-hold"])
async def test_so_is_the_end_of_a_hold(shop: Shop, action: str) -> None:
    await shop.setting("fast-exchange", allowed=True)
    await shop.delivered()
    adjustment = await asked(shop)
    await shop.act(shop.seller, adjustment["id"], "approve")
    case_id = (await shop.case(3, type_="fast_exchange"))["id"]
    await shop.approve(case_id)
    await shop.act(shop.buyer, case_id, "agree-hold")
    await shop.act(shop.seller, case_id, "ship-replacement", carrier="zto", waybill_no="73100")
    await shop.act(shop.buyer, case_id, "confirm-replacement")
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    await shop.parcel("SF1001")
    await shop.inspect(case_id, 1)
    await shop.act(shop.agent, case_id, action, note="主板被更换")
    await confirmed_when_more_is_left(shop, case_id, adjustment)


@pytest.mark.parametrize("answer", ["confirm-decision", "decline-decision"])
async def test_an_agent_answers_the_proposal_that_was_read(shop: Shop, answer: str) -> None:
    await shop.delivered()
    case_id = (await shop.case(1, type_="refund_only"))["id"]
    await shop.act(shop.seller, case_id, "escalate")
    read = (await shop.act(shop.agent, case_id, "approve"))["proposed_decision"]
    second, third = (shop.harness.client("agent", f"agent-{number}") for number in (2, 3))
    await shop.act(shop.agent, case_id, "decline-decision", proposal_id=read["id"])
    present = (await shop.act(third, case_id, "approve"))["proposed_decision"]
    refused = await second.post(f"/v1/cases/{case_id}/{answer}", json={"proposal_id": read["id"]})
    problem = shop.harness.problem(refused, 409, "proposal_changed")
    assert (problem["action"], problem["proposed_by"]) == ("approve", "agent-3")
    answered = await shop.act(second, case_id, answer, proposal_id=present["id"])
    assert answered["proposed_decision"] is None
