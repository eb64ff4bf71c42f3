"""Conversations of buyers, sellers and agents."""

from cs_desk import CASE, ORDER, Desk, made


async def test_a_buyer_opens_a_conversation_about_a_case(prepared: Desk) -> None:
    opened = await prepared.conversation()
    assert opened["id"].startswith("conv_")
    assert (opened["state"], opened["order_id"], opened["case_id"]) == ("open", ORDER, CASE)
    assert (opened["buyer_id"], opened["merchant_id"]) == ("buyer-1", "m-1")
    assert [(m["author_role"], m["author_id"], m["text"]) for m in opened["messages"]] == [
        ("buyer", "buyer-1", "什么时候退款?")
    ]
    assert opened["whose_turn"] == "service"
    assert opened["answer_due_at"] == "2026-03-02T13:00:00Z"


async def test_events_hold_the_hash_of_a_message_and_not_its_text(prepared: Desk) -> None:
    opened = await prepared.conversation()
    (event,) = await prepared.events("ConversationOpened")
    (posted,) = await prepared.events("MessagePosted")
    assert (event.conversation_id, event.order_id, event.case_id) == (opened["id"], ORDER, CASE)
    assert (event.affected_party, event.applicant, event.handler, event.result) == ("buyer-1",) * 3 + ("open",)
    assert (posted.message_id, posted.author_role) == (opened["messages"][0]["id"], "buyer")
    assert posted.evidence == (posted.text_hash,)
    assert "退款".encode() not in b"".join(e.data for e in await prepared.harness.envelopes())


async def test_a_conversation_needs_neither_case_nor_order(desk: Desk) -> None:
    opened = made(await desk.buyer.post("/v1/conversations", json={"text": "你好"}))
    assert (opened["order_id"], opened["case_id"], opened["merchant_id"]) == (None, None, None)
    assert (await desk.seller.get(f"/v1/conversations/{opened['id']}")).status_code == 404


async def test_a_conversation_about_an_order(prepared: Desk) -> None:
    opened = made(await prepared.buyer.post("/v1/conversations", json={"order_id": ORDER, "text": "?"}))
    assert (opened["order_id"], opened["case_id"]) == (ORDER, None)


async def test_a_conversation_about_a_case_names_its_order(prepared: Desk) -> None:
    opened = made(await prepared.buyer.post("/v1/conversations", json={"case_id": CASE, "text": "?"}))
    assert opened["order_id"] == ORDER


async def test_buyer_seller_and_agent_read_the_same_messages(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    made(await prepared.agent.post(f"{path}/messages", json={"text": "正在处理"}))
    made(await prepared.seller.post(f"{path}/messages", json={"text": "已安排"}))
    made(await prepared.buyer.post(f"{path}/messages", json={"text": "谢谢"}))
    shown = [(await client.get(path)).json() for client in (prepared.buyer, prepared.seller, prepared.agent)]
    texts = [(m["author_role"], m["text"]) for m in shown[0]["messages"]]
    assert texts == [("buyer", "什么时候退款?"), ("agent", "正在处理"), ("seller", "已安排"), ("buyer", "谢谢")]
    assert shown[0]["messages"] == shown[1]["messages"] == shown[2]["messages"]
    assert shown[0]["message_count"] == 4


async def test_an_answered_conversation_leaves_the_queue(prepared: Desk) -> None:
    first, second = await prepared.conversation(), await prepared.conversation()
    made(await prepared.agent.post(f"/v1/conversations/{first['id']}/messages", json={"text": "正在处理"}))
    waiting = (await prepared.agent.get("/v1/conversations?whose_turn=service")).json()["data"]
    assert [each["id"] for each in waiting] == [second["id"]]
    answered = (await prepared.agent.get(f"/v1/conversations/{first['id']}")).json()
    assert (answered["whose_turn"], answered["answer_due_at"]) == ("buyer", None)


async def test_an_agent_cites_articles(prepared: Desk) -> None:
    opened = await prepared.conversation()
    cited = {"text": "七天内可退", "citations": [{"article_id": "art_1", "article_version": 2}]}
    path = f"/v1/conversations/{opened['id']}"
    assert made(await prepared.agent.post(f"{path}/messages", json=cited))["citations"] == cited["citations"]
    assert (await prepared.buyer.get(path)).json()["messages"][-1]["citations"] == cited["citations"]


async def test_only_agents_may_cite(prepared: Desk) -> None:
    opened = await prepared.conversation()
    cited = {"text": "?", "citations": [{"article_id": "art_1", "article_version": 2}]}
    response = await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json=cited)
    prepared.harness.problem(response, 403, "citations_by_agents_only")


async def test_a_conversation_is_assigned_to_an_agent(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}/assign"
    assert (await prepared.agent.post(path, json={})).json()["agent_id"] == "agent-1"
    assert (await prepared.agent.post(path, json={"agent_id": "agent-7"})).json()["agent_id"] == "agent-7"
    assert [event.agent_id for event in await prepared.events("ConversationAssigned")] == ["agent-1", "agent-7"]
    assert len((await prepared.agent.get("/v1/conversations?agent_id=agent-7")).json()["data"]) == 1


async def test_a_closed_conversation_awaits_no_answer(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    closed = (await prepared.buyer.post(f"{path}/close")).json()
    assert (closed["state"], closed["whose_turn"], closed["answer_due_at"]) == ("closed", None, None)
    assert closed["closed_at"] == "2026-03-02T09:00:00Z"
    refused = await prepared.buyer.post(f"{path}/close")
    assert prepared.harness.problem(refused, 409, "illegal_transition")["allowed"] == ["post"]
    assert (await prepared.events("ConversationClosed"))[0].result == "closed"


async def test_a_buyers_message_reopens_a_closed_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await prepared.agent.post(f"{path}/assign")
    await prepared.agent.post(f"{path}/close")
    prepared.harness.clock.advance(hours=24 * 30)
    buyer = prepared.harness.client("buyer", "buyer-1")
    made(await buyer.post(f"{path}/messages", json={"text": "退款还没有到"}))
    shown = (await buyer.get(path)).json()
    assert (shown["state"], shown["closed_at"], shown["agent_id"]) == ("open", None, "agent-1")
    assert (shown["whose_turn"], shown["answer_due_at"]) == ("service", "2026-04-01T13:00:00Z")
    assert [message["text"] for message in shown["messages"]] == ["什么时候退款?", "退款还没有到"]
    mine = [each for each in await prepared.harness.envelopes() if each.subject == opened["id"]]
    kinds = [each.type.removesuffix(".v1") for each in mine]
    assert kinds[-3:] == ["ConversationClosed", "ConversationReopened", "MessagePosted"]
    assert [each.sequence for each in mine] == list(range(1, len(mine) + 1))
    (reopened,) = await prepared.events("ConversationReopened")
    assert (reopened.handler, reopened.result, reopened.matter) == ("buyer-1", "open", "conversation")


async def test_an_agents_message_reopens_a_closed_conversation_with_the_buyers_turn(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await prepared.buyer.post(f"{path}/close")
    made(await prepared.agent.post(f"{path}/messages", json={"text": "退款已到账"}))
    shown = (await prepared.agent.get(path)).json()
    assert (shown["state"], shown["whose_turn"], shown["answer_due_at"]) == ("open", "buyer", None)


async def test_a_seller_may_not_write_in_a_closed_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await prepared.buyer.post(f"{path}/close")
    refused = await prepared.seller.post(f"{path}/messages", json={"text": "还有"})
    assert prepared.harness.problem(refused, 403, "not_allowed_for_role")["why_not"] == "buyer_or_agent_only"
    assert (await prepared.buyer.get(path)).json()["state"] == "closed"


async def test_an_open_conversation_is_not_reopened(prepared: Desk) -> None:
    opened = await prepared.conversation()
    made(await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "?"}))
    assert await prepared.events("ConversationReopened") == []


async def test_a_seller_may_not_close_a_conversation(prepared: Desk) -> None:
    opened = await prepared.conversation()
    prepared.harness.problem(await prepared.seller.post(f"/v1/conversations/{opened['id']}/close"), 403, "forbidden")


async def test_allowed_actions_say_why_not(prepared: Desk) -> None:
    opened = await prepared.conversation()
    shown = (await prepared.seller.get(f"/v1/conversations/{opened['id']}")).json()["allowed_actions"]
    assert shown[:3] == [
        {"action": "post", "allowed": True},
        {"action": "assign", "allowed": False, "why_not": "agent_only"},
        {"action": "close", "allowed": False, "why_not": "buyer_or_agent_only"},
    ]


async def test_a_long_conversation_shows_its_latest_messages_and_pages_all(prepared: Desk) -> None:
    opened = await prepared.conversation(text="0")
    path = f"/v1/conversations/{opened['id']}"
    for number in range(1, 104):
        made(await prepared.buyer.post(f"{path}/messages", json={"text": str(number)}))
    shown = (await prepared.buyer.get(path)).json()
    assert shown["message_count"] == 104
    assert [m["text"] for m in shown["messages"]] == [str(n) for n in range(4, 104)]
    texts, cursor = [], ""
    while cursor is not None:
        page = (
            await prepared.buyer.get(
                f"{path}/messages", params={"limit": 50, "cursor": cursor} if cursor else {"limit": 50}
            )
        ).json()
        texts += [m["text"] for m in page["data"]]
        cursor = page["next_cursor"]
    assert texts == [str(n) for n in range(103, -1, -1)]


async def test_the_version_is_the_sequence_of_the_last_event(prepared: Desk) -> None:
    opened = await prepared.conversation()
    assert opened["version"] == 2
    path = f"/v1/conversations/{opened['id']}"
    made(await prepared.agent.post(f"{path}/messages", json={"text": "正在处理"}))
    closed = await prepared.agent.post(f"{path}/close")
    assert (closed.json()["version"], closed.headers["etag"]) == (4, '"v4"')
    mine = [e for e in await prepared.harness.envelopes() if e.subject == opened["id"]]
    assert [e.sequence for e in mine] == [1, 2, 3, 4]


async def test_lists_are_filtered_and_paged(prepared: Desk) -> None:
    opened = [(await prepared.conversation())["id"] for _ in range(3)]
    await prepared.agent.post(f"/v1/conversations/{opened[0]}/close")
    listed = (await prepared.buyer.get("/v1/conversations?state=open&limit=1")).json()
    assert [each["id"] for each in listed["data"]] == [opened[2]]
    assert listed["has_more"]
    after = {"state": "open", "limit": 1, "cursor": listed["next_cursor"]}
    rest = (await prepared.buyer.get("/v1/conversations", params=after)).json()
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == ([opened[1]], False)
    assert "messages" not in rest["data"][0]


async def test_a_conversation_shows_how_many_messages_its_reader_has_not_read(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    for text in ("1", "2"):
        made(await prepared.agent.post(f"{path}/messages", json={"text": text}))
    await prepared.seller.post(f"{path}/read", json={"place": "00000002"})
    unread = [
        (await client.get(path)).json()["unread_count"] for client in (prepared.buyer, prepared.seller, prepared.agent)
    ]
    assert unread == [2, 1, 0]
