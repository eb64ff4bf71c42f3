"""How far people have read a conversation: marks, unread counts and what becomes of a message."""

from cs_desk import Desk, made


async def delivery(desk: Desk, name: str, path: str) -> list[str | None]:
    return [each["delivery"] for each in (await getattr(desk, name).get(path)).json()["messages"]]


async def test_a_message_is_sent_delivered_and_read(prepared: Desk) -> None:
    path = f"/v1/conversations/{(await prepared.conversation())['id']}"
    assert await delivery(prepared, "buyer", path) == ["sent"]
    await prepared.buyer.post(f"{path}/read", json={"place": "00000001"})
    assert await delivery(prepared, "buyer", path) == ["sent"], "the buyer's own mark is none of the other side"
    await prepared.agent.post(f"{path}/read", json={"place": "00000001", "read": False})
    assert await delivery(prepared, "buyer", path) == ["delivered"]
    await prepared.seller.post(f"{path}/read", json={"place": "99999999"})
    made(await prepared.agent.post(f"{path}/messages", json={"text": "!"}))
    assert await delivery(prepared, "buyer", path) == ["read", "sent"]
    listed = (await prepared.buyer.get(f"{path}/messages")).json()["data"]
    assert [each["delivery"] for each in listed] == ["sent", "read"]
    await prepared.buyer.post(f"{path}/read", json={"place": "00000002"})
    await prepared.buyer.post(f"{path}/read", json={"place": "00000001"})
    assert await delivery(prepared, "agent", path) == ["read", "read"], "a mark never goes back"
    assert len(await prepared.events("MessagePosted")) == 2
    assert len(await prepared.harness.published()) == 3, "no event is published of a mark"


async def test_lists_count_what_the_caller_has_not_read(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    for text in ("1", "2"):
        made(await prepared.agent.post(f"{path}/messages", json={"text": text}))

    async def unread(name: str) -> list[int]:
        return [
            each["unread_count"] for each in (await getattr(prepared, name).get("/v1/conversations")).json()["data"]
        ]

    assert (await unread("buyer"), await unread("agent"), await unread("seller")) == ([2], [0], [3]), (
        "who writes has read what is before"
    )
    await prepared.seller.post(f"{path}/read", json={"place": "00000002"})
    assert (await unread("seller"), await unread("agent")) == ([1], [0])


async def test_a_mark_in_a_foreign_conversation_is_refused(prepared: Desk) -> None:
    path = f"/v1/conversations/{(await prepared.conversation())['id']}/read"
    for name in ("other_buyer", "other_seller"):
        refused = await getattr(prepared, name).post(path, json={"place": "00000001"})
        prepared.harness.problem(refused, 404, "not_found")
    prepared.harness.problem(await prepared.arbitrator.post(path, json={"place": "00000001"}), 403, "forbidden")
    prepared.harness.problem(await prepared.buyer.post(path, json={"place": "1"}), 422, "validation_failed")
