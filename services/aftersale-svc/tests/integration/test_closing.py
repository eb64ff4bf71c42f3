"""What an agent can do where nothing else helps, and what becomes of the verdict that a closed case was to carry out."""

from aftercare_events import AfterSaleClosed, DisputeExecuted, RefundRequested
from aftersale_shop import PAIR, Shop

WHY = "渠道多次拒绝，已线下与买家结清"


async def declined(shop: Shop, type_: str = "refund_only") -> str:
    """A case whose refund the provider has refused for good."""
    await shop.delivered()
    if type_ == "refund_only":
        case = await shop.case(2, type_=type_)
        await shop.act(shop.seller, case["id"], "approve")
    else:
        case = await shop.arrived(2)
        await shop.inspect(case["id"], 2)
    await shop.refund_fails()
    return str(case["id"])


async def test_a_case_whose_refund_is_declined_for_good_is_closed_by_an_agent(shop: Shop) -> None:
    case_id = await declined(shop)
    allowed = {each["action"]: each for each in (await shop.get(case_id))["allowed_actions"]}
    assert allowed["close"] == {"action": "close", "allowed": True}
    closed = await shop.act(shop.agent, case_id, "close", note=WHY)
    assert (closed["state"], closed["close_cause"], closed["whose_turn"]) == ("closed", "closed_by_agent", "nobody")
    event = await shop.last(AfterSaleClosed)
    assert (event.cause, event.handler) == ("closed_by_agent", "agent-1")
    assert WHY not in event.model_dump_json()
    steps = (await shop.buyer.get(f"/v1/cases/{case_id}/timeline")).json()["data"]
    assert (steps[-1]["action"], steps[-1]["note"], steps[-1]["actor_role"]) == ("close", WHY, "agent")
    await shop.case(3)


async def test_a_return_whose_refund_is_declined_has_the_same_way_out(shop: Shop) -> None:
    case_id = await declined(shop, "return_refund")
    assert (await shop.act(shop.agent, case_id, "close", note=WHY))["close_cause"] == "closed_by_agent"


async def test_an_agent_may_close_what_a_merchant_handed_over(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.case(1)
    refused = await shop.agent.post(f"/v1/cases/{case['id']}/close", json={"note": WHY})
    assert shop.harness.problem(refused, 409, "illegal_transition")["allowed"] == ["cancel", "escalate", "dispute"]
    await shop.act(shop.seller, case["id"], "escalate")
    assert (await shop.act(shop.agent, case["id"], "close", note=WHY))["state"] == "closed"


async def test_an_agent_states_the_reason(shop: Shop) -> None:
    case_id = await declined(shop)
    for body in ({}, {"note": None}, {"note": " "}):
        refused = await shop.agent.post(f"/v1/cases/{case_id}/close", json=body)
        assert shop.harness.problem(refused, 422, "validation_failed")["errors"][0]["pointer"] == "/note"
    assert (await shop.get(case_id))["state"] == "manual_review"


async def test_the_timers_of_the_buyer_are_not_the_agents(shop: Shop) -> None:
    await shop.delivered()
    case = await shop.rejected()
    refused = await shop.agent.post(f"/v1/cases/{case['id']}/close", json={"note": WHY})
    shop.harness.problem(refused, 403, "not_allowed_for_role")


async def test_a_closing_by_an_agent_may_be_disputed_within_the_window(shop: Shop) -> None:
    case_id = await declined(shop)
    await shop.act(shop.agent, case_id, "close", note=WHY)
    shop.clock.advance(hours=7 * 24)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 19133)
    await shop.refund_succeeds()
    done = await shop.get(case_id)
    assert (done["state"], done["refunded"]["amount"], done["close_cause"]) == ("completed", 19133, None)


async def test_past_the_window_it_stays_closed(shop: Shop) -> None:
    case_id = await declined(shop)
    await shop.act(shop.agent, case_id, "close", note=WHY)
    shop.clock.advance(hours=7 * 24 + 1)
    assert await shop.complaint(case_id) is None


async def test_the_buyer_may_complain_about_a_refund_that_failed(shop: Shop) -> None:
    case_id = await declined(shop)
    dispute = await shop.complaint(case_id)
    assert dispute is not None
    assert (await shop.get(case_id))["state"] == "disputed"
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], None, "resume")
    assert (await shop.get(case_id))["state"] == "manual_review"
    await shop.act(shop.agent, case_id, "refund")
    assert (await shop.refund_succeeds()).amount_minor == 19133


async def test_no_agent_gives_up_what_a_verdict_has_ordered(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    await shop.verdict(dispute_id, 7000)
    await shop.refund_fails()
    assert await shop.complaint(case_id, "cmp_2") is None, "its verdict is still to be carried out"
    closing = await shop.agent.post(f"/v1/cases/{case_id}/close", json={"note": WHY})
    shop.harness.problem(closing, 409, "verdict_unpaid")
    shown = (await shop.agent.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
    assert [each["why_not"] for each in shown if each["action"] == "close"] == ["verdict_unpaid"]
    dispute = (await shop.arbitrator.get(f"/v1/disputes/{dispute_id}")).json()
    assert (dispute["state"], dispute["refunded"]) == ("executing", None), "it is not executed before it is paid"
    await shop.act(shop.agent, case_id, "refund")
    await shop.refund_succeeds()
    event = await shop.last(DisputeExecuted)
    assert (event.complaint_id, event.refunded_minor) == ("cmp_1", 7000)


async def test_no_agent_gives_up_what_both_sides_have_agreed_on(shop: Shop) -> None:
    await shop.delivered()
    case_id, dispute_id = await shop.disputed()
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    terms = {"remedy": "refund", "liable": "seller", "amount": {"amount": 5000, "currency": "CNY"}, "text": "?"}
    await shop.rule(dispute_id, "proposals", shop.seller, **terms)
    [proposal] = (await shop.buyer.get(f"/v1/disputes/{dispute_id}")).json()["proposals"]
    await shop.rule(dispute_id, f"proposals/{proposal['id']}/accept", shop.buyer)
    await shop.refund_fails()
    closing = await shop.agent.post(f"/v1/cases/{case_id}/close", json={"note": WHY})
    shop.harness.problem(closing, 409, "verdict_unpaid")


async def test_a_verdict_on_goods_accepted_in_part_is_about_all_of_them(shop: Shop) -> None:
    """The merchant accepted one of two; the refund of that one failed, and the buyer complained."""
    await shop.delivered(lines=(PAIR,), fee=700)
    case = await shop.arrived(2)
    await shop.inspect(case["id"], 1)
    await shop.refund_fails()
    dispute = await shop.complaint(case["id"])
    assert dispute is not None
    await shop.rule(dispute["id"], "answer", shop.seller, text="?")
    await shop.verdict(dispute["id"], 2700)
    await shop.refund_succeeds()
    done = await shop.get(case["id"])
    assert (done["refunded"]["amount"], done["shipping_refund"]["amount"]) == (2700, 700)
    assert done["lines"][0]["accepted"] == 2
    shop.harness.problem(await shop.ask(1), 422, "quantity_exceeds_remaining")
    assert sum(request.amount_minor for request in await shop.published(RefundRequested)) == 1000 + 2700
