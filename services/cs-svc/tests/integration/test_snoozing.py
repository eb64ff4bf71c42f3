"""Conversations that are put off come back once; what is owed to the buyer stays owed."""

import asyncio
from typing import Any

import httpx
from cs_desk import Desk, made
from queue_desk import QueueDesk, done
from test_sla import breaches, policy

UNTIL = "2026-03-02T11:00:00Z"


async def snooze(desk: Desk, conversation: dict[str, Any], until: str = UNTIL) -> httpx.Response:
    return await desk.harness.client("agent", "agent-1").post(
        f"/v1/conversations/{conversation['id']}/snooze", json={"until": until}
    )


async def shown(desk: Desk, conversation: dict[str, Any]) -> dict[str, Any]:
    return done(await desk.harness.client("admin", "admin-1").get(f"/v1/conversations/{conversation['id']}"))


async def causes(desk: Desk) -> list[str]:
    return [event.cause for event in await desk.events("ConversationWoken")]


async def test_it_comes_back_at_its_time_once(prepared: Desk) -> None:
    opened, other = await prepared.conversation(), await prepared.conversation()
    put_off = done(await snooze(prepared, opened))
    assert (put_off["snoozed_until"], put_off["agent_id"]) == (UNTIL, "agent-1")
    assert [each["id"] for each in done(await prepared.agent.get("/v1/conversations?snoozed=true"))["data"]] == [
        opened["id"]
    ]
    assert [each["id"] for each in done(await prepared.agent.get("/v1/conversations?snoozed=false"))["data"]] == [
        other["id"]
    ]
    prepared.harness.clock.advance(hours=1.9)
    await prepared.harness.run_due()
    assert await causes(prepared) == []
    prepared.harness.clock.advance(hours=0.2)
    await asyncio.gather(*(prepared.harness.run_due() for _ in range(4)))
    assert await causes(prepared) == ["time"]
    assert (await shown(prepared, opened))["snoozed_until"] is None


async def test_a_buyer_who_writes_brings_it_back_once(prepared: Desk) -> None:
    opened = await prepared.conversation()
    done(await snooze(prepared, opened))
    path = f"/v1/conversations/{opened['id']}/messages"
    made(await prepared.seller.post(path, json={"text": "?"}))
    assert (await shown(prepared, opened))["snoozed_until"] == UNTIL
    prepared.harness.clock.advance(hours=2)
    buyers = [prepared.harness.client("buyer", "buyer-1").post(path, json={"text": str(n)}) for n in range(5)]
    await asyncio.gather(prepared.harness.run_due(), *buyers)
    await prepared.harness.run_due()
    assert len(await causes(prepared)) == 1
    assert (await shown(prepared, opened))["message_count"] == 7


async def test_an_agent_takes_it_back_and_closing_ends_it(prepared: Desk) -> None:
    first, second = await prepared.conversation(), await prepared.conversation()
    for each in (first, second):
        done(await snooze(prepared, each))
    path = f"/v1/conversations/{first['id']}"
    assert done(await prepared.agent.post(f"{path}/wake"))["snoozed_until"] is None
    prepared.harness.problem(await prepared.agent.post(f"{path}/wake"), 409, "not_snoozed")
    closed = done(await prepared.buyer.post(f"/v1/conversations/{second['id']}/close"))
    assert (closed["state"], closed["snoozed_until"]) == ("closed", None)
    prepared.harness.problem(await snooze(prepared, second), 409, "illegal_transition")
    assert await causes(prepared) == ["set", "closed"]


async def test_buyers_do_not_see_that_it_is_put_off(prepared: Desk) -> None:
    opened = await prepared.conversation()
    done(await snooze(prepared, opened))
    for client in (prepared.buyer, prepared.seller):
        assert done(await client.get(f"/v1/conversations/{opened['id']}"))["snoozed_until"] is None
        assert len(done(await client.get("/v1/conversations?snoozed=false"))["data"]) == 1


async def test_times_that_make_no_sense_are_refused(prepared: Desk) -> None:
    opened = await prepared.conversation()
    for until, code in (
        ("2026-03-02T09:00:00Z", "snooze_in_the_past"),
        ("2027-04-02T09:00:00Z", "snooze_too_long"),
        ("2026-03-02T11:00:00", "validation_failed"),
    ):
        prepared.harness.problem(await snooze(prepared, opened, until), 422, code)


async def test_an_answer_that_is_owed_stays_owed(prepared: Desk) -> None:
    await policy(prepared, first_answer_minutes=90)
    opened = await prepared.conversation()
    done(await snooze(prepared, opened))
    assert (await shown(prepared, opened))["answer_due_at"] == opened["answer_due_at"]
    prepared.harness.clock.advance(hours=5)
    await prepared.harness.run_due()
    assert len(await prepared.events("ConversationOverdue")) == 1
    assert [event.kind for event in await prepared.events("SlaBreached")] == ["first_answer"]


async def test_clocks_stand_still_where_the_policy_wants_it(prepared: Desk) -> None:
    await policy(prepared, first_answer_minutes=90, resolution_minutes=300, pause_when_snoozed=True)
    opened = await prepared.conversation()
    prepared.harness.clock.advance(hours=1)
    done(await snooze(prepared, opened))
    assert await breaches(prepared) == []
    prepared.harness.clock.advance(hours=1)
    await prepared.harness.run_due()
    assert await causes(prepared) == ["time"]
    assert await breaches(prepared) == [
        ("first_answer", "running", "2026-03-02T11:30:00Z"),
        ("resolution", "running", "2026-03-02T15:00:00Z"),
    ]


async def test_the_resolution_waits_for_the_buyer_also_after_it_came_back(prepared: Desk) -> None:
    await policy(prepared, resolution_minutes=300, pause_when_snoozed=True)
    opened = await prepared.conversation()
    made(await prepared.agent.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "?"}))
    done(await snooze(prepared, opened))
    prepared.harness.clock.advance(hours=3)
    await prepared.harness.run_due()
    assert await causes(prepared) == ["time"]
    assert await breaches(prepared) == []


async def test_it_leaves_the_queue_and_comes_back_to_one_where_its_agent_is_away(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("agent-1")
    opened = await prepared.conversation()
    done(await snooze(prepared, opened))
    assert (await queues.entry(opened))["state"] == "taken"
    prepared.harness.clock.advance(hours=2)
    await prepared.harness.run_due()
    desk = QueueDesk(Desk(prepared.harness))
    assert (await desk.entry(opened))["state"] == "waiting"


async def test_an_agent_has_room_while_a_conversation_is_put_off(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("agent-1", capacity=10)
    await queues.online("agent-1")
    opened = await prepared.conversation()
    await queues.route()
    assert (await queues.accept("agent-1", await queues.entry(opened))).status_code == 200
    second = await prepared.conversation()
    await queues.route()
    assert (await queues.entry(second))["state"] == "waiting"
    done(await snooze(prepared, opened))
    await queues.route()
    assert (await queues.entry(second))["state"] == "offered"


async def test_a_closed_conversation_is_reopened_without_a_message(prepared: Desk) -> None:
    await policy(prepared, resolution_minutes=60)
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    done(await prepared.agent.post(f"{path}/close"))
    reopened = done(await prepared.agent.post(f"{path}/reopen"))
    assert (reopened["state"], reopened["whose_turn"], reopened["closed_at"]) == ("open", "buyer", None)
    assert (reopened["answer_due_at"], reopened["message_count"]) == (None, 1)
    prepared.harness.problem(await prepared.agent.post(f"{path}/reopen"), 409, "illegal_transition")
    prepared.harness.problem(await prepared.buyer.post(f"{path}/reopen"), 403, "forbidden")
    assert await breaches(prepared) == []
    made(await prepared.buyer.post(f"{path}/messages", json={"text": "?"}))
    assert await breaches(prepared) == [("resolution", "running", "2026-03-02T10:00:00Z")]
