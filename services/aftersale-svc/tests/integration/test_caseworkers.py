"""Work is given to who has least of it, takes its type, and has no part in the case."""

import asyncio
from typing import Any

import httpx
import pytest
from aftercare_events import AfterSaleAdminActionTaken, DisputeAssigned, ReviewAssigned
from aftersale_shop import Shop, done


async def enter(shop: Shop, person_id: str, role: str = "agent", **body: Any) -> dict[str, Any]:
    admin = shop.harness.client("admin", "admin-1")
    return done(await admin.put(f"/v1/caseworkers/{person_id}", json={"role": role, **body}))


async def escalated(shop: Shop, type_: str = "refund_only") -> str:
    case = await shop.case(1, type_=type_, reason="quality_defect")
    return str((await shop.act(shop.seller, case["id"], "escalate", note="?"))["id"])


async def assigned(shop: Shop, case_id: str) -> str:
    return str((await shop.act(shop.agent, case_id, "assign"))["review"]["agent_id"])


async def roster(client: httpx.AsyncClient, role: str = "agent") -> dict[str, int]:
    listed = done(await client.get("/v1/caseworkers", params={"role": role}))["data"]
    return {each["id"]: each["open"] for each in listed}


@pytest.mark.parametrize("person_id", ["a" * 255, "王芳", "agent-2"])
async def test_who_enters_somebody_is_recorded_whatever_the_id_is(shop: Shop, person_id: str) -> None:
    assert (await enter(shop, person_id))["id"] == person_id
    [event] = await shop.published(AfterSaleAdminActionTaken)
    assert (event.operation, event.object_id, event.handler) == ("putCaseworker", person_id, "admin-1")


async def test_a_review_goes_to_the_agent_with_the_fewest(shop: Shop) -> None:
    await shop.delivered()
    for person in ("agent-2", "agent-3"):
        await enter(shop, person)
    ids = [await escalated(shop) for _ in range(3)]
    assert [await assigned(shop, case_id) for case_id in ids] == ["agent-2", "agent-3", "agent-2"]
    assert [event.open_count for event in await shop.published(ReviewAssigned)] == [0, 0, 1]
    assert await roster(shop.agent) == {"agent-2": 2, "agent-3": 1}
    assert await assigned(shop, ids[0]) == "agent-3", "given on, it goes to another one"


async def test_who_is_away_or_has_enough_or_takes_other_types_is_given_nothing(shop: Shop) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    await enter(shop, "agent-2", available=False)
    await enter(shop, "agent-3", types=["exchange"])
    await enter(shop, "agent-4", most_open=1)
    await enter(shop, "buyer-1")
    await enter(shop, "arb-2", "arbitrator")
    assert await assigned(shop, case_id) == "agent-4"
    second = await escalated(shop)
    before = await shop.get(second)
    refused = await shop.agent.post(f"/v1/cases/{second}/assign", json={})
    problem = shop.harness.problem(refused, 409, "no_caseworker_free")
    assert problem["type"] == "refund_only" or "仅退款" in str(problem["detail"])
    assert (await shop.get(second))["version"] == before["version"]
    await enter(shop, "agent-3", types=["refund_only"])
    assert await assigned(shop, second) == "agent-3"


async def test_a_review_goes_to_nobody_who_is_not_on_the_roster(shop: Shop) -> None:
    await shop.delivered()
    case_id = await escalated(shop)
    await shop.act(shop.agent, case_id, "assign", agent_id="agent-9")  # without a roster every agent may be named
    await enter(shop, "agent-2")
    await enter(shop, "arb-2", "arbitrator")
    for wrong in ("no-such-person", "arb-2"):
        refused = await shop.agent.post(f"/v1/cases/{case_id}/assign", json={"agent_id": wrong})
        assert shop.harness.problem(refused, 422, "caseworker_unknown")["errors"][0]["pointer"] == "/agent_id"
    assert (await shop.get(case_id))["review"]["agent_id"] == "agent-9"
    given = await shop.act(shop.agent, case_id, "assign", agent_id="agent-2")
    assert given["review"]["agent_id"] == "agent-2"


async def test_a_dispute_goes_to_nobody_who_is_not_on_the_roster(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    await enter(shop, "arb-2", "arbitrator")
    refused = await shop.agent.post(f"/v1/disputes/{dispute_id}/assign", json={"arbitrator_id": "arb-9"})
    assert shop.harness.problem(refused, 422, "caseworker_unknown")["errors"][0]["pointer"] == "/arbitrator_id"
    assert (await shop.rule(dispute_id, "assign", shop.agent, arbitrator_id="arb-2"))["arbitrator_id"] == "arb-2"


async def test_late_reviews_are_listed_alone(shop: Shop) -> None:
    await shop.delivered()
    late = await escalated(shop)
    shop.clock.advance(hours=73)
    await shop.harness.run_due()
    in_time = await escalated(shop)
    listed = done(await shop.agent.get("/v1/review-queue"))["data"]
    assert {each["id"] for each in listed} == {late, in_time}
    listed = done(await shop.agent.get("/v1/review-queue", params={"late": True}))["data"]
    assert [each["id"] for each in listed] == [late]


async def test_who_has_proposed_the_decision_does_not_get_it_to_confirm(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.delivered()
    limited = shop.harness.runtime.settings.model_copy(update={"second_person_above": {"CNY": 0}})
    monkeypatch.setattr(shop.harness.runtime, "settings", limited)
    case_id = await escalated(shop)
    await enter(shop, "agent-1")
    await shop.act(shop.agent, case_id, "refund", note="?")
    admin = shop.harness.client("admin", "admin-1")
    refused = await admin.post(f"/v1/cases/{case_id}/assign", json={})
    shop.harness.problem(refused, 409, "no_caseworker_free")
    await enter(shop, "agent-2")
    assert await assigned(shop, case_id) == "agent-2"


async def test_two_cases_at_once_go_to_two_agents(shop: Shop) -> None:
    await shop.delivered()
    for person in ("agent-2", "agent-3"):
        await enter(shop, person)
    first, second = await escalated(shop), await escalated(shop)
    assert set(await asyncio.gather(assigned(shop, first), assigned(shop, second))) == {"agent-2", "agent-3"}


async def test_a_dispute_goes_to_the_arbitrator_with_the_fewest(shop: Shop) -> None:
    await shop.delivered()
    _, dispute_id = await shop.disputed()
    for person in ("arb-2", "arb-3"):
        await enter(shop, person, "arbitrator")
    await shop.rule(dispute_id, "answer", shop.seller, text="?")
    given = await shop.rule(dispute_id, "assign", shop.agent)
    assert (given["arbitrator_id"], (await shop.last(DisputeAssigned)).open_count) == ("arb-2", 0)
    assert await roster(shop.agent, "arbitrator") == {"arb-2": 1, "arb-3": 0}
    await enter(shop, "arb-3", "arbitrator", available=False)
    refused = await shop.agent.post(f"/v1/disputes/{dispute_id}/assign", json={})
    shop.harness.problem(refused, 409, "no_caseworker_free")
    other = shop.harness.client("arbitrator", "arb-2")
    await shop.rule(dispute_id, "verdict", other, liable="buyer", remedy="none", grounds="?")
    assert (await roster(shop.agent, "arbitrator"))["arb-2"] == 0, "what is decided is no work"


async def test_an_entry_is_changed_as_it_was_read(shop: Shop) -> None:
    own = {"role": "agent", "types": ["repair"]}
    entered = done(await shop.agent.put("/v1/caseworkers/agent-1", json=own))
    assert (entered["available"], entered["types"], entered["most_open"]) == (True, ["repair"], 20)
    assert (entered["version"], entered["set_by"]) == (1, "agent-1")
    changed = {"json": {**own, "available": False}, "headers": {"If-Match": '"v1"'}}
    assert done(await shop.agent.put("/v1/caseworkers/agent-1", **changed))["version"] == 2
    shop.harness.problem(await shop.agent.put("/v1/caseworkers/agent-1", **changed), 412, "stale_version")
    for wrong in ({"role": "admin"}, {**own, "types": ["gift"]}, {**own, "most_open": 0}, {}):
        refused = await shop.agent.put("/v1/caseworkers/agent-1", json=wrong)
        assert shop.harness.problem(refused, 422, "validation_failed")["errors"]
    assert await roster(shop.arbitrator) == {"agent-1": 0}
