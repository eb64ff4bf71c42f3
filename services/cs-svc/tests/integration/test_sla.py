"""SLA clocks of conversations: they start, stand still, warn, breach and end."""

from typing import Any

import pytest
from cs_desk import Desk, made
from queue_desk import QueueDesk, done

WEEK = [{"weekday": day, "opens": "17:00", "closes": "19:00"} for day in range(7)]


async def policy(desk: Desk, name: str = "all", **fields: Any) -> dict[str, Any]:
    return done(await desk.admin.put(f"/v1/sla/policies/{name}", json=fields))


async def breaches(desk: Desk, within: int = 10_080) -> list[tuple[str, str, str]]:
    """What is late or will be: kind, state and end."""
    client = desk.harness.client("admin", "admin-1")
    found = done(await client.get(f"/v1/sla/breaches?within={within}"))["data"]
    return [(each["kind"], each["state"], each["due_at"]) for each in found]


async def written(desk: Desk, who: str, conversation: dict[str, Any]) -> None:
    people = {"agent": ("agent", "agent-1"), "buyer": ("buyer", "buyer-1")}
    client = desk.harness.client(*people[who])
    made(await client.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": "?"}))


async def test_without_a_policy_no_clock_runs(prepared: Desk) -> None:
    await prepared.conversation()
    assert await breaches(prepared) == []
    assert await prepared.events("SlaClockStarted") == []


async def test_a_conversation_has_the_clocks_of_its_policy(prepared: Desk) -> None:
    await policy(prepared, first_answer_minutes=10, next_answer_minutes=20, resolution_minutes=60)
    opened = await prepared.conversation()
    assert await breaches(prepared) == [
        ("first_answer", "running", "2026-03-02T09:10:00Z"),
        ("resolution", "running", "2026-03-02T10:00:00Z"),
    ]
    assert await breaches(prepared, within=10) == [("first_answer", "running", "2026-03-02T09:10:00Z")]
    prepared.harness.clock.advance(seconds=300)
    await written(prepared, "agent", opened)
    assert await breaches(prepared) == []
    (met,) = await prepared.events("SlaClockEnded")
    assert (met.kind, met.outcome, met.used_seconds) == ("first_answer", "met", 300)
    # The buyer has to write: only five minutes of the resolution have passed when it goes on.
    prepared.harness.clock.advance(hours=5)
    await written(prepared, "buyer", opened)
    assert await breaches(prepared) == [
        ("next_answer", "running", "2026-03-02T14:25:00Z"),
        ("resolution", "running", "2026-03-02T15:00:00Z"),
    ]
    await prepared.harness.client("buyer", "buyer-1").post(f"/v1/conversations/{opened['id']}/close")
    ends = [(each.kind, each.outcome) for each in await prepared.events("SlaClockEnded")]
    assert sorted(ends[1:]) == [("next_answer", "dropped"), ("resolution", "met")]
    assert await breaches(prepared) == []


async def test_people_are_called_before_it_is_late_and_the_breach_is_recorded(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await policy(prepared, team_id="general", first_answer_minutes=10)
    opened = await prepared.conversation()
    for seconds in (299, 2, 150, 150):
        prepared.harness.clock.advance(seconds=seconds)
        await prepared.harness.run_due()
    steps = [(each.percent, each.action) for each in await prepared.events("SlaEscalated")]
    assert steps == [(50, "notify"), (75, "raise_priority"), (100, "supervisor")]
    (raised,) = await prepared.events("ConversationPrioritised")
    assert (raised.priority, (await queues.entry(opened))["priority"]) == (2, "high")
    (breach,) = await prepared.events("SlaBreached")
    assert (breach.kind, breach.team_id, breach.conversation_id) == ("first_answer", "general", opened["id"])
    assert await breaches(prepared, within=0) == [("first_answer", "breached", "2026-03-02T09:10:00Z")]
    await written(prepared, "agent", opened)
    (ended,) = await prepared.events("SlaClockEnded")
    assert (ended.outcome, ended.used_seconds) == ("late", 601)


async def test_a_clock_runs_in_working_time_and_moves_with_its_calendar(prepared: Desk) -> None:
    # It is 17:00 in Shanghai.
    done(await prepared.admin.put("/v1/sla/calendars/evening", json={"windows": WEEK}))
    await policy(prepared, calendar_id="evening", first_answer_minutes=180)
    await prepared.conversation()
    assert await breaches(prepared) == [("first_answer", "running", "2026-03-03T10:00:00Z")]
    changed = {"windows": WEEK, "holidays": ["2026-03-03"]}
    assert done(await prepared.admin.put("/v1/sla/calendars/evening", json=changed))["holidays"] == ["2026-03-03"]
    await prepared.harness.run_workers("sla-calendars")
    assert await breaches(prepared) == [("first_answer", "running", "2026-03-04T10:00:00Z")]
    (moved,) = await prepared.events("SlaClockMoved")
    assert moved.calendar_version == 2


async def test_the_default_answer_time_goes_on(prepared: Desk) -> None:
    await policy(prepared, first_answer_minutes=10)
    await prepared.conversation()
    prepared.harness.clock.advance(hours=5)
    await prepared.harness.run_due()
    assert len(await prepared.events("ConversationOverdue")) == 1
    assert len(await prepared.events("SlaBreached")) == 1


async def test_agents_see_what_is_late_of_their_own_and_of_teams_that_they_lead(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team("m-1", merchant_id="m-1")
    await queues.team("general")
    await queues.enter("lead-1", "m-1", leads=["m-1"])
    await queues.enter("agent-2", "m-1")
    await policy(prepared, first_answer_minutes=10)
    first, second = (
        await prepared.conversation(),
        made(await prepared.buyer.post("/v1/conversations", json={"text": "?"})),
    )
    done(
        await queues.agent("agent-2").post(
            f"/v1/conversations/{second['id']}/snooze", json={"until": "2026-03-03T09:00:00Z"}
        )
    )

    async def seen(name: str, query: str = "") -> list[str]:
        found = done(await queues.agent(name).get(f"/v1/sla/breaches?within=600{query}"))["data"]
        return [each["conversation_id"] for each in found]

    assert await seen("lead-1") == [first["id"]]
    assert await seen("agent-2") == [second["id"]]
    assert await seen("agent-3") == []
    assert await seen("lead-1", "&team_id=m-1") == [first["id"]]
    for name, team in (("lead-1", "general"), ("agent-2", "m-1")):
        refused = await queues.agent(name).get(f"/v1/sla/breaches?team_id={team}")
        prepared.harness.problem(refused, 403, "team_lead_only")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("policies/all", {}, "validation_failed"),
        ("policies/all", {"first_answer_minutes": 0}, "validation_failed"),
        ("policies/all", {"first_answer_minutes": 5, "team_id": "nowhere"}, "team_unknown"),
        ("policies/all", {"first_answer_minutes": 5, "calendar_id": "nowhere"}, "sla_calendar_unknown"),
        ("calendars/office", {"windows": []}, "validation_failed"),
        ("calendars/office", {"windows": WEEK[:1]}, "sla_hours_too_few"),
        ("calendars/office", {"windows": [*WEEK, *WEEK]}, "sla_hours_overlap"),
        ("calendars/office", {"windows": WEEK, "time_zone": "Asia/Nowhere"}, "time_zone_unknown"),
        (
            "calendars/office",
            {"windows": WEEK, "holidays": ["2026-01-01"], "make_up_days": ["2026-01-01"]},
            "validation_failed",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(desk: Desk, path: str, body: Any, code: str) -> None:
    desk.harness.problem(await desk.admin.put(f"/v1/sla/{path}", json=body), 422, code)
    desk.harness.problem(await desk.admin.get(f"/v1/sla/{path}"), 404, "not_found")
