"""Timers: an answer that is not given in time is marked as overdue, once, with an event."""

import pytest
from cs_desk import Desk, made

REPLY_HOURS, COMPLAINT_HOURS = 4, 48
OVERDUE = ["ComplaintOpened", "ComplaintOverdue", "ComplaintSupervised"]


async def types_of(desk: Desk, id_: str) -> list[str]:
    return [each.type.removesuffix(".v1") for each in await desk.harness.envelopes() if each.subject == id_]


async def pass_time(desk: Desk, hours: float) -> None:
    desk.harness.clock.advance(hours=hours)
    await desk.harness.run_due()


async def test_an_unanswered_message_is_overdue_after_the_reply_hours(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await pass_time(prepared, REPLY_HOURS - 0.1)
    assert await prepared.events("ConversationOverdue") == []
    await pass_time(prepared, 0.1)
    shown = (await prepared.buyer.get(f"/v1/conversations/{opened['id']}")).json()
    assert (shown["state"], shown["whose_turn"]) == ("open", "service")
    assert (shown["answer_due_at"], shown["overdue_at"]) == ("2026-03-02T13:00:00Z", "2026-03-02T13:00:00Z")
    (event,) = await prepared.events("ConversationOverdue")
    assert (event.conversation_id, event.handler, event.result) == (opened["id"], "system", "open")
    assert event.answer_due_at.isoformat() == "2026-03-02T13:00:00+00:00"


async def test_an_unanswered_complaint_is_overdue_after_the_complaint_answer_hours(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await pass_time(prepared, COMPLAINT_HOURS)
    shown = (await prepared.buyer.get(f"/v1/complaints/{complaint['id']}")).json()
    assert (shown["state"], shown["whose_turn"], shown["version"]) == ("open", "agent", 3)
    assert (shown["answer_due_at"], shown["overdue_at"]) == ("2026-03-04T09:00:00Z", "2026-03-04T09:00:00Z")
    (event,) = await prepared.events("ComplaintOverdue")
    assert (event.complaint_id, event.state, event.handler) == (complaint["id"], "open", "system")
    assert event.answer_due_at.isoformat() == "2026-03-04T09:00:00+00:00"


async def test_an_answer_is_marked_once(prepared: Desk) -> None:
    await prepared.conversation()
    await prepared.complaint()
    for _ in range(3):
        await pass_time(prepared, 100)
    assert len(await prepared.events("ConversationOverdue")) == len(await prepared.events("ComplaintOverdue")) == 1


async def test_an_answer_in_time_stops_the_timers(prepared: Desk) -> None:
    opened, complaint = await prepared.conversation(), await prepared.complaint()
    made(await prepared.seller.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "已安排"}))
    await prepared.agent.post(f"/v1/complaints/{complaint['id']}/answer", json={"text": "已核实"})
    await pass_time(prepared, 100)
    assert await prepared.events("ConversationOverdue") == await prepared.events("ComplaintOverdue") == []


async def test_the_end_of_a_document_stops_its_timer(prepared: Desk) -> None:
    opened, complaint = await prepared.conversation(), await prepared.complaint()
    escalated = await prepared.complaint(channel="phone")
    await prepared.buyer.post(f"/v1/conversations/{opened['id']}/close")
    await prepared.agent.post(f"/v1/complaints/{complaint['id']}/resolve", json={"outcome": "explained"})
    await prepared.disputed(escalated["id"])
    await pass_time(prepared, 100)
    assert await prepared.events("ConversationOverdue") == await prepared.events("ComplaintOverdue") == []


async def test_an_overdue_complaint_is_answered_as_any_other(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await pass_time(prepared, COMPLAINT_HOURS)
    agent = prepared.harness.client("agent", "agent-1")
    answered = (await agent.post(f"/v1/complaints/{complaint['id']}/answer", json={"text": "抱歉"})).json()
    assert (answered["state"], answered["answer_due_at"]) == ("answered", None)
    assert answered["overdue_at"] == "2026-03-04T09:00:00Z"
    assert await types_of(prepared, complaint["id"]) == [*OVERDUE, "ComplaintAnswered"]


async def test_each_unanswered_message_has_its_own_deadline(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}/messages"
    await pass_time(prepared, REPLY_HOURS)
    made(await prepared.agent.post(path, json={"text": "正在处理"}))
    made(await prepared.buyer.post(path, json={"text": "还要多久?"}))
    await pass_time(prepared, REPLY_HOURS)
    due = [event.answer_due_at.hour for event in await prepared.events("ConversationOverdue")]
    assert due == [13, 17]


@pytest.mark.parametrize(
    ("table", "answered", "left"),
    [
        ("conversations", "whose_turn = 'buyer'", "deadline_at IS NOT NULL"),
        ("complaints", "state = 'answered'", "deadline_at <> resolve_due_at"),
    ],
)
async def test_an_answer_that_a_build_without_timers_stored_clears_the_deadline(
    prepared: Desk, table: str, answered: str, left: str
) -> None:
    await prepared.conversation()
    await prepared.complaint()
    pool = prepared.harness.runtime.pool
    await pool.execute(f"UPDATE {table} SET answer_due_at = NULL, {answered}")
    await pass_time(prepared, 100)
    assert await pool.fetch(f"SELECT id FROM {table} WHERE {left}") == []
    assert await pool.fetch(f"SELECT id FROM {table} WHERE overdue_at IS NOT NULL") == []


async def test_the_next_message_sets_the_timer_that_a_build_without_timers_did_not_set(prepared: Desk) -> None:
    opened = await prepared.conversation()
    await prepared.harness.runtime.pool.execute("UPDATE conversations SET deadline_at = NULL")
    await pass_time(prepared, REPLY_HOURS)
    assert await prepared.events("ConversationOverdue") == []
    made(await prepared.buyer.post(f"/v1/conversations/{opened['id']}/messages", json={"text": "?"}))
    await prepared.harness.run_due()
    (event,) = await prepared.events("ConversationOverdue")
    assert event.answer_due_at.hour == 13, "from the first unanswered message"


async def test_a_reopened_conversation_has_a_new_deadline(prepared: Desk) -> None:
    opened = await prepared.conversation()
    path = f"/v1/conversations/{opened['id']}"
    await prepared.agent.post(f"{path}/close")
    await pass_time(prepared, 20)
    made(await prepared.buyer.post(f"{path}/messages", json={"text": "退款还没有到"}))
    assert await prepared.events("ConversationOverdue") == []
    await pass_time(prepared, REPLY_HOURS)
    (event,) = await prepared.events("ConversationOverdue")
    assert event.conversation_id == opened["id"]


async def test_an_overdue_complaint_may_still_become_a_dispute(prepared: Desk) -> None:
    complaint = await prepared.complaint()
    await pass_time(prepared, COMPLAINT_HOURS)
    await prepared.disputed(complaint["id"])
    agent = prepared.harness.client("agent", "agent-1")
    shown = (await agent.get(f"/v1/complaints/{complaint['id']}")).json()
    assert (shown["state"], shown["dispute_id"], shown["answer_due_at"]) == ("escalated", "dsp_1", None)
    assert await types_of(prepared, complaint["id"]) == [*OVERDUE, "ComplaintEscalated"]


async def test_the_time_of_the_timer_is_not_part_of_the_api(prepared: Desk) -> None:
    assert "deadline_at" not in await prepared.conversation()
    assert "deadline_at" not in await prepared.complaint()
