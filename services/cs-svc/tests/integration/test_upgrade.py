"""A filled database of revision 0001 is upgraded: its timers run and its ended cases may be rated."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from aftercare_chassis.testing.revisions import OldDatabase, old_database
from cs_svc import tables

BEFORE, THIS = "0001", "0002"
CASE = "INSERT INTO known_cases (id, order_id, buyer_id, merchant_id, state) VALUES ($1, 'o', 'b', 'm', $1)"
CONVERSATION = """
INSERT INTO conversations (id, version, state, buyer_id, message_count, whose_turn, answer_due_at, created_at, updated_at)
VALUES ($1, 1, 'open', 'b', 1, $2, $3::timestamptz, now(), now())
"""
COMPLAINT = """
INSERT INTO complaints (id, version, state, channel, category, subject_id, order_id, buyer_id, merchant_id, opened_by, text,
                        answer_due_at, created_at, updated_at)
VALUES ($1, 1, $2, 'web', 'other', $1, $1, 'b', 'm', 'b', '?', $3::timestamptz, now(), now())
"""


@pytest.fixture
async def old(postgres_url: str) -> AsyncIterator[OldDatabase]:
    async with old_database(postgres_url, "cs_svc", tables.metadata, BEFORE) as database:
        yield database


async def fill(connection: asyncpg.Connection) -> None:
    due = (await connection.fetchval("SELECT now()")).replace(microsecond=0)
    for state in ("completed", "closed", "cancelled", "refunding", "disputed"):
        await connection.execute(CASE, state)
    await connection.execute(CONVERSATION, "waiting", "service", due)
    await connection.execute(CONVERSATION, "answered", "buyer", None)
    await connection.execute(COMPLAINT, "open", "open", due)
    await connection.execute(COMPLAINT, "answered", "answered", None)


async def test_awaited_answers_get_a_timer_and_ended_cases_are_known(old: OldDatabase) -> None:
    await fill(old.connection)
    await old.upgrade(THIS)
    for table, waiting in (("conversations", "waiting"), ("complaints", "open")):
        assert await old.column(table, "deadline_at") == await old.column(table, "answer_due_at")
        assert (await old.column(table, "deadline_at"))[waiting] is not None
        assert set((await old.column(table, "overdue_at")).values()) == {None}
    ended = {id_ for id_, is_ended in (await old.column("known_cases", "ended")).items() if is_ended}
    assert ended == {"completed", "closed", "cancelled"}


async def test_builds_of_the_revision_before_write_on_and_the_upgrade_can_be_undone(old: OldDatabase) -> None:
    await old.upgrade(THIS)
    await fill(old.connection)
    await old.downgrade(BEFORE)
    assert set(await old.column("complaints", "answer_due_at")) == {"open", "answered"}
