"""Teams and agents: who sets them, who sees them, and what is refused."""

from typing import Any

import pytest
from cs_desk import Desk
from queue_desk import QueueDesk, done


@pytest.fixture
async def queues(desk: Desk) -> QueueDesk:
    """Two teams, of which agent-1 leads the first."""
    found = QueueDesk(desk)
    await found.team("first")
    await found.team("second")
    await found.enter("agent-1", "first", leads=["first"])
    return found


async def test_a_lead_enters_agents_of_their_team_only(queues: QueueDesk) -> None:
    body: dict[str, Any] = {"teams": ["first"], "capacity": 30}
    assert done(await queues.desk.agent.put("/v1/agents/agent-5", json=body))["capacity"] == 30
    for wrong in ({"teams": ["first", "second"]}, {"teams": ["first"], "leads": ["first"]}):
        refused = await queues.desk.agent.put("/v1/agents/agent-5", json=wrong)
        queues.harness.problem(refused, 403, "team_lead_only")
    refused = await queues.agent("agent-5").put("/v1/agents/agent-5", json=body)
    queues.harness.problem(refused, 403, "team_lead_only")


async def test_an_agent_sees_themselves_and_a_lead_the_team(queues: QueueDesk) -> None:
    await queues.enter("agent-5", "first")
    await queues.enter("agent-6", "second")
    own = done(await queues.agent("agent-5").get("/v1/agents"))["data"]
    assert [each["id"] for each in own] == ["agent-5"]
    team = done(await queues.desk.agent.get("/v1/agents?team_id=first"))["data"]
    assert {each["id"] for each in team} == {"agent-1", "agent-5"}
    queues.harness.problem(await queues.desk.agent.get("/v1/agents?team_id=second"), 403, "team_lead_only")
    queues.harness.problem(await queues.desk.agent.get("/v1/agents/agent-6"), 404, "not_found")
    queues.harness.problem(await queues.agent("agent-5").get("/v1/agents/agent-1"), 404, "not_found")
    assert done(await queues.desk.agent.get("/v1/agents/agent-5"))["id"] == "agent-5"


async def test_presence_is_set_by_the_agent_or_the_lead(queues: QueueDesk) -> None:
    await queues.enter("agent-5", "first")
    await queues.enter("agent-6", "second")
    await queues.online("agent-5", "agent-6")
    path = "/v1/agents/{}/go-offline"
    assert done(await queues.desk.agent.post(path.format("agent-5")))["state"] == "offline"
    queues.harness.problem(await queues.desk.agent.post(path.format("agent-6")), 404, "not_found")
    queues.harness.problem(await queues.desk.agent.post(path.format("agent-5")), 409, "illegal_transition")


async def test_the_same_presence_again_is_no_event(queues: QueueDesk) -> None:
    for _ in range(3):
        queues.harness.clock.advance(seconds=30)
        await queues.online("agent-1")
    assert len(await queues.desk.events("AgentPresenceChanged")) == 1
    assert done(await queues.desk.agent.get("/v1/agents/agent-1"))["seen_until"] == "2026-03-02T09:03:30Z"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"teams": ["third"]}, 422, "team_unknown"),
        ({"time_zone": "Asia/Nowhere"}, 422, "time_zone_unknown"),
        (
            {
                "shifts": [
                    {"weekday": 6, "opens": "22:00", "closes": "06:00"},
                    {"weekday": 0, "opens": "05:00", "closes": "09:00"},
                ]
            },
            422,
            "shifts_overlap",
        ),
        ({"shifts": [{"weekday": 7, "opens": "09:00", "closes": "10:00"}]}, 422, "validation_failed"),
        ({"shifts": [{"weekday": 0, "opens": "9:00", "closes": "25:00"}]}, 422, "validation_failed"),
        ({"skills": [{"kind": "language", "code": "zh", "level": 6}]}, 422, "validation_failed"),
        (
            {"time_off": [{"begins_at": "2026-03-03T09:00:00Z", "ends_at": "2026-03-03T09:00:00Z"}]},
            422,
            "validation_failed",
        ),
        ({"capacity": 0}, 422, "validation_failed"),
    ],
)
async def test_what_makes_no_sense_is_refused(queues: QueueDesk, fields: Any, status: int, code: str) -> None:
    refused = await queues.desk.admin.put("/v1/agents/agent-7", json={"teams": ["first"], **fields})
    queues.harness.problem(refused, status, code)
    queues.harness.problem(await queues.desk.admin.get("/v1/agents/agent-7"), 404, "not_found")


async def test_teams_do_not_overflow_in_a_circle(queues: QueueDesk) -> None:
    await queues.team("second", overflow_team_id="first")
    for team, overflow in (("first", "second"), ("first", "first")):
        body = {"name": team, "overflow_team_id": overflow}
        refused = await queues.desk.admin.put(f"/v1/teams/{team}", json=body)
        queues.harness.problem(refused, 422, "team_overflows_to_itself")
    refused = await queues.desk.admin.put("/v1/teams/first", json={"name": "x", "overflow_team_id": "nowhere"})
    queues.harness.problem(refused, 422, "team_unknown")


async def test_an_agent_outside_their_shift_is_not_ready(queues: QueueDesk) -> None:
    # 2026-03-02 is a Monday; the clock is at 17:00 in Shanghai.
    split = [
        {"weekday": 0, "opens": "09:00", "closes": "12:00"},
        {"weekday": 0, "opens": "13:30", "closes": "18:00"},
    ]
    await queues.enter("agent-5", "first", shifts=split)
    await queues.online("agent-5")
    assert done(await queues.desk.admin.get("/v1/agents/agent-5"))["is_ready"]
    queues.harness.clock.advance(seconds=61 * 60)
    await queues.online("agent-5")
    assert not done(await queues.desk.admin.get("/v1/agents/agent-5"))["is_ready"]
