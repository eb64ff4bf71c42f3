"""Conversations wait in queues and are offered to agents."""

import asyncio
from collections import Counter

import pytest
from aftercare_events import OrderCreated
from cs_desk import Desk, complaint_body, made
from cs_svc.workers.routing import QUEUES
from queue_desk import QueueDesk, done


@pytest.fixture
async def queues(prepared: Desk) -> QueueDesk:
    """A team with two agents who are online."""
    found = QueueDesk(prepared)
    await found.team(offer_seconds=20)
    for name in ("agent-1", "agent-2"):
        await found.enter(name)
    await found.online("agent-1", "agent-2")
    return found


async def test_without_teams_nothing_waits(prepared: Desk) -> None:
    await prepared.conversation()
    assert await QueueDesk(prepared).entries() == []
    assert await prepared.events("ConversationQueued") == []


async def test_a_conversation_is_offered_and_taken(queues: QueueDesk) -> None:
    opened = await queues.desk.conversation()
    waiting = await queues.entry(opened)
    assert (waiting["state"], waiting["team_id"], waiting["reason"]) == ("waiting", "general", "quality_defect")
    assert waiting["skills"] == ["language:zh", "reason:quality_defect"]
    await queues.route()
    offered = await queues.entry(opened)
    assert (offered["state"], offered["offers"]) == ("offered", 1)
    assert offered["offer_ends_at"] == "2026-03-02T09:00:20Z"
    queues.harness.clock.advance(seconds=5)
    taken = done(await queues.accept(offered["agent_id"], offered))
    assert (taken["state"], taken["agent_id"]) == ("taken", offered["agent_id"])
    shown = done(await queues.desk.admin.get(f"/v1/conversations/{opened['id']}"))
    assert shown["agent_id"] == offered["agent_id"]
    (event,) = await queues.desk.events("QueuedConversationTaken")
    assert (event.agent_id, event.waited_seconds) == (offered["agent_id"], 5)
    assert len(await queues.desk.events("ConversationAssigned")) == 1


async def test_what_is_offered_to_one_is_not_taken_by_another(queues: QueueDesk) -> None:
    opened = await queues.desk.conversation()
    await queues.route()
    offered = await queues.entry(opened)
    (other,) = {"agent-1", "agent-2"} - {offered["agent_id"]}
    queues.harness.problem(await queues.accept(other, offered), 409, "offered_to_another_agent")


@pytest.mark.parametrize("how", ["declines", "does not answer", "goes offline"])
async def test_an_offer_that_is_not_taken_goes_to_the_other_agent(queues: QueueDesk, how: str) -> None:
    opened = await queues.desk.conversation()
    await queues.route()
    first = await queues.entry(opened)
    name, path = first["agent_id"], f"/v1/queue-entries/{first['id']}"
    if how == "declines":
        done(await queues.agent(name).post(f"{path}/decline"))
    elif how == "goes offline":
        done(await queues.agent(name).post(f"/v1/agents/{name}/go-offline"))
    else:
        queues.harness.clock.advance(seconds=21)
        await queues.harness.run_due()
    assert (await queues.entry(opened))["state"] == "waiting"
    await queues.route()
    second = await queues.entry(opened)
    assert second["agent_id"] not in (None, name)
    assert second["waiting_since"] == first["waiting_since"]
    (event,) = await queues.desk.events("ConversationOfferEnded")
    causes = {"declines": "declined", "does not answer": "lapsed", "goes offline": "went_offline"}
    assert (event.agent_id, event.cause) == (name, causes[how])


async def test_an_agent_who_sends_nothing_is_offline(queues: QueueDesk) -> None:
    queues.harness.clock.advance(seconds=100)
    await queues.online("agent-1")
    queues.harness.clock.advance(seconds=60)
    await queues.harness.run_due()
    shown = done(await queues.desk.admin.get("/v1/agents"))["data"]
    assert {each["id"]: each["state"] for each in shown} == {"agent-1": "online", "agent-2": "offline"}
    (event,) = [each for each in await queues.desk.events("AgentPresenceChanged") if each.cause == "expired"]
    assert (event.agent_id, event.presence) == ("agent-2", "offline")


async def test_an_agent_gets_no_more_than_they_have_room_for(queues: QueueDesk) -> None:
    for name in ("agent-1", "agent-2"):
        await queues.enter(name, capacity=20)
    opened = [await queues.desk.conversation() for _ in range(5)]
    await queues.route()
    await queues.route()
    offered = Counter(each["agent_id"] for each in await queues.entries() if each["state"] == "offered")
    assert offered == {"agent-1": 2, "agent-2": 2}
    first = await queues.entry(opened[0])
    done(await queues.accept(first["agent_id"], first))
    await queues.desk.agent.post(f"/v1/conversations/{opened[0]['id']}/close")
    await queues.route()
    assert [each["state"] for each in await queues.entries()].count("offered") == 4


async def test_a_conversation_that_waits_too_long_goes_to_the_next_team(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.team("experts", reasons=["quality_defect"], overflow_team_id="general", overflow_seconds=60)
    await queues.enter("agent-1")
    await queues.online("agent-1")
    opened = await queues.desk.conversation()
    await queues.route()
    waiting = await queues.entry(opened)
    assert (waiting["state"], waiting["team_id"]) == ("waiting", "experts")
    queues.harness.clock.advance(seconds=61)
    await queues.harness.run_due()
    await queues.route()
    moved = await queues.entry(opened)
    assert (moved["team_id"], moved["agent_id"]) == ("general", "agent-1")
    assert moved["waiting_since"] == waiting["waiting_since"]
    (event,) = await prepared.events("ConversationOverflowed")
    assert (event.from_team_id, event.team_id) == ("experts", "general")


async def test_who_closes_or_answers_ends_the_wait(queues: QueueDesk) -> None:
    closed, answered, written = [await queues.desk.conversation() for _ in range(3)]
    done(await queues.desk.buyer.post(f"/v1/conversations/{closed['id']}/close"))
    made(await queues.desk.seller.post(f"/v1/conversations/{answered['id']}/messages", json={"text": "已安排"}))
    made(await queues.desk.agent.post(f"/v1/conversations/{written['id']}/messages", json={"text": "您好"}))
    ends = [
        ((await queues.entry(each))["state"], (await queues.entry(each))["agent_id"])
        for each in (closed, answered, written)
    ]
    assert ends == [("left", None), ("left", None), ("taken", "agent-1")]
    assert [each.cause for each in await queues.desk.events("QueuedConversationLeft")] == ["closed", "answered"]


async def test_a_reopened_conversation_is_urgent_and_goes_to_its_last_agent(queues: QueueDesk) -> None:
    opened = await queues.desk.conversation()
    path = f"/v1/conversations/{opened['id']}"
    done(await queues.desk.agent.post(f"{path}/assign"))
    done(await queues.desk.agent.post(f"{path}/close"))
    done(await queues.agent("agent-1").post("/v1/agents/agent-1/go-away"))
    made(await queues.desk.buyer.post(f"{path}/messages", json={"text": "还没解决"}))
    await queues.online("agent-1")
    await queues.route()
    again = await queues.entry(opened)
    assert (again["priority"], again["is_hard"], again["last_agent_id"]) == ("high", True, "agent-1")
    assert again["agent_id"] == "agent-1"


async def test_a_message_to_an_agent_who_works_does_not_wait(queues: QueueDesk) -> None:
    opened = await queues.desk.conversation()
    path = f"/v1/conversations/{opened['id']}"
    done(await queues.desk.agent.post(f"{path}/assign"))
    made(await queues.desk.buyer.post(f"{path}/messages", json={"text": "在吗?"}))
    assert [each["state"] for each in await queues.entries()] == ["taken"]


async def test_many_workers_and_agents_at_once_assign_once(queues: QueueDesk) -> None:
    opened = [await queues.desk.conversation() for _ in range(6)]
    for name in ("agent-1", "agent-2"):
        await queues.enter(name, capacity=30)
    await asyncio.gather(*(QUEUES.step(queues.harness.runtime) for _ in range(4)))
    entries = await queues.entries()
    assert Counter(each["agent_id"] for each in entries) == {"agent-1": 3, "agent-2": 3}
    assert {each["offers"] for each in entries} == {1}
    calls = [queues.accept(name, each) for each in entries for name in ("agent-1", "agent-2")]
    answers = Counter(each.status_code for each in await asyncio.gather(*calls))
    assert answers == {200: 6, 409: 6}
    assert len(await queues.desk.events("ConversationAssigned")) == len(opened)


async def test_going_offline_and_accepting_at_once_loses_nothing(queues: QueueDesk) -> None:
    for _ in range(4):
        await queues.desk.conversation()
    await queues.route()
    offered = [each for each in await queues.entries() if each["agent_id"] == "agent-1"]
    assert offered
    leave = queues.agent("agent-1").post("/v1/agents/agent-1/go-offline")
    await asyncio.gather(leave, *(queues.accept("agent-1", each) for each in offered), queues.route())
    for entry in await queues.entries():
        assert entry["state"] != "offered" or entry["agent_id"] == "agent-2"


async def test_the_supervisor_sees_the_queues(queues: QueueDesk) -> None:
    for _ in range(2):
        await queues.desk.conversation()
    queues.harness.clock.advance(seconds=50)
    [shown] = done(await queues.desk.admin.get("/v1/queues"))["data"]
    figures = {name: shown[name] for name in ("waiting", "longest_seconds", "agents", "online", "capacity", "load")}
    assert figures == {"waiting": 2, "longest_seconds": 50, "agents": 2, "online": 2, "capacity": 80, "load": 0}
    assert done(await queues.agent("agent-9").get("/v1/queues"))["data"] == []
    assert [each["id"] for each in done(await queues.agent("agent-1").get("/v1/queues"))["data"]] == ["general"]


async def test_a_conversation_about_a_high_amount_is_hard(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    for order_id, total, is_hard in (("ord_8", 499_999, False), ("ord_9", 500_000, True)):
        await prepared.consume(OrderCreated, order_id=order_id, result="created", total_minor=total)
        opened = made(await prepared.buyer.post("/v1/conversations", json={"order_id": order_id, "text": "?"}))
        assert (await queues.entry(opened))["is_hard"] is is_hard


async def test_hard_conversations_are_offered_to_who_solves_most_of_the_kind(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await prepared.order("ord_2")
    plain = await prepared.conversation()
    assert (await queues.entry(plain))["is_hard"] is False
    second = await prepared.conversation()
    third = await prepared.conversation()
    assert [(await queues.entry(each))["is_hard"] for each in (second, third)] == [False, True]
    made(await prepared.buyer.post("/v1/complaints", json=complaint_body(order_id="ord_2", case_id=None)))
    disputed = made(await prepared.buyer.post("/v1/conversations", json={"order_id": "ord_2", "text": "?"}))
    assert (await queues.entry(disputed))["is_hard"] is True
