"""Cases that a rule of the merchant decides when they are opened."""

from typing import Any

import pytest
from aftercare_events import AfterSaleApproved, AfterSaleEscalated, RefundRequested
from aftersale_shop import CUP, KETTLE, RETURN_ADDRESS, Shop
from test_cost import counting

CHEAP = {"types": ["refund_only"], "amount_to": {"amount": 12_000, "currency": "CNY"}}
APPROVE = {"id": "cheap", "when": CHEAP, "outcome": "approve"}


async def publish(shop: Shop, *rules: dict[str, Any]) -> None:
    response = await shop.seller.put("/v1/merchants/m-1/case-rules", json={"rules": list(rules)})
    assert response.status_code == 200, response.text


async def test_a_rule_approves_as_the_merchant_would(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, APPROVE)
    case = await shop.case(1, type_="refund_only")
    assert (case["state"], case["version"]) == ("refunding", 3)
    assert await shop.names(case["id"]) == ["AfterSaleRequested", "AfterSaleApproved", "RefundRequested"]
    approved = await shop.last(AfterSaleApproved)
    assert (approved.cause, approved.rules_version, approved.rule_id) == ("rule", 1, "cheap")
    assert (approved.handler, approved.applicant) == ("system", "buyer-1")
    requested = await shop.last(RefundRequested)
    assert (requested.amount_minor, requested.cause) == (9566, "approval")
    steps = (await shop.buyer.get(f"/v1/cases/{case['id']}/timeline")).json()["data"]
    assert [(step["action"], step["actor_role"]) for step in steps] == [("request", "buyer"), ("approve", "system")]
    await shop.refund_succeeds()
    assert (await shop.get(case["id"]))["state"] == "completed"


async def test_what_no_rule_matches_is_left_to_the_merchant(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, APPROVE)
    case = await shop.case(2, type_="refund_only")
    assert (case["state"], case["whose_turn"]) == ("pending_review", "merchant")


async def test_a_rule_that_leaves_it_to_the_merchant_ends_the_search(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, {"id": "mine", "outcome": "leave_to_merchant"}, APPROVE)
    assert (await shop.case(1, type_="refund_only"))["state"] == "pending_review"


async def test_a_rule_lets_an_agent_decide(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, APPROVE, {"id": "others", "outcome": "manual_review"})
    case = await shop.case(2)
    assert (case["state"], case["whose_turn"]) == ("manual_review", "agent")
    escalated = await shop.last(AfterSaleEscalated)
    assert (escalated.cause, escalated.rules_version, escalated.rule_id) == ("review_handed_over", 1, "others")
    await shop.act(shop.agent, case["id"], "approve", return_address=RETURN_ADDRESS)


@pytest.mark.parametrize("source", ["rule", "default", "nobody"])
async def test_goods_go_back_to_the_address_of_the_rule_or_of_the_merchant(shop: Shop, source: str) -> None:
    await shop.delivered()
    default, own = {**RETURN_ADDRESS, "street": "默认仓库"}, {**RETURN_ADDRESS, "street": "规则仓库"}
    if source != "nobody":
        body = {"return_address": default}
        assert (await shop.seller.put("/v1/merchants/m-1/return-address", json=body)).status_code == 200
    rule: dict[str, Any] = {"id": "all", "outcome": "approve"}
    await publish(shop, rule | ({"return_address": own} if source == "rule" else {}))
    case = await shop.case(2)
    assert case["state"] == "await_buyer_shipment"
    assert case["return_address"] == {"rule": own, "default": default, "nobody": None}[source]
    assert case["whose_turn"] == ("merchant" if source == "nobody" else "buyer")
    assert (await shop.last(AfterSaleApproved)).return_address_missing is (source == "nobody")


async def test_merchant_agent_and_timer_approve_with_the_default_address(shop: Shop) -> None:
    await shop.delivered()
    body = {"return_address": RETURN_ADDRESS}
    assert (await shop.seller.put("/v1/merchants/m-1/return-address", json=body)).status_code == 200
    case = await shop.case(1)
    approved = await shop.act(shop.seller, case["id"], "approve")
    assert (approved["return_address"], approved["whose_turn"]) == (RETURN_ADDRESS, "buyer")
    other = {**RETURN_ADDRESS, "street": "别处"}
    named = await shop.case(1)
    assert (await shop.act(shop.seller, named["id"], "approve", return_address=other))["return_address"] == other
    late = await shop.case(1)
    shop.clock.advance(hours=48)
    await shop.harness.run_due()
    assert (await shop.get(late["id"]))["return_address"] == RETURN_ADDRESS


async def test_a_rule_looks_at_what_the_buyer_asked_before(shop: Shop) -> None:
    await shop.delivered()
    once = {"id": "first", "when": {"buyer_history": {"days": 30, "most_cases": 0}}, "outcome": "approve"}
    await publish(shop, once)
    assert (await shop.case(1, type_="refund_only"))["state"] == "refunding"
    shop.clock.advance(hours=24)
    assert (await shop.case(1, type_="refund_only"))["state"] == "pending_review"
    shop.clock.advance(hours=31 * 24)
    assert (await shop.case(1, type_="refund_only"))["state"] == "refunding"


async def test_a_rule_looks_at_who_opened_the_case_and_at_categories(shop: Shop) -> None:
    await shop.delivered()
    await shop.harness.runtime.pool.execute("UPDATE order_lines SET category = 'kitchen.kettles'")
    when = {"initiators": ["agent"], "category_prefixes": ["kitchen"], "sku_prefixes": ["KETTLE"]}
    await publish(shop, {"id": "asked_by_agent", "when": when, "outcome": "approve"})
    assert (await shop.case(1, type_="refund_only"))["state"] == "pending_review"
    assert (await shop.case(1, type_="refund_only", client=shop.agent))["state"] == "refunding"


async def test_a_rule_that_decides_at_once_leaves_one_deadline_open(shop: Shop) -> None:
    await shop.delivered()
    await publish(shop, {"id": "all", "when": {}, "outcome": "manual_review"})
    case = await shop.case(1, type_="refund_only")
    deadlines = (await shop.buyer.get(f"/v1/cases/{case['id']}/deadlines")).json()["data"]
    assert [each["turn"] for each in deadlines if each["ended_at"] is None] == ["agent"]
    assert len(deadlines) == 2


async def test_what_rules_cost(shop: Shop) -> None:
    """No statement without rules or where none fires. Each of these cases has no evidence.

    A case that a rule decides about is opened and approved in one request: two commands, and what they have in common once. Where the order
    has another open case, the freight of both is shown anew: what its lines hold, the order, the other case and its lines are four statements.
    """
    await shop.delivered(lines=(KETTLE, CUP))
    async with counting(shop) as seen:

        async def opened(**more: Any) -> int:
            seen.clear()
            await shop.case(1, evidence=[], **more)
            return len(seen)

        assert await opened() == 4
        await publish(shop, APPROVE, {"id": "back", "when": {"types": ["return_refund"]}, "outcome": "approve"})
        returned = await opened()
        refunded = await opened(type_="refund_only")
        await publish(shop, {**APPROVE, "when": {**CHEAP, "buyer_history": {"days": 30, "most_cases": 9}}})
        not_decided = await opened(lines=[{"line_id": "line_2", "quantity": 1}])
    opening, freight = 4, 4
    back = 2  # what is written so far, and whether the goods are with the merchant already
    assert returned == opening + freight + back + 2, "the policy in force, and the approval"
    assert refunded == opening + freight + 3, "the same, and what the order holds, for the refund"
    assert not_decided == opening + freight + 3, "the lock of the buyer's history, the history, and what was opened"
