"""Conversations over `/v1/live`: who may follow them, what they get, and how they resume."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from aftercare_chassis.testing.servers import serve_app
from cs_desk import PEOPLE, Desk, made
from cs_svc.api import live as live_route
from live_client import LiveClient, live


@dataclass
class Served:
    """The desk behind a server at `address`."""

    desk: Desk
    address: str

    def open(self, name: str, **options: Any) -> AbstractAsyncContextManager[LiveClient]:
        """A socket of this person."""
        return live(self.address, self.desk.harness.token(*PEOPLE[name]), **options)

    async def write(self, name: str, conversation: dict[str, Any], *texts: str) -> None:
        for text in texts:
            path = f"/v1/conversations/{conversation['id']}/messages"
            made(await getattr(self.desk, name).post(path, json={"text": text}))


@pytest.fixture
async def served(prepared: Desk) -> AsyncIterator[Served]:
    prepared.harness.runtime.leaving = lambda: False
    async with serve_app(prepared.harness.service.app) as address:
        yield Served(prepared, address)


async def test_a_message_reaches_the_others_and_its_author(served: Served) -> None:
    opened = await served.desk.conversation()
    async with served.open("buyer") as buyer, served.open("agent") as agent, served.open("seller") as seller:
        for each in (buyer, agent, seller):
            assert (await each.follow(opened))["after"] == "00000001"
        await agent.send(type="post", id="k-1", conversation_id=opened["id"], text="明天退款。")
        posted = (await agent.next("posted", id="k-1"))["message"]
        for each in (buyer, agent, seller):
            [message] = (await each.next("messages", conversation_id=opened["id"]))["messages"]
            assert message == posted | {"text": "明天退款。", "place": "00000002", "author_role": "agent"}
        await agent.send(type="post", id="k-1", conversation_id=opened["id"], text="明天退款。")
        assert (await agent.next("posted", id="k-1"))["message"] == posted, "its key was used"
        await agent.send(type="post", id="k-1", conversation_id=opened["id"], text="?")
        refused = await agent.next("refused", id="k-1")
        assert refused["problem"]["code"] == "idempotency_key_reused"
    shown = (await served.desk.buyer.get(f"/v1/conversations/{opened['id']}")).json()["messages"]
    assert [each["place"] for each in shown] == ["00000001", "00000002"]


async def test_a_client_resumes_without_a_gap(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await served.desk.conversation(text="0")
    await served.write("buyer", opened, *map(str, range(1, 120)))
    async with served.open("buyer") as buyer:
        await buyer.follow(opened, after="00000010")
        assert await buyer.texts(110) == [str(each) for each in range(10, 120)]
        await served.write("agent", opened, "120")
        assert await buyer.texts(1) == ["120"]
        assert [len(each["messages"]) for each in buyer.frames if each["type"] == "messages"] == [100, 10, 1]
        await buyer.follow(opened, after="00000120")
        assert await buyer.texts(1) == ["120"]


async def test_a_foreign_conversation_is_unknown(served: Served) -> None:
    opened = await served.desk.conversation()
    for name in ("other_buyer", "other_seller", "courier"):
        async with served.open(name) as other:
            wanted = [{"conversation_id": opened["id"], "after": "00000000"}, {"conversation_id": "conv_none"}]
            await other.send(type="subscribe", conversations=wanted)
            answers = [await other.next("refused") for _ in wanted]
            assert {each["problem"]["code"] for each in answers} == {"not_found"}
            same = [{**each, "conversation_id": "", "problem": {**each["problem"], "trace_id": ""}} for each in answers]
            assert same[0] == same[1]
            await other.send(type="typing", conversation_id=opened["id"])
            assert (await other.next("refused"))["problem"]["code"] == "not_followed"
            await other.send(type="post", id="k", conversation_id=opened["id"], text="?")
            code = (await other.next("refused", id="k"))["problem"]["code"]
            assert code == ("forbidden" if name == "courier" else "not_found")
    async with served.open("arbitrator") as arbitrator:
        await arbitrator.follow(opened, after="00000000")
        assert await arbitrator.texts(1) == ["什么时候退款?"]


async def test_presence_and_typing(served: Served) -> None:
    opened = await served.desk.conversation()
    async with served.open("buyer") as buyer, served.open("admin") as admin:
        assert (await buyer.follow(opened))["present"] == [{"role": "buyer", "person_id": "buyer-1"}]
        await admin.follow(opened)
        async with served.open("agent") as agent, served.open("agent") as second:
            known = (await agent.follow(opened))["present"]
            assert {each["role"] for each in known} == {"agent", "buyer"}, "who only reads is not shown"
            there = await buyer.next("presence", role="agent")
            assert (there["person_id"], there["present"]) == ("agent-1", True)
            await second.follow(opened)
            await second.send(type="unsubscribe", conversation_ids=[opened["id"]])
            for _ in range(5):
                await agent.send(type="typing", conversation_id=opened["id"])
            await buyer.next("typing", person_id="agent-1")
            await agent.send(type="post", id="k", conversation_id=opened["id"], text="!")
            await buyer.texts(1)
        gone = await buyer.next("presence", role="agent")
        assert gone["present"] is False, "the second socket of the agent had changed nothing"
        assert [each["type"] for each in buyer.frames].count("typing") == 1


async def test_what_a_client_may_follow_is_bounded(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, other = await served.desk.conversation(), await served.desk.conversation()
    monkeypatch.setattr(live_route, "MOST_FOLLOWED", 1)
    async with served.open("buyer") as buyer:
        await buyer.follow(opened)
        await buyer.send(type="subscribe", conversations=[{"conversation_id": other["id"]}])
        refused = await buyer.next("refused")
        assert (refused["problem"]["code"], refused["problem"]["most"]) == ("too_many_followed", 1)
        await buyer.send(type="unsubscribe", conversation_ids=[opened["id"]])
        await buyer.follow(other)
        await buyer.send(type="subscribe", conversations=[{"conversation_id": f"conv_{n}"} for n in range(2_000)])
        too_many = (await buyer.next("refused"))["problem"]
        assert [each["code"] for each in too_many["errors"]] == ["too_many"]
        assert too_many["errors"][0]["pointer"] == "/conversations"


@pytest.mark.parametrize(
    ("frame", "code", "pointer"),
    [
        ('{"type": "post"', "malformed_json", None),
        ("[]", "validation_failed", ""),
        ('{"type": "dance"}', "validation_failed", ""),
        ('{"type": "subscribe", "conversations": []}', "validation_failed", "/conversations"),
        ('{"type": "post", "id": "k", "conversation_id": "c", "text": ""}', "validation_failed", "/text"),
        ('{"type": "post", "id": "k", "conversation_id": "c", "text": "\\u0000"}', "validation_failed", "/text"),
        (
            '{"type": "post", "id": "k", "conversation_id": "c", "text": "%s"}' % ("😀" * 25_000),
            "validation_failed",
            "/text",
        ),
        ('{"type": "typing", "conversation_id": "c", "colour": 1}', "validation_failed", "/colour"),
    ],
)
async def test_a_frame_that_is_wrong_is_refused(served: Served, frame: str, code: str, pointer: str | None) -> None:
    opened = await served.desk.conversation()
    async with served.open("buyer") as buyer:
        await buyer.connection.send(frame)
        problem = (await buyer.next("refused"))["problem"]
        assert problem["code"] == code
        assert [each["pointer"] for each in problem.get("errors", [])] == ([] if pointer is None else [pointer])
        await buyer.follow(opened)


async def test_a_sockets_own_flood_slows_itself_only(served: Served) -> None:
    opened = await served.desk.conversation()
    async with served.open("buyer") as flooder, served.open("agent") as agent, served.open("seller") as seller:
        await seller.follow(opened)
        sending = asyncio.create_task(_flood(flooder))
        for number in range(5):
            await agent.send(type="post", id=f"k-{number}", conversation_id=opened["id"], text=str(number))
            await seller.texts(1)
        sending.cancel()


async def _flood(client: LiveClient) -> None:
    while True:
        await client.send(type="typing", conversation_id="conv_none")


async def test_marks_are_shown_to_the_others(served: Served) -> None:
    opened = await served.desk.conversation()
    async with served.open("buyer") as buyer, served.open("agent") as agent:
        await buyer.follow(opened)
        await agent.follow(opened)
        for read in (False, True):
            await agent.send(type="mark", conversation_id=opened["id"], place="00000001", read=read)
            shown = await buyer.next("mark")
            assert (shown["person_id"], shown["place"], shown["read"]) == ("agent-1", "00000001", read)
        await agent.send(type="mark", conversation_id="conv_none", place="00000001")
        assert (await agent.next("refused"))["problem"]["code"] == "not_found"
    [message] = (await served.desk.buyer.get(f"/v1/conversations/{opened['id']}")).json()["messages"]
    assert message["delivery"] == "read"
