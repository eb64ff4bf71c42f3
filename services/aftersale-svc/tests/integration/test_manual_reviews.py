"""The queue of the agents: who has a case decides, and nobody keeps it for ever."""

from typing import Any

from aftercare_events import ReviewAssigned, ReviewReleased
from aftersale_shop import Shop


async def escalated(shop: Shop) -> str:
    case = await shop.case(1)
    return str((await shop.act(shop.seller, case["id"], "escalate", note="?"))["id"])


async def queue(client: Any, **filters: Any) -> list[str]:
    response = await client.get("/v1/review-queue", params=filters)
    assert response.status_code == 200, response.text
    return [each["id"] for each in response.json()["data"]]


async def lists(client: Any) -> dict[str, int]:
    data = (await client.get("/v1/work-lists")).json()["data"]
    return {each["code"]: each["count"] for each in data}


async def test_who_takes_a_case_decides_about_it(shop: Shop) -> None:
    await shop.delivered()
    first, second = await escalated(shop), await escalated(shop)
    other = shop.harness.client("agent", "agent-2")
    assert await queue(shop.agent) == [first, second]
    before = await shop.get(first)
    taken = await shop.act(shop.agent, first, "take")
    assert (taken["review"]["agent_id"], taken["deadline_at"]) == ("agent-1", before["deadline_at"])
    assert (await shop.last(ReviewAssigned)).agent_id == "agent-1"
    assert (await queue(other, unassigned=True), await queue(other, agent_id="agent-1")) == ([second], [first])
    counted = await lists(shop.agent)
    assert (counted["unassigned_reviews"], counted["my_reviews"], (await lists(other))["my_reviews"]) == (1, 1, 0)
    shown = (await other.get(f"/v1/cases/{first}")).json()
    [reject] = [each for each in shown["allowed_actions"] if each["action"] == "reject"]
    assert reject["why_not"] == "assigned_to_another"
    for action, body, code in (
        ("reject", {"reason": "no_defect_found"}, "assigned_to_another"),
        ("approve", {}, "assigned_to_another"),
        ("take", {}, "already_assigned"),
        ("release", {}, "not_assigned_to_you"),
    ):
        refused = await other.post(f"/v1/cases/{first}/{action}", json=body)
        problem = shop.harness.problem(refused, 409, code)
        assert problem.get("agent_id", "agent-1") == "agent-1"
    assert (await shop.get(first))["version"] == taken["version"]
    assert (
        "review" not in (await shop.buyer.get(f"/v1/cases/{first}")).json()
        or not (await shop.buyer.get(f"/v1/cases/{first}")).json()["review"]
    ), "who reviews is for the platform to see"
    rejected = await shop.act(shop.agent, first, "reject", reason="no_defect_found")
    assert (rejected["state"], rejected.get("review")) == ("rejected", None)


async def test_a_merchant_s_person_reviews_no_case_of_the_merchant(shop: Shop) -> None:
    """As an agent neither, where the token names the merchant beside the role."""
    await shop.delivered()
    case_id = await escalated(shop)
    employee = shop.harness.client("agent", "staff-7", "m-1")
    for action in ("take", "approve"):
        shop.harness.problem(await employee.post(f"/v1/cases/{case_id}/{action}"), 409, "party_cannot_decide")
    await shop.act(shop.harness.client("agent", "staff-7", "m-2"), case_id, "take")


async def test_a_case_goes_back_into_the_queue(shop: Shop) -> None:
    """Released, given to another agent, and after the time in which its agent has not decided."""
    await shop.delivered()
    case_id = await escalated(shop)
    other = shop.harness.client("agent", "agent-2")
    await shop.act(shop.agent, case_id, "take")
    await shop.act(shop.agent, case_id, "release", note="?")
    assert (await shop.last(ReviewReleased)).cause == "released"
    admin = shop.harness.client("admin", "admin-1")
    for body in ({"agent_id": "buyer-1"}, {"agent_id": "m-1"}):
        refused = await admin.post(f"/v1/cases/{case_id}/assign", json=body)
        assert shop.harness.problem(refused, 409, "party_cannot_decide")
    await shop.act(admin, case_id, "assign", agent_id="agent-1")
    await shop.act(other, case_id, "assign", agent_id="agent-2")
    assert (await shop.get(case_id))["review"]["agent_id"] == "agent-2"
    shop.clock.advance(hours=3)
    await shop.act(other, case_id, "take")  # for the whole time again
    shop.clock.advance(hours=3)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["review"]["agent_id"] == "agent-2"
    shop.clock.advance(hours=1)
    await shop.harness.run_due()
    await shop.harness.run_due()
    assert not (await shop.get(case_id)).get("review")
    released = [(event.agent_id, event.cause) for event in await shop.published(ReviewReleased)]
    assert released == [("agent-1", "released"), ("agent-2", "lapsed")]
    deadlines = (await shop.agent.get(f"/v1/cases/{case_id}/deadlines")).json()["data"]
    assert len([each for each in deadlines if each["document_state"] == "manual_review"]) == 1, "one stay, one deadline"


async def test_the_agent_who_is_late_does_not_keep_the_case(shop: Shop) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    shop.clock.advance(hours=22)
    await shop.act(shop.agent, case_id, "take")
    shop.clock.advance(hours=2)
    await shop.harness.run_due()
    found = await shop.get(case_id)
    assert (found["state"], found.get("review")) == ("manual_review", None)


async def test_an_agent_who_is_a_party_decides_nothing(shop: Shop) -> None:
    await shop.delivered()
    opened = await shop.case(1)
    case_id = str((await shop.act(shop.seller, opened["id"], "escalate"))["id"])
    for person in ("buyer-1", "seller-1"):
        me = shop.harness.client("agent", person)
        shown = (await me.get(f"/v1/cases/{case_id}")).json()["allowed_actions"]
        assert not [each for each in shown if each["allowed"]]
        assert "party_cannot_decide" in {each["why_not"] for each in shown if each["action"] == "approve"}
        for action, body in (
            ("take", {}),
            ("approve", {}),
            ("reject", {"reason": "no_defect_found", "note": "?"}),
            ("refund", {"note": "?"}),
            ("close", {"note": "?"}),
            ("offer", {"type": "refund_only"}),
            ("dispute", {"category": "unfair_rejection", "text": "?"}),
        ):
            refused = await me.post(f"/v1/cases/{case_id}/{action}", json=body)
            shop.harness.problem(refused, 409, "party_cannot_decide")
        bulk = await me.post("/v1/case-batches/approve", json={"case_ids": [case_id]})
        assert "party_cannot_decide" in bulk.text, bulk.text
    await shop.act(shop.agent, case_id, "close", note="?")


async def test_the_buyer_withdraws_a_request_that_an_agent_has(shop: Shop) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    await shop.act(shop.agent, case_id, "take")
    assert (await shop.act(shop.buyer, case_id, "cancel"))["state"] == "cancelled"
    assert await queue(shop.agent) == []


async def test_the_buyer_withdraws_no_request_whose_goods_are_on_their_way(shop: Shop) -> None:
    await shop.delivered()
    case_id = (await shop.case(1))["id"]
    await shop.approve(case_id)
    await shop.act(shop.buyer, case_id, "ship", carrier="sf", waybill_no="SF1001")
    shop.clock.advance(hours=15 * 24 + 1)
    await shop.harness.run_due()
    assert (await shop.get(case_id))["state"] == "manual_review"
    refused = await shop.buyer.post(f"/v1/cases/{case_id}/cancel", json={})
    shop.harness.problem(refused, 409, "return_already_shipped")
    assert (await shop.act(shop.agent, case_id, "cancel", note="买家同意"))["state"] == "cancelled"
