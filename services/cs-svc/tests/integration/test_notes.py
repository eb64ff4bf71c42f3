"""Notes of agents: read by those of the platform and by nobody else, over whatever is read."""

from typing import Any

from aftercare_chassis.testing.servers import serve_app
from cs_desk import Desk, made
from live_client import live
from queue_desk import QueueDesk, done

NOTE = "买家多次恶意退货"


async def noted(desk: Desk, conversation: dict[str, Any], **fields: Any) -> dict[str, Any]:
    body = {"text": NOTE, **fields}
    return made(await desk.agent.post(f"/v1/conversations/{conversation['id']}/notes", json=body))


async def test_agents_read_the_notes_of_a_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    note = await noted(prepared, opened)
    assert (note["author_id"], note["text"], note["mentions"]) == ("agent-1", NOTE, [])
    for client in (prepared.agent, prepared.arbitrator, prepared.admin):
        found = done(await client.get(f"/v1/notes?conversation_id={opened['id']}"))
        assert [each["id"] for each in found["data"]] == [note["id"]]


async def test_buyers_and_merchants_notice_nothing_of_a_note(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    before = [(await client.get(path)).content for client in (prepared.buyer, prepared.seller)]
    await noted(prepared, opened)
    assert [(await client.get(path)).content for client in (prepared.buyer, prepared.seller)] == before
    for client in (prepared.buyer, prepared.seller):
        prepared.harness.problem(await client.get("/v1/notes"), 403, "forbidden")
        for read in ("", f"/{opened['id']}", f"/{opened['id']}/messages"):
            assert NOTE not in (await client.get(f"/v1/conversations{read}")).text
        assert NOTE not in (await client.get("/v1/customers/buyer-1")).text


async def test_a_note_is_in_no_stream_and_no_event(prepared: Desk) -> None:
    opened = await prepared.conversation()
    prepared.harness.runtime.leaving = lambda: False
    async with serve_app(prepared.harness.service.app) as address:
        token = prepared.harness.token("buyer", "buyer-1")
        async with live(address, token) as buyer:
            await buyer.follow(opened)
            await noted(prepared, opened)
            made(await prepared.agent.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "您好"}))
            assert await buyer.texts(1) == ["您好"]
            assert NOTE not in str(buyer.frames)
    (event,) = await prepared.events("ConversationNoteAdded")
    assert (event.conversation_id, event.OF_PLATFORM) == (opened["id"], True)
    assert NOTE.encode() not in b"".join(each.data for each in await prepared.harness.envelopes())


async def test_a_note_mentions_agents_who_are_entered(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await queues.enter("agent-2")
    opened = await prepared.conversation()
    refused = await prepared.agent.post(
        f"/v1/conversations/{opened['id']}/notes", json={"text": "?", "mentions": ["agent-7"]}
    )
    assert prepared.harness.problem(refused, 422, "agent_unknown")["value"] == "agent-7"
    note = await noted(prepared, opened, mentions=["agent-2"])
    await noted(prepared, opened)
    found = done(await queues.agent("agent-2").get("/v1/notes?mentioned_id=agent-2"))
    assert [each["id"] for each in found["data"]] == [note["id"]]


async def test_only_agents_add_notes(prepared: Desk) -> None:
    opened = await prepared.conversation()
    for client in (prepared.buyer, prepared.seller, prepared.arbitrator):
        refused = await client.post(f"/v1/conversations/{opened['id']}/notes", json={"text": "?"})
        prepared.harness.problem(refused, 403, "forbidden")
