"""Conversations that become one, or two, while people write in them."""

import asyncio
from collections import Counter
from typing import Any

import httpx
from aftercare_events import AfterSaleApproved
from cs_desk import CASE, ORDER, Desk, made
from cs_svc.domain.merging import MOST_MOVED
from queue_desk import QueueDesk, done
from test_sla import breaches, policy


async def say(desk: Desk, who: str, conversation: dict[str, Any], text: str) -> None:
    client = desk.harness.client(*{"buyer": ("buyer", "buyer-1"), "agent": ("agent", "agent-1")}[who])
    made(await client.post(f"/v1/conversations/{conversation['id']}/messages", json={"text": text}))
    desk.harness.clock.advance(seconds=1)


async def merge(desk: Desk, source: dict[str, Any], target: dict[str, Any]) -> httpx.Response:
    path = f"/v1/conversations/{source['id']}/merge"
    return await desk.harness.client("agent", "agent-1").post(path, json={"into_id": target["id"]})


async def split(desk: Desk, conversation: dict[str, Any], place: str, **about: str) -> httpx.Response:
    path = f"/v1/conversations/{conversation['id']}/split"
    return await desk.harness.client("agent", "agent-1").post(path, json={"from_place": place, **about})


async def shown(desk: Desk, conversation: dict[str, Any], who: str = "buyer") -> dict[str, Any]:
    client = desk.harness.client(who, f"{who}-1")
    return done(await client.get(f"/v1/conversations/{conversation['id']}"))


def texts(conversation: dict[str, Any]) -> list[str]:
    return [each["text"] for each in conversation["messages"]]


async def two(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two conversations in which messages alternate: 1 to 6, the odd ones in the first."""
    first = await desk.conversation(text="1")
    desk.harness.clock.advance(seconds=1)
    second = made(await desk.harness.client("buyer", "buyer-1").post("/v1/conversations", json={"text": "2"}))
    desk.harness.clock.advance(seconds=1)
    for text, who, conversation in (
        ("3", "agent", first),
        ("4", "agent", second),
        ("5", "buyer", first),
        ("6", "buyer", second),
    ):
        await say(desk, who, conversation, text)
    return first, second


async def test_the_messages_of_both_are_in_the_order_of_time(prepared: Desk) -> None:
    target, source = await two(prepared)
    merged = done(await merge(prepared, source, target))
    assert (merged["id"], merged["message_count"], merged["case_id"]) == (target["id"], 6, CASE)
    found = await shown(prepared, target)
    assert texts(found) == ["1", "2", "3", "4", "5", "6"]
    assert [each["origin_id"] for each in found["messages"]] == [None, source["id"]] * 3
    assert len({each["id"] for each in found["messages"]}) == 6
    # The one that was due first is: the message 5, as written.
    assert found["answer_due_at"] == "2026-03-02T13:00:04Z"
    await say(prepared, "buyer", target, "7")
    assert texts(await shown(prepared, target))[-2:] == ["6", "7"]
    events = [*await prepared.events("ConversationMerged"), *await prepared.events("ConversationMergedInto")]
    assert [event.conversation_id for event in events] == [source["id"], target["id"]]
    assert (events[0].into_id, events[1].from_id, events[1].messages) == (target["id"], source["id"], 6)


async def test_the_id_of_the_merged_one_leads_to_the_other(prepared: Desk) -> None:
    target, source = await two(prepared)
    done(await merge(prepared, source, target))
    found = await shown(prepared, source)
    assert (found["merged_into"], found["state"], found["messages"]) == (target["id"], "closed", [])
    assert found["unread_count"] == 0
    client = prepared.harness.client("buyer", "buyer-1")
    refused = await client.post(f"/v1/conversations/{source['id']}/messages", json={"text": "?"})
    assert prepared.harness.problem(refused, 409, "conversation_merged")["merged_into"] == target["id"]
    agent = prepared.harness.client("agent", "agent-1")
    refused = await agent.post(f"/v1/conversations/{source['id']}/reopen")
    prepared.harness.problem(refused, 409, "conversation_merged")
    prepared.harness.problem(await merge(prepared, source, target), 409, "conversation_merged")
    # A case that changes is reported in the one that goes on, once.
    await prepared.consume(AfterSaleApproved, state="await_buyer_shipment")
    assert len((await shown(prepared, target))["messages"]) == 7
    assert (await shown(prepared, source))["messages"] == []


async def test_what_is_reported_in_both_is_reported_once(prepared: Desk) -> None:
    target, source = await prepared.conversation(text="1"), await prepared.conversation(text="2")
    prepared.harness.clock.advance(seconds=1)
    await prepared.consume(AfterSaleApproved, state="await_buyer_shipment")
    merged = done(await merge(prepared, source, target))
    found = await shown(prepared, target)
    assert [each["author_role"] for each in found["messages"]] == ["buyer", "buyer", "system"]
    assert merged["message_count"] == 3


async def test_what_is_read_stays_read_and_the_rest_unread(prepared: Desk) -> None:
    target, source = await two(prepared)
    seller = prepared.harness.client("seller", "seller-1", "m-1")
    done(await seller.post(f"/v1/conversations/{target['id']}/read", json={"place": "00000003"}))
    done(await merge(prepared, source, target))
    unread = [(await shown(prepared, target, who))["unread_count"] for who in ("buyer", "agent")]
    # The buyer wrote last in both. The agent had read 1, 2, 3 and 4. The seller had never seen 2.
    assert unread == [0, 2]
    assert done(await seller.get(f"/v1/conversations/{target['id']}"))["unread_count"] == 5


async def test_a_client_that_resumes_gets_every_message(prepared: Desk) -> None:
    target, source = await two(prepared)
    done(await merge(prepared, source, target))
    async with prepared.harness.runtime.reader(None) as reader:
        places = [row["place"] for row in await reader.connection.fetch("SELECT place FROM messages ORDER BY place")]
    assert places == [f"{number:08d}" for number in range(4, 10)], "all are behind what the target had given"


async def test_clocks_queues_notes_and_tags_go_on_in_the_target(prepared: Desk) -> None:
    queues = QueueDesk(prepared)
    await queues.team()
    await policy(prepared, first_answer_minutes=10)
    target = await prepared.conversation()
    await say(prepared, "agent", target, "?")
    source = await prepared.conversation()
    agent = prepared.harness.client("agent", "agent-1")
    made(await agent.post(f"/v1/conversations/{source['id']}/notes", json={"text": "内部"}))
    prepared.harness.clock.advance(seconds=60)
    due = [each[2] for each in await breaches(prepared)]
    merged = done(await merge(prepared, source, target))
    assert [each[2] for each in await breaches(prepared)] == due
    assert merged["whose_turn"] == "service"
    [entry] = [each for each in await queues.entries() if each["state"] == "waiting"]
    assert entry["conversation_id"] == target["id"]
    [note] = done(await prepared.harness.client("agent", "agent-1").get(f"/v1/notes?conversation_id={target['id']}"))[
        "data"
    ]
    assert note["text"] == "内部"


async def test_conversations_of_other_customers_and_orders_stay_apart(prepared: Desk) -> None:
    await prepared.order("ord_2")
    await prepared.order("ord_3", buyer_id="buyer-2")
    mine = await prepared.conversation()
    other = made(await prepared.buyer.post("/v1/conversations", json={"order_id": "ord_2", "text": "?"}))
    foreign = made(await prepared.other_buyer.post("/v1/conversations", json={"order_id": "ord_3", "text": "?"}))
    for source, what in ((other, "order"), (foreign, "buyer"), (mine, "none")):
        refused = await merge(prepared, source, mine)
        assert prepared.harness.problem(refused, 409, "conversations_differ")["what"] == what
    prepared.harness.problem(await merge(prepared, {"id": "conv_9"}, mine), 404, "not_found")
    prepared.harness.problem(await merge(prepared, mine, {"id": "conv_9"}), 422, "conversation_unknown")


async def test_a_split_conversation_goes_on_as_two(prepared: Desk) -> None:
    await prepared.order("ord_2")
    opened = await prepared.conversation(text="1")
    for who, text in (("agent", "2"), ("buyer", "3"), ("buyer", "4")):
        await say(prepared, who, opened, text)
    new = made(await split(prepared, opened, "00000003", order_id="ord_2"))
    assert (new["order_id"], new["case_id"], new["message_count"]) == ("ord_2", None, 2)
    left, right = await shown(prepared, opened), await shown(prepared, new)
    assert (texts(left), texts(right)) == (["1", "2"], ["3", "4"])
    assert [each["place"] for each in right["messages"]] == ["00000001", "00000002"]
    assert {each["origin_id"] for each in right["messages"]} == {opened["id"]}
    assert (left["whose_turn"], left["answer_due_at"]) == ("buyer", None)
    assert (right["whose_turn"], right["answer_due_at"]) == ("service", "2026-03-02T13:00:01Z")
    assert (left["unread_count"], right["unread_count"]) == (0, 0)
    await say(prepared, "agent", opened, "5")
    found = await shown(prepared, opened)
    assert (texts(found), found["unread_count"]) == (["1", "2", "5"], 1)
    assert found["messages"][-1]["place"] == "00000005", "behind all that clients have seen"
    (event,) = await prepared.events("ConversationSplit")
    assert (event.conversation_id, event.new_id, event.messages) == (opened["id"], new["id"], 2)
    assert (await prepared.events("ConversationOpened"))[-1].split_from_id == opened["id"]


async def test_places_and_orders_that_do_not_fit_are_refused(prepared: Desk) -> None:
    await prepared.order("ord_3", buyer_id="buyer-2")
    opened = await prepared.conversation()
    await say(prepared, "agent", opened, "2")
    for place in ("00000001", "00000003"):
        prepared.harness.problem(await split(prepared, opened, place), 422, "place_unknown")
    refused = await split(prepared, opened, "00000002", order_id="ord_3")
    prepared.harness.problem(refused, 404, "order_unknown")


async def test_a_long_conversation_is_split_where_it_may_be(prepared: Desk) -> None:
    """More messages than are moved at once may stay; no more may go, and none is left behind."""
    opened = await prepared.conversation(text="1")
    pool, most = prepared.harness.runtime.pool, MOST_MOVED + 100
    names = "conversation_id, author_role, author_id, text, citations, sent_at, channel"
    await pool.execute(
        f"INSERT INTO messages (id, place, {names}) SELECT 'msg_' || n, lpad(n::text, 8, '0'), {names}"
        f" FROM messages, generate_series(2, {most}) AS n"
    )
    await pool.execute("UPDATE conversations SET message_count = $1", most)
    prepared.harness.problem(await split(prepared, opened, "00000002"), 409, "too_many_messages")
    new = made(await split(prepared, opened, f"{most - 1:08d}"))
    assert new["message_count"] == 2
    assert (await shown(prepared, opened))["message_count"] == most - 2


async def test_a_split_is_undone_by_merging(prepared: Desk) -> None:
    opened = await prepared.conversation(text="1")
    for text in ("2", "3"):
        await say(prepared, "buyer", opened, text)
    new = made(await split(prepared, opened, "00000002"))
    done(await merge(prepared, new, opened))
    assert texts(await shown(prepared, opened)) == ["1", "2", "3"]


async def test_who_writes_while_two_become_one_loses_nothing(prepared: Desk) -> None:
    first, second = await prepared.conversation(text="a"), await prepared.conversation(text="b")
    buyer, agent = prepared.buyer, prepared.agent
    posts = [
        (buyer, agent)[number % 2].post(
            f"/v1/conversations/{(first, second)[number // 2 % 2]['id']}/messages", json={"text": str(number)}
        )
        for number in range(16)
    ]
    merges = [
        agent.post(f"/v1/conversations/{one['id']}/merge", json={"into_id": other["id"]})
        for one, other in ((first, second), (second, first))
    ]
    answers = await asyncio.gather(*posts[:8], *merges, *posts[8:])
    codes = Counter(each.status_code for each in answers)
    assert set(codes) <= {200, 201, 409}, [each.text for each in answers]
    assert codes[200] == 1, "one of the two merges"
    written = {each.json()["text"] for each in answers if each.status_code == 201}
    gone = [each for each in answers if each.status_code == 409]
    assert all(each.json()["code"] in ("conversation_merged", "illegal_transition") for each in gone)
    [merged] = [each.json() for each in answers if each.status_code == 200]
    found = await shown(prepared, merged)
    assert sorted(texts(found)) == sorted({"a", "b", *written})
    places = [each["place"] for each in found["messages"]]
    assert places == sorted(set(places))
    assert found["message_count"] == len(places)


async def test_both_are_about_what_both_were_about(prepared: Desk) -> None:
    target = made(await prepared.buyer.post("/v1/conversations", json={"text": "?"}))
    source = await prepared.conversation()
    merged = done(await merge(prepared, source, target))
    assert (merged["order_id"], merged["case_id"], merged["merchant_id"]) == (ORDER, CASE, "m-1")
