"""The database refuses rows that contradict themselves, whatever a command does."""

import asyncpg
import pytest
from cs_desk import CASE, SCORES, Desk, made

CONTRADICTIONS: list[tuple[str, str, str]] = [
    ("conversations", "state = 'closed'", "conversations_time_when_closed_check"),
    ("conversations", "closed_at = now()", "conversations_time_when_closed_check"),
    ("conversations", "state = 'paused'", "conversations_state_check"),
    ("conversations", "whose_turn = 'nobody'", "conversations_whose_turn_check"),
    ("conversations", "order_id = NULL", "conversations_case_has_order_check"),
    ("conversations", "message_count = 0", "conversations_message_count_check"),
    ("conversations", "version = 0", "conversations_version_check"),
    ("messages", "text = NULL", "messages_text_or_code_check"),
    ("messages", "code = 'return_shipped'", "messages_text_or_code_check"),
    ("messages", "author_role = 'system'", "messages_system_has_event_check"),
    ("messages", "author_role = 'courier'", "messages_author_role_check"),
    ("complaints", "state = 'resolved', resolved_at = now()", "complaints_outcome_when_resolved_check"),
    ("complaints", "state = 'resolved', outcome = 'upheld'", "complaints_time_when_resolved_check"),
    ("complaints", "state = 'escalated'", "complaints_dispute_when_escalated_check"),
    ("complaints", "case_id = NULL", "complaints_subject_is_case_or_order_check"),
    ("complaints", "channel = 'fax'", "complaints_channel_check"),
    ("complaints", "category = 'weather'", "complaints_category_check"),
    ("feedback", "state = 'answered'", "feedback_answer_unless_open_check"),
    ("feedback", "improvement = '?'", "feedback_improvement_when_improved_check"),
    ("feedback", "sentiment = 'angry'", "feedback_sentiment_check"),
    ("ratings", "speed = 0", "ratings_speed_check"),
    ("ratings", "service = 6", "ratings_service_check"),
]


@pytest.mark.parametrize(
    ("table", "change", "constraint"), CONTRADICTIONS, ids=[f"{t}: {c}" for t, c, _ in CONTRADICTIONS]
)
async def test_a_contradiction_is_refused_by_a_named_check(
    filled: Desk, table: str, change: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await filled.harness.runtime.pool.execute(f"UPDATE {table} SET {change}")
    assert refused.value.constraint_name == constraint


@pytest.fixture
async def filled(prepared: Desk) -> Desk:
    """One document of each kind."""
    await prepared.conversation()
    await prepared.complaint()
    made(await prepared.buyer.post("/v1/feedback", json={"channel": "web", "text": "?", "case_id": CASE}))
    await prepared.completed()
    made(await prepared.buyer.post("/v1/ratings", json={"case_id": CASE, "scores": SCORES}))
    return prepared


DUPLICATES = [
    ("complaints", "complaints_unresolved_key"),
    ("ratings", "ratings_case_id_key"),
    ("messages", "messages_place_key"),
]


@pytest.mark.parametrize(("table", "constraint"), DUPLICATES)
async def test_a_duplicate_is_refused(filled: Desk, table: str, constraint: str) -> None:
    pool = filled.harness.runtime.pool
    columns = await pool.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1", table
    )
    others = ", ".join(f'"{row["column_name"]}"' for row in columns if row["column_name"] != "id")
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await pool.execute(f"INSERT INTO {table} (id, {others}) SELECT id || '_2', {others} FROM {table} LIMIT 1")
    assert refused.value.constraint_name == constraint


async def test_a_resolved_complaint_may_have_a_successor(filled: Desk) -> None:
    pool = filled.harness.runtime.pool
    await pool.execute("UPDATE complaints SET state = 'resolved', outcome = 'upheld', resolved_at = now()")
    assert (await filled.complaint())["state"] == "open"
