"""Addresses of customers on channels: whose they are, and that a link can be undone."""

from collections.abc import AsyncIterator

import pytest
from channel_desk import ADDRESS, ChannelDesk, channel_desk
from cs_svc.domain.channels import Channel
from cs_svc.domain.routing.agents import WEIGHTS
from queue_desk import QueueDesk, done


@pytest.fixture
async def at(postgres_url: str) -> AsyncIterator[ChannelDesk]:
    async with channel_desk(postgres_url) as desk:
        yield desk


async def test_an_unknown_address_is_a_customer_of_its_own(at: ChannelDesk) -> None:
    identity = await at.add("Li.Wei@Example.com")
    assert identity["buyer_id"] == identity["customer_id"]
    assert identity["customer_id"].startswith("cust_")
    assert identity["address"] == ADDRESS
    [added] = await at.desk.events("IdentityAdded")
    assert (added.identity_id, added.buyer_id) == (identity["id"], identity["customer_id"])
    again = await at.desk.agent.post("/v1/identities", json={"channel": "email", "address": " LI.WEI@example.com "})
    assert at.desk.harness.problem(again, 409, "identity_known")["identity_id"] == identity["id"]


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "a@b@example.com"),
        ("email", "<a@example.com>"),
        ("email", "a\u202e@example.com"),
        ("sms", "12"),
        ("sms", "+8613800138000123456"),
        ("sms", "call me"),
        ("wechat", "o p e n"),
        ("web", "buyer-1"),
    ],
)
async def test_what_is_no_address_of_the_channel_is_refused(at: ChannelDesk, channel: str, address: str) -> None:
    refused = await at.desk.agent.post("/v1/identities", json={"channel": channel, "address": address})
    at.desk.harness.problem(refused, 422, "address_malformed")
    assert await at.desk.harness.envelopes() == []


async def test_numbers_are_compared_in_one_spelling(at: ChannelDesk) -> None:
    identity = await at.add("138 0013 8000", "sms")
    assert identity["address"] == "+8613800138000"
    again = await at.desk.agent.post("/v1/identities", json={"channel": "sms", "address": "0086-138-0013-8000"})
    at.desk.harness.problem(again, 409, "identity_known")


async def test_a_link_moves_the_conversations_and_is_undone(at: ChannelDesk) -> None:
    identity = await at.add()
    conversation = await at.write(identity)
    path = f"/v1/conversations/{conversation['id']}"
    assert (await at.desk.buyer.get(path)).status_code == 404
    linked = await at.link(identity)
    assert (linked["state"], linked["buyer_id"]) == ("linked", "buyer-1")
    shown = (await at.desk.buyer.get(path)).json()
    assert (shown["buyer_id"], shown["channel"]) == ("buyer-1", "email")
    mine = (await at.desk.buyer.get("/v1/identities")).json()["data"]
    assert [each["address"] for each in mine] == ["l…@example.com"]
    assert (await at.desk.other_buyer.get("/v1/identities")).json()["data"] == []
    assert (await at.desk.other_buyer.get(f"/v1/identities/{identity['id']}")).status_code == 404

    twice = await at.desk.agent.post(
        f"/v1/identities/{identity['id']}/link", json={"buyer_id": "buyer-2", "reason": "?"}
    )
    at.desk.harness.problem(twice, 409, "illegal_transition")
    undone = await at.desk.agent.post(f"/v1/identities/{identity['id']}/unlink", json={"reason": "误关联"})
    assert undone.json()["buyer_id"] == identity["customer_id"]
    assert (await at.desk.buyer.get(path)).status_code == 404
    moved = await at.desk.events("ConversationCustomerChanged")
    assert [(each.previous_buyer_id, each.buyer_id) for each in moved] == [
        (identity["customer_id"], "buyer-1"),
        ("buyer-1", identity["customer_id"]),
    ]


async def test_links_are_in_the_events_without_the_address_or_the_reason(at: ChannelDesk) -> None:
    await at.link(await at.add())
    written = [str(each.model_dump()) for each in await at.desk.harness.published()]
    assert not any("li.wei" in each or "核对" in each for each in written)
    [linked] = await at.desk.events("IdentityLinked")
    assert (linked.handler, linked.proof, linked.buyer_id) == ("agent-1", "agent", "buyer-1")


async def test_only_agents_link(at: ChannelDesk) -> None:
    identity = await at.add()
    body = {"buyer_id": "buyer-1", "reason": "我的"}
    refused = await at.desk.buyer.post(f"/v1/identities/{identity['id']}/link", json=body)
    assert refused.status_code == 403
    at.desk.harness.problem(await at.desk.seller.get("/v1/identities"), 403, "forbidden")


async def test_a_conversation_waits_and_is_timed_by_its_channel_and_for_whose_it_is(at: ChannelDesk) -> None:
    desk, queues = at.desk, QueueDesk(at.desk)
    await queues.team()
    for name, channel, minutes in (("all", None, 60), ("mails", "email", 240)):
        policy = {"channel": channel, "next_answer_minutes": minutes}
        done(await desk.admin.put(f"/v1/sla/policies/{name}", json=policy))
    await queues.enter("agent-1")
    identity = await at.add()
    conversation = await at.write(identity)
    await at.link(identity)
    written = await desk.buyer.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": "?"})
    assert written.status_code == 201, written.text
    waits = "SELECT weight, buyer_id FROM queue_entries"
    assert [tuple(each) for each in await desk.harness.runtime.pool.fetch(waits)] == [
        (WEIGHTS[Channel.EMAIL], "buyer-1")
    ]
    started = (await desk.events("SlaClockStarted"))[-1]
    assert (started.policy_id, started.buyer_id) == ("mails", "buyer-1")
    undone = (await desk.agent.post(f"/v1/identities/{identity['id']}/unlink", json={"reason": "误关联"})).json()
    for table in ("queue_entries", "sla_clocks"):
        whose = await desk.harness.runtime.pool.fetch(f"SELECT DISTINCT buyer_id FROM {table}")
        assert [each["buyer_id"] for each in whose] == [undone["buyer_id"]]
    await queues.online("agent-1")
    await queues.route()
    done(await queues.accept("agent-1", await queues.entry(conversation)))
    [agent] = done(await desk.admin.get("/v1/agents"))["data"]
    assert agent["load"] == WEIGHTS[Channel.EMAIL]
