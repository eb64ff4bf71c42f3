"""Conversations that agents give to other agents and teams."""

from typing import Any

import httpx
from cs_desk import Desk
from queue_desk import QueueDesk, done
from test_sla import policy

REASON = "需要核对物流赔付"


async def transfer(desk: Desk, conversation: dict[str, Any], **target: str) -> httpx.Response:
    path = f"/v1/conversations/{conversation['id']}/transfer"
    return await desk.agent.post(path, json={"reason": REASON, **target})


async def test_an_agent_gives_a_conversation_to_another_one_who_works(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("agent-2")
    await queues.online("agent-2")
    opened = await prepared.conversation()
    assert done(await transfer(prepared, opened, agent_id="agent-2"))["agent_id"] == "agent-2"
    entry = await queues.entry(opened)
    assert (entry["state"], entry["agent_id"]) == ("taken", "agent-2")
    (event,) = await prepared.events("ConversationTransferred")
    assert (event.from_agent_id, event.agent_id, event.team_id) == (None, "agent-2", None)
    [note] = done(await queues.agent("agent-2").get("/v1/notes?mentioned_id=agent-2"))["data"]
    assert (note["text"], note["conversation_id"]) == (REASON, opened["id"])
    assert REASON.encode() not in b"".join(each.data for each in await prepared.harness.envelopes())


async def test_one_for_an_agent_who_is_away_waits_and_is_offered_to_them_first(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    for name in ("agent-2", "agent-3"):
        await queues.enter(name)
    opened = await prepared.conversation()
    done(await transfer(prepared, opened, agent_id="agent-3"))
    assert (await queues.entry(opened))["state"] == "waiting"
    await queues.online("agent-2", "agent-3")
    await queues.route()
    assert (await queues.entry(opened))["agent_id"] == "agent-3"


async def test_a_team_gets_it_in_its_queue_and_not_who_gave_it_away(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.team("logistics", merchant_id="m-9")
    await queues.enter("agent-1", "general", "logistics")
    await queues.enter("agent-2", "logistics")
    await queues.online("agent-1", "agent-2")
    await policy(prepared, first_answer_minutes=10)
    opened = await prepared.conversation()
    await queues.route()
    entry = await queues.entry(opened)
    assert (await queues.accept("agent-1", entry)).status_code == 200
    given = done(await transfer(prepared, opened, team_id="logistics"))
    assert given["agent_id"] is None
    await queues.route()
    entry = await queues.entry(opened)
    assert (entry["team_id"], entry["state"], entry["agent_id"]) == ("logistics", "offered", "agent-2")
    admin = prepared.harness.client("admin", "admin-1")
    [clock] = done(await admin.get("/v1/sla/breaches?within=60&team_id=logistics"))["data"]
    assert clock["conversation_id"] == opened["id"]


async def test_what_waits_already_has_waited_as_long_for_the_other_team(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.team("logistics", merchant_id="m-9")
    opened = await prepared.conversation()
    prepared.harness.clock.advance(seconds=90)
    before = await queues.entry(opened)
    done(await transfer(prepared, opened, team_id="logistics"))
    after = await queues.entry(opened)
    assert (after["team_id"], after["waiting_since"]) == ("logistics", before["waiting_since"])
    (left,) = await prepared.events("QueuedConversationLeft")
    assert left.cause == "transferred"


async def test_targets_that_do_not_exist_are_refused(prepared: Desk) -> None:
    opened = await prepared.conversation()
    for target, code in (
        ({"agent_id": "agent-9"}, "agent_unknown"),
        ({"team_id": "nowhere"}, "team_unknown"),
        ({}, "validation_failed"),
        ({"agent_id": "agent-9", "team_id": "general"}, "validation_failed"),
    ):
        prepared.harness.problem(await transfer(prepared, opened, **target), 422, code)
