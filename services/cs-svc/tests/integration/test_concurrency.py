"""Concurrent requests for the same thing have one effect."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence

from aftercare_events import AfterSaleApproved, AfterSaleFrozen
from cs_desk import CASE, SCORES, Desk, complaint_body

MANY = 20


MATTERS = ("商家无理由拒绝", "退款十天没有到账", "客服骂人", "收到的是假货", "快递员不送上门")


async def test_concurrent_complaints_about_a_case_open_one(prepared: Desk) -> None:
    calls = (prepared.buyer.post("/v1/complaints", json=complaint_body(text=text)) for text in MATTERS)
    answers = await asyncio.gather(*calls)
    assert Counter(a.status_code for a in answers) == {201: 1, 409: len(MATTERS) - 1}
    (made,) = [a.json()["id"] for a in answers if a.status_code == 201]
    refused = {(a.json()["code"], a.json()["complaint_id"]) for a in answers if a.status_code == 409}
    assert refused == {("complaint_already_open", made)}
    assert len(await prepared.events("ComplaintOpened")) == 1


async def test_concurrent_submissions_make_one_complaint_and_none_is_lost(prepared: Desk) -> None:
    bodies = [
        complaint_body(text=MATTERS[0], channel=channel, case_id=case)
        for channel in ("web", "api", "phone", "message")
        for case in (CASE, None)
    ] * 2
    answers = await asyncio.gather(*(prepared.buyer.post("/v1/complaints", json=body) for body in bodies))
    assert {a.status_code for a in answers} == {201}
    (complaint,) = {a.json()["id"] for a in answers}
    shown = (await prepared.buyer.get(f"/v1/complaints/{complaint}")).json()
    assert len(shown["submissions"]) == len(bodies) - 1
    channels = [shown["channel"], *(each["channel"] for each in shown["submissions"])]
    assert Counter(channels) == Counter(body["channel"] for body in bodies)
    assert len(await prepared.events("ComplaintOpened")) == 1


async def test_concurrent_requests_with_one_key_have_one_effect(prepared: Desk) -> None:
    key = {"Idempotency-Key": "the same"}
    calls = (prepared.buyer.post("/v1/complaints", json=complaint_body(), headers=key) for _ in range(MANY))
    answers = await asyncio.gather(*calls)
    good = [a for a in answers if a.status_code == 201]
    assert len({a.json()["id"] for a in good}) == 1
    late = [a for a in answers if a.status_code != 201]
    assert all(a.json()["code"] == "idempotency_key_in_flight" and a.headers["retry-after"] == "1" for a in late)
    again = await prepared.buyer.post("/v1/complaints", json=complaint_body(), headers=key)
    assert again.content == good[0].content
    assert len(await prepared.events("ComplaintOpened")) == 1


async def test_concurrent_ratings_of_a_case_give_one(prepared: Desk) -> None:
    await prepared.completed()
    body = {"case_id": CASE, "scores": SCORES}
    answers = await asyncio.gather(*(prepared.buyer.post("/v1/ratings", json=body) for _ in range(MANY)))
    assert Counter(a.status_code for a in answers) == {201: 1, 409: MANY - 1}
    assert len(await prepared.events("RatingGiven")) == 1


async def test_concurrent_messages_and_notifications_are_stored_in_one_order(prepared: Desk) -> None:
    opened = await prepared.conversation(text="0")
    path = f"/v1/conversations/{opened['id']}"
    people = (prepared.buyer, prepared.seller, prepared.agent)
    posts = [people[n % 3].post(f"{path}/messages", json={"text": str(n)}) for n in range(1, MANY)]
    notifications = [prepared.consume(event) for event in (AfterSaleApproved, AfterSaleFrozen)]
    answers = await asyncio.gather(*posts, _in_turn(notifications))
    assert {a.status_code for a in answers if a is not None} == {201}
    shown = (await prepared.buyer.get(path)).json()
    assert shown["message_count"] == len(shown["messages"]) == MANY + 2
    assert {m["text"] for m in shown["messages"] if m["author_role"] != "system"} == {str(n) for n in range(MANY)}
    mine = [e.sequence for e in await prepared.harness.envelopes() if e.subject == opened["id"]]
    assert mine == list(range(1, MANY + 4))


async def _in_turn(awaitables: Sequence[Awaitable[object]]) -> None:
    for each in awaitables:
        await each


async def test_concurrent_timers_mark_each_answer_once(prepared: Desk) -> None:
    for _ in range(3):
        await prepared.conversation()
    await prepared.complaint()
    prepared.harness.clock.advance(hours=48)
    await asyncio.gather(*(prepared.harness.run_due() for _ in range(4)))
    assert len(await prepared.events("ConversationOverdue")) == 3
    assert len(await prepared.events("ComplaintOverdue")) == 1


async def test_an_answer_at_the_deadline_is_either_in_time_or_overdue(prepared: Desk) -> None:
    opened = [await prepared.conversation() for _ in range(MANY // 2)]
    prepared.harness.clock.advance(hours=4)
    replies = [prepared.agent.post(f"/v1/conversations/{each['id']}/messages", json={"text": "?"}) for each in opened]
    responses = await asyncio.gather(prepared.harness.run_due(), *replies)
    assert {each.status_code for each in responses if each is not None} == {201}
    overdue = {event.conversation_id for event in await prepared.events("ConversationOverdue")}
    for conversation in (await prepared.agent.get("/v1/conversations")).json()["data"]:
        assert (conversation["whose_turn"], conversation["answer_due_at"]) == ("buyer", None)
        assert (conversation["overdue_at"] is not None) == (conversation["id"] in overdue)
        assert conversation["version"] == 3 + (conversation["id"] in overdue)


async def test_two_agents_resolve_one_complaint_once(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    path = f"/v1/complaints/{complaint['id']}/resolve"
    calls = (prepared.agent.post(path, json={"outcome": outcome}) for outcome in ("upheld", "unfounded"))
    answers = await asyncio.gather(*calls)
    assert sorted(a.status_code for a in answers) == [200, 409]
    assert len(await prepared.events("ComplaintResolved")) == 1
