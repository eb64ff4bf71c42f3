"""Buyer, seller and agent in one conversation, and all of it read back."""

import asyncio
import json

import pytest
from aftercare_chassis.http import sse
from aftercare_chassis.testing.waiting import until
from cs_desk import CASE, ORDER, Desk, made


async def test_a_buyer_opens_a_conversation_about_a_case(served: Desk) -> None:
    opened = await served.conversation()
    assert opened["id"].startswith("conv_")
    assert (opened["state"], opened["order_id"], opened["case_id"]) == ("open", ORDER, CASE)
    assert (opened["buyer_id"], opened["merchant_id"]) == ("buyer-1", "m-1")
    assert [(m["author_role"], m["author_id"], m["text"]) for m in opened["messages"]] == [
        ("buyer", "buyer-1", "什么时候退款?")
    ]
    assert opened["whose_turn"] == "service"
    assert opened["answer_due_at"] == "2026-03-02T13:00:00Z"


async def test_opening_is_told_without_the_text(served: Desk) -> None:
    opened = await served.conversation()
    (told,) = await served.events("ConversationOpened")
    (posted,) = await served.events("MessagePosted")
    assert (told.conversation_id, told.order_id, told.case_id) == (opened["id"], ORDER, CASE)
    assert (told.affected_party, told.applicant, told.handler, told.result) == ("buyer-1",) * 3 + ("open",)
    assert (posted.message_id, posted.author_role) == (opened["messages"][0]["id"], "buyer")
    assert posted.evidence == (posted.text_hash,)
    assert "退款".encode() not in b"".join(e.data for e in await served.harness.envelopes())


async def test_a_conversation_may_be_about_nothing_in_particular(desk: Desk) -> None:
    opened = made(await desk.buyer.post("/v1/conversations", json={"text": "你好"}))
    assert (opened["order_id"], opened["case_id"], opened["merchant_id"]) == (None, None, None)
    assert (await desk.seller.get(f"/v1/conversations/{opened['id']}")).status_code == 404


async def test_an_order_alone_is_enough(served: Desk) -> None:
    opened = made(await served.buyer.post("/v1/conversations", json={"order_id": ORDER, "text": "?"}))
    assert (opened["order_id"], opened["case_id"]) == (ORDER, None)


async def test_a_case_alone_brings_its_order(served: Desk) -> None:
    opened = made(await served.buyer.post("/v1/conversations", json={"case_id": CASE, "text": "?"}))
    assert opened["order_id"] == ORDER


async def test_all_three_sides_write_and_read_the_same(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    made(await served.agent.post(f"{path}/messages", json={"text": "正在处理"}))
    made(await served.seller.post(f"{path}/messages", json={"text": "已安排"}))
    made(await served.buyer.post(f"{path}/messages", json={"text": "谢谢"}))
    shown = [(await client.get(path)).json() for client in (served.buyer, served.seller, served.agent)]
    said = [(m["author_role"], m["text"]) for m in shown[0]["messages"]]
    assert said == [("buyer", "什么时候退款?"), ("agent", "正在处理"), ("seller", "已安排"), ("buyer", "谢谢")]
    assert shown[0]["messages"] == shown[1]["messages"] == shown[2]["messages"]
    assert shown[0]["message_count"] == 4


async def test_an_answer_ends_the_waiting_and_the_queue_shows_who_waits(served: Desk) -> None:
    first, second = await served.conversation(), await served.conversation()
    made(await served.agent.post(f"/v1/conversations/{first['id']}/messages", json={"text": "正在处理"}))
    waiting = (await served.agent.get("/v1/conversations?whose_turn=service")).json()["data"]
    assert [each["id"] for each in waiting] == [second["id"]]
    answered = (await served.agent.get(f"/v1/conversations/{first['id']}")).json()
    assert (answered["whose_turn"], answered["answer_due_at"]) == ("buyer", None)


async def test_an_agent_cites_articles(served: Desk) -> None:
    opened = await served.conversation()
    cited = {"text": "七天内可退", "citations": [{"article_id": "art_1", "article_version": 2}]}
    path = f"/v1/conversations/{opened['id']}"
    assert made(await served.agent.post(f"{path}/messages", json=cited))["citations"] == cited["citations"]
    assert (await served.buyer.get(path)).json()["messages"][-1]["citations"] == cited["citations"]


async def test_only_agents_cite(served: Desk) -> None:
    opened = await served.conversation()
    cited = {"text": "?", "citations": [{"article_id": "art_1", "article_version": 2}]}
    response = await served.buyer.post(f"/v1/conversations/{opened['id']}/messages", json=cited)
    served.harness.problem(response, 403, "citations_by_agents_only")


async def test_an_agent_takes_a_conversation_over(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}/assign"
    assert (await served.agent.post(path, json={})).json()["agent_id"] == "agent-1"
    assert (await served.agent.post(path, json={"agent_id": "agent-7"})).json()["agent_id"] == "agent-7"
    assert [told.agent_id for told in await served.events("ConversationAssigned")] == ["agent-1", "agent-7"]
    assert len((await served.agent.get("/v1/conversations?agent_id=agent-7")).json()["data"]) == 1


async def test_closing_ends_the_waiting(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    closed = (await served.buyer.post(f"{path}/close")).json()
    assert (closed["state"], closed["whose_turn"], closed["answer_due_at"]) == ("closed", None, None)
    assert closed["closed_at"] == "2026-03-02T09:00:00Z"
    refused = await served.buyer.post(f"{path}/close")
    assert served.harness.problem(refused, 409, "illegal_transition")["allowed"] == ["post"]
    assert (await served.events("ConversationClosed"))[0].result == "closed"


async def test_a_buyer_who_writes_again_reopens_the_conversation(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await served.agent.post(f"{path}/assign")
    await served.agent.post(f"{path}/close")
    served.harness.clock.advance(hours=24 * 30)
    buyer = served.harness.client("buyer", "buyer-1")
    made(await buyer.post(f"{path}/messages", json={"text": "退款还没有到"}))
    shown = (await buyer.get(path)).json()
    assert (shown["state"], shown["closed_at"], shown["agent_id"]) == ("open", None, "agent-1")
    assert (shown["whose_turn"], shown["answer_due_at"]) == ("service", "2026-04-01T13:00:00Z")
    assert [message["text"] for message in shown["messages"]] == ["什么时候退款?", "退款还没有到"]
    mine = [each for each in await served.harness.envelopes() if each.subject == opened["id"]]
    kinds = [each.type.removesuffix(".v1") for each in mine]
    assert kinds[-3:] == ["ConversationClosed", "ConversationReopened", "MessagePosted"]
    assert [each.sequence for each in mine] == list(range(1, len(mine) + 1))
    (reopened,) = await served.events("ConversationReopened")
    assert (reopened.handler, reopened.result, reopened.matter) == ("buyer-1", "open", "conversation")


async def test_an_agent_who_writes_again_reopens_it_and_waits_for_the_buyer(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await served.buyer.post(f"{path}/close")
    made(await served.agent.post(f"{path}/messages", json={"text": "退款已到账"}))
    shown = (await served.agent.get(path)).json()
    assert (shown["state"], shown["whose_turn"], shown["answer_due_at"]) == ("open", "buyer", None)


async def test_the_seller_does_not_reopen_it(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await served.buyer.post(f"{path}/close")
    refused = await served.seller.post(f"{path}/messages", json={"text": "还有"})
    assert served.harness.problem(refused, 403, "not_allowed_for_role")["why_not"] == "buyer_or_agent_only"
    assert (await served.buyer.get(path)).json()["state"] == "closed"


async def test_an_open_conversation_is_not_reopened(served: Desk) -> None:
    opened = await served.conversation()
    made(await served.buyer.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "?"}))
    assert await served.events("ConversationReopened") == []


async def test_the_seller_does_not_close_the_buyers_conversation(served: Desk) -> None:
    opened = await served.conversation()
    served.harness.problem(await served.seller.post(f"/v1/conversations/{opened['id']}/close"), 403, "forbidden")


async def test_each_side_is_told_what_it_may_do(served: Desk) -> None:
    opened = await served.conversation()
    shown = (await served.seller.get(f"/v1/conversations/{opened['id']}")).json()["allowed_actions"]
    assert shown[:3] == [
        {"action": "post", "allowed": True},
        {"action": "assign", "allowed": False, "why_not": "agent_only"},
        {"action": "close", "allowed": False, "why_not": "buyer_or_agent_only"},
    ]


async def test_a_long_conversation_shows_its_end_and_pages_the_rest(served: Desk) -> None:
    opened = await served.conversation(text="0")
    path = f"/v1/conversations/{opened['id']}"
    for number in range(1, 104):
        made(await served.buyer.post(f"{path}/messages", json={"text": str(number)}))
    shown = (await served.buyer.get(path)).json()
    assert shown["message_count"] == 104
    assert [m["text"] for m in shown["messages"]] == [str(n) for n in range(4, 104)]
    texts, cursor = [], ""
    while cursor is not None:
        page = (
            await served.buyer.get(
                f"{path}/messages", params={"limit": 50, "cursor": cursor} if cursor else {"limit": 50}
            )
        ).json()
        texts += [m["text"] for m in page["data"]]
        cursor = page["next_cursor"]
    assert texts == [str(n) for n in range(103, -1, -1)]


async def test_versions_are_the_sequences_of_the_events(served: Desk) -> None:
    opened = await served.conversation()
    assert opened["version"] == 2
    path = f"/v1/conversations/{opened['id']}"
    made(await served.agent.post(f"{path}/messages", json={"text": "正在处理"}))
    closed = await served.agent.post(f"{path}/close")
    assert (closed.json()["version"], closed.headers["etag"]) == (4, '"v4"')
    mine = [e for e in await served.harness.envelopes() if e.subject == opened["id"]]
    assert [e.sequence for e in mine] == [1, 2, 3, 4]


async def test_lists_are_filtered_and_paged(served: Desk) -> None:
    opened = [(await served.conversation())["id"] for _ in range(3)]
    await served.agent.post(f"/v1/conversations/{opened[0]}/close")
    listed = (await served.buyer.get("/v1/conversations?state=open&limit=1")).json()
    assert [each["id"] for each in listed["data"]] == [opened[2]]
    assert listed["has_more"]
    after = {"state": "open", "limit": 1, "cursor": listed["next_cursor"]}
    rest = (await served.buyer.get("/v1/conversations", params=after)).json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == ([opened[1]], False)
    assert "messages" not in rest["data"][0]


async def test_a_conversation_is_followed_from_where_the_client_stands(served: Desk) -> None:
    opened = await served.conversation()
    path = f"/v1/conversations/{opened['id']}"
    for text in ("one", "two"):
        made(await served.buyer.post(f"{path}/messages", json={"text": text}))

    async def heard(last: str | None = None) -> list[tuple[str, str]]:
        stream = await served.agent.get(f"{path}/live", headers={"Last-Event-ID": last} if last else {})
        assert (stream.status_code, stream.headers["content-type"]) == (200, "text/event-stream")
        told = [dict(line.split(": ", 1) for line in each.splitlines()) for each in stream.text.split("\n\n") if each]
        assert "retry" in told[0]
        return [(each["id"], json.loads(each["data"])["text"]) for each in told[1:]]

    everything = await heard()
    shown = (await served.agent.get(path)).json()["messages"]
    assert [text for _, text in everything] == [each["text"] for each in shown]
    assert await heard(everything[-2][0]) == everything[-1:]
    assert await heard(everything[-1][0]) == []


@pytest.mark.parametrize("last", ["x", "1", "٠٠٠٠٠٠٠١", "00000001 "])
async def test_an_id_that_no_stream_told_is_refused(served: Desk, last: str) -> None:
    path = f"/v1/conversations/{(await served.conversation())['id']}/live"
    refused = await served.buyer.get(path, headers={"Last-Event-ID": last.encode()})
    served.harness.problem(refused, 400, "last_event_unknown")


async def test_a_process_tells_so_many_streams_and_no_more(served: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MOST", 0)
    refused = await served.buyer.get(f"/v1/conversations/{(await served.conversation())['id']}/live")
    served.harness.problem(refused, 503, "too_many_streams")
    assert refused.headers["retry-after"]


async def test_a_stream_lasts_as_long_as_its_time(served: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LAST_SECONDS", 0.1)
    monkeypatch.setattr(sse, "LOOK_SECONDS", 0.05)
    served.harness.runtime.leaving = lambda: False
    path = f"/v1/conversations/{(await served.conversation())['id']}/live"
    assert (await asyncio.wait_for(served.buyer.get(path), 20)).status_code == 200
    assert served.harness.runtime.streams == 0


async def test_a_stream_lasts_no_longer_than_the_token_of_who_listens(
    served: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "LOOK_SECONDS", 0.05)
    served.harness.runtime.leaving = lambda: False
    path = f"/v1/conversations/{(await served.conversation())['id']}/live"
    listening = asyncio.create_task(served.buyer.get(path))

    async def begun() -> bool:
        return served.harness.runtime.streams == 1

    await until(begun, "a stream")
    served.harness.clock.advance(hours=24 * 365 + 1)
    assert (await asyncio.wait_for(listening, 20)).text.count("data:") == 1
    assert served.harness.runtime.streams == 0
