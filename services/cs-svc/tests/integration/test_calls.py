"""Calls: signed reports of a telephone system, what agents see of them while they ring, and what is kept."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import FixedClock
from aftercare_chassis.testing.servers import serve_app
from aftercare_simulators.channels.telephone import Telephone
from cs_desk import made
from fastapi import FastAPI
from live_client import live
from platform_desk import PlatformDesk, platform_desk, texts

NUMBER = "13800138000"
TALK = {"agent_id": "agent-1", "answered": True, "duration_seconds": 185, "recording": "rec/2026/call-1.wav"}


@dataclass
class Exchange:
    """A telephone system, and the service that is connected to it."""

    telephone: Telephone
    at: PlatformDesk

    async def report(self, kind: str, call_id: str = "c-1", number: str = NUMBER, **data: Any) -> None:
        headers, body = self.telephone.report(kind, call_id, number, **data)
        response = await self.at.push("phone", body, headers=headers)
        assert response.status_code == 200, response.text
        await self.at.run()

    async def calls(self, **filters: str) -> list[dict[str, Any]]:
        response = await self.at.desk.agent.get("/v1/calls", params=filters)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["data"]
        return found


@pytest.fixture
async def exchange(postgres_url: str) -> AsyncIterator[Exchange]:
    clock = FixedClock()
    telephone = Telephone(lambda: clock.now())
    secrets = f"whsec_{'QUFB' * 10},{telephone.secret}"
    async with platform_desk(postgres_url, FastAPI(), phone_webhook_secrets=secrets) as at:
        clock = at.desk.harness.clock
        yield Exchange(telephone, at)


async def test_a_call_that_rings_shows_the_customer_with_orders_and_open_cases(exchange: Exchange) -> None:
    desk = exchange.at.desk
    await desk.order()
    await desk.case()
    identity = made(await desk.agent.post("/v1/identities", json={"channel": "phone", "address": NUMBER}))
    await desk.agent.post(f"/v1/identities/{identity['id']}/link", json={"buyer_id": "buyer-1", "reason": "核对"})
    await exchange.report("ringing", line="4008001234")
    [ringing] = await exchange.calls(state="ringing")
    shown = (await desk.agent.get(f"/v1/calls/{ringing['id']}")).json()
    assert (shown["number"], shown["buyer_id"], shown["line"]) == ("+8613800138000", "buyer-1", "4008001234")
    assert ([each["id"] for each in shown["orders"]], [each["id"] for each in shown["cases"]]) == (
        ["ord_1"],
        ["case_1"],
    )
    assert (await desk.buyer.get("/v1/calls")).status_code == 403
    masked = (await desk.admin.get(f"/v1/calls/{ringing['id']}")).json()
    assert masked["number"] == "…8000"


async def test_an_answered_call_is_logged_with_its_outcome(exchange: Exchange) -> None:
    await exchange.report("ringing")
    await exchange.report("answered", agent_id="agent-1")
    [answered] = await exchange.calls(state="answered")
    exchange.at.desk.harness.clock.advance(seconds=185)
    await exchange.report("ended", **TALK)
    [ended] = await exchange.calls(agent_id="agent-1")
    assert (ended["id"], ended["state"], ended["duration_seconds"]) == (answered["id"], "ended", 185)
    assert ended["recording"] == "rec/2026/call-1.wav"
    path = f"/v1/calls/{ended['id']}/disposition"
    disposed = (await exchange.at.desk.agent.post(path, json={"outcome": "resolved", "note": "已告知进度"})).json()
    assert (disposed["state"], disposed["outcome"], disposed["agent_id"]) == ("disposed", "resolved", "agent-1")
    [conversation] = await exchange.at.conversations()
    assert texts(conversation) == ["[来电] 3:05", "[通话小结] 已解决"]
    [note] = (await exchange.at.desk.agent.get(f"/v1/notes?conversation_id={conversation['id']}")).json()["data"]
    assert (note["text"], note["author_id"]) == ("已告知进度", "agent-1"), "no message, which the buyer would read"
    assert (conversation["channel"], conversation["agent_id"], conversation["whose_turn"]) == (
        "phone",
        "agent-1",
        "buyer",
    )
    types = [each.type.partition(".")[0] for each in await exchange.at.desk.harness.envelopes()]
    assert [each for each in types if each.startswith("Call")] == [
        "CallStarted",
        "CallAnswered",
        "CallEnded",
        "CallDisposed",
    ]


async def test_a_number_that_is_linked_during_its_call_is_logged_for_the_buyer(exchange: Exchange) -> None:
    desk = exchange.at.desk
    await exchange.report("ringing")
    [identity] = (await desk.agent.get("/v1/identities")).json()["data"]
    await desk.agent.post(f"/v1/identities/{identity['id']}/link", json={"buyer_id": "buyer-1", "reason": "核对"})
    await exchange.report("ended", **TALK)
    assert await exchange.at.inbox() == [("applied", None)] * 2
    [conversation] = await exchange.at.conversations()
    assert (conversation["buyer_id"], texts(conversation)) == ("buyer-1", ["[来电] 3:05"])


async def test_calls_are_logged_where_the_address_of_the_merged_conversation_takes_no_messages(
    exchange: Exchange,
) -> None:
    desk = exchange.at.desk
    await exchange.report("ended", **TALK)
    mail = made(await desk.agent.post("/v1/identities", json={"channel": "email", "address": "li@example.com"}))
    for each in (await desk.agent.get("/v1/identities")).json()["data"]:
        await desk.agent.post(f"/v1/identities/{each['id']}/link", json={"buyer_id": "buyer-1", "reason": "核对"})
    mails = made(await desk.agent.post(f"/v1/identities/{mail['id']}/conversations", json={"text": "您好"}))
    [call] = await exchange.calls()
    merge = f"/v1/conversations/{call['conversation_id']}/merge"
    assert (await desk.agent.post(merge, json={"into_id": mails["id"]})).status_code == 200
    await desk.harness.runtime.pool.execute("UPDATE identities SET opted_out_at = created_at WHERE channel = 'email'")
    await exchange.report("ended", "c-2", direction="outbound", **TALK)
    assert await exchange.at.inbox() == [("applied", None)] * 2
    assert [sorted(texts(each)) for each in await exchange.at.conversations()] == [
        [],
        sorted(["您好", "[来电] 3:05", "[去电] 3:05"]),
    ]


async def test_a_missed_call_waits_to_be_called_back(exchange: Exchange) -> None:
    await exchange.report("ringing")
    await exchange.report("ended")
    [missed] = await exchange.calls(state="missed")
    [conversation] = await exchange.at.conversations()
    assert (texts(conversation), conversation["whose_turn"]) == (["[未接来电]"], "service")
    await exchange.report("ended", "c-2", direction="outbound", **(TALK | {"recording": None}))
    await exchange.at.desk.agent.post(f"/v1/calls/{missed['id']}/disposition", json={"outcome": "called_back"})
    [conversation] = await exchange.at.conversations()
    assert texts(conversation) == ["[未接来电]", "[去电] 3:05", "[通话小结] 已回电"]
    assert conversation["whose_turn"] == "buyer"


@pytest.mark.parametrize("order", list(itertools.permutations(("ringing", "answered", "ended"))))
async def test_reports_come_in_any_order_and_twice(exchange: Exchange, order: tuple[str, ...]) -> None:
    for kind in order * 2:
        await exchange.report(kind, **(TALK if kind == "ended" else {"agent_id": "agent-1"}))
    [call] = await exchange.calls()
    assert (call["state"], call["duration_seconds"], call["agent_id"]) == ("ended", 185, "agent-1")
    assert [texts(each) for each in await exchange.at.conversations()] == [["[来电] 3:05"]]


async def test_calls_and_outcomes_follow_a_conversation_that_was_merged(exchange: Exchange) -> None:
    await exchange.report("ended", **TALK)
    [call], [logged] = await exchange.calls(), await exchange.at.conversations()
    agent = exchange.at.desk.agent
    identity = made(await agent.post("/v1/identities", json={"channel": "email", "address": "li.wei@example.com"}))
    link = {"buyer_id": logged["buyer_id"], "reason": "核对"}
    assert (await agent.post(f"/v1/identities/{identity['id']}/link", json=link)).status_code == 200
    target = made(await agent.post(f"/v1/identities/{identity['id']}/conversations", json={"text": "您好"}))
    merged = await agent.post(f"/v1/conversations/{logged['id']}/merge", json={"into_id": target["id"]})
    assert merged.status_code == 200, merged.text
    await exchange.report("ended", "c-2", **TALK)
    await exchange.report("ended", "c-3", direction="outbound", **TALK)
    disposed = await agent.post(f"/v1/calls/{call['id']}/disposition", json={"outcome": "resolved"})
    assert disposed.json()["conversation_id"] == target["id"]
    assert len(await exchange.at.deliveries(target)) == 1, "logs and outcomes of calls are not mailed to the buyer"
    assert {state for state, _ in await exchange.at.inbox()} == {"applied"}
    shown = (await agent.get(f"/v1/conversations/{target['id']}")).json()
    assert sorted(texts(shown)) == sorted(["您好", "[来电] 3:05", "[来电] 3:05", "[去电] 3:05", "[通话小结] 已解决"])


async def pass_time(exchange: Exchange, hours: float) -> None:
    exchange.at.desk.harness.clock.advance(hours=hours)
    await exchange.at.desk.harness.run_due()


async def test_a_call_that_rings_and_of_which_no_end_is_reported_counts_as_missed(exchange: Exchange) -> None:
    await exchange.report("ringing")
    await pass_time(exchange, 0.9)
    assert [each["state"] for each in await exchange.calls()] == ["ringing"]
    await pass_time(exchange, 0.1)
    [missed] = await exchange.calls()
    assert (missed["state"], missed["ended_at"]) == ("missed", None)
    [conversation] = await exchange.at.conversations()
    assert (texts(conversation), conversation["whose_turn"]) == (["[未接来电]"], "service")
    await exchange.report("ended", **TALK)
    assert (await exchange.at.inbox())[-1] == ("ignored", "call_state_passed")
    await pass_time(exchange, 24)
    assert len(await exchange.at.desk.events("CallMissed")) == 1


async def test_a_call_that_was_answered_and_of_which_no_end_is_reported_counts_as_ended(exchange: Exchange) -> None:
    await exchange.report("ringing")
    await exchange.report("answered", agent_id="agent-1")
    await pass_time(exchange, 11.9)
    assert [each["state"] for each in await exchange.calls()] == ["answered"]
    await pass_time(exchange, 0.1)
    [ended] = await exchange.calls()
    assert (ended["state"], ended["ended_at"], ended["duration_seconds"]) == ("ended", None, None)
    [conversation] = await exchange.at.conversations()
    assert (texts(conversation), conversation["agent_id"]) == (["[来电]"], "agent-1")
    path = f"/v1/calls/{ended['id']}/disposition"
    assert (await exchange.at.desk.agent.post(path, json={"outcome": "resolved"})).status_code == 200


async def test_a_call_that_ended_has_no_timer(exchange: Exchange) -> None:
    await exchange.report("ringing")
    await exchange.report("ended", **TALK)
    await pass_time(exchange, 24)
    [ended] = await exchange.calls()
    assert (ended["state"], ended["duration_seconds"]) == ("ended", 185)


async def test_an_outcome_is_recorded_by_agents_after_the_end_and_corrected(exchange: Exchange) -> None:
    await exchange.report("ringing")
    [call] = await exchange.calls()
    path = f"/v1/calls/{call['id']}/disposition"
    desk = exchange.at.desk
    desk.harness.problem(await desk.agent.post(path, json={"outcome": "spam"}), 409, "illegal_transition")
    await exchange.report("ended")
    assert (await desk.admin.post(path, json={"outcome": "spam"})).status_code == 403
    assert (await desk.agent.post(path, json={"outcome": "later"})).status_code == 422
    for outcome in ("not_reached", "wrong_number"):
        assert (await desk.agent.post(path, json={"outcome": outcome})).json()["outcome"] == outcome


async def test_forged_replayed_and_malformed_reports_change_nothing(exchange: Exchange) -> None:
    telephone, now = exchange.telephone, exchange.at.desk.harness.clock.now()
    headers, body = telephone.report("ringing", "c-1", NUMBER)
    assert (await exchange.at.push("phone", body)).status_code == 401
    forged = {**headers, "webhook-signature": "v1,AAAA"}
    assert (await exchange.at.push("phone", body, headers=forged)).json()["code"] == "signature_invalid"
    old, _ = telephone.report("ringing", "c-1", NUMBER, at=now - timedelta(minutes=6))
    assert (await exchange.at.push("phone", body, headers=old)).status_code == 401
    assert await exchange.calls() == []
    for text in ("{}", '{"type":"call.ringing","data":{"call_id":"x"}}', '{"type":"call.held","data":{}}'):
        headers, body = telephone.signed(f"msg-{text}", text, now)
        assert (await exchange.at.push("phone", body, headers=headers)).status_code == 200
    await exchange.report("ringing", "c-9", "anonymous")
    assert await exchange.calls() == []
    assert {state for state, _ in await exchange.at.inbox()} == {"unreadable", "ignored"}


async def test_agents_who_follow_calls_see_them_ring_and_others_do_not(exchange: Exchange) -> None:
    desk = exchange.at.desk
    desk.harness.runtime.leaving = lambda: False
    async with serve_app(desk.harness.service.app) as address:
        agent_token, buyer_token = desk.harness.token("agent", "agent-1"), desk.harness.token("buyer", "buyer-1")
        async with live(address, agent_token) as agent, live(address, buyer_token) as buyer:
            await buyer.send(type="calls")
            assert (await buyer.next("refused"))["problem"]["code"] == "calls_of_agents_only"
            await agent.send(type="calls")
            await agent.send(type="subscribe", conversations=[{"conversation_id": "conv_none"}])
            await agent.next("refused", conversation_id="conv_none")
            await exchange.report("ringing")
            [call] = await exchange.calls(state="ringing")
            assert (await agent.next("call"))["call_id"] == call["id"]
            await exchange.report("ended", **TALK)
            assert (await agent.next("call", state="ended"))["agent_id"] == "agent-1"
