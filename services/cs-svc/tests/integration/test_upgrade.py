"""A filled database of revision 0001 is upgraded: its timers run and its ended cases may be rated."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing.databases import with_database
from alembic import command
from alembic.config import Config
from cs_svc import tables
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

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


@dataclass
class Database:
    """A connection to a database of the revision before, and its migrations."""

    url: str
    connection: asyncpg.Connection

    async def migrate(self, act: Callable[[Config, str], None], revision: str) -> None:
        migrations = Migrations("cs_svc", self.url, tables.metadata)
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(self.url), poolclass=NullPool
        )
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: act(migrations.config(sync), revision))
            await connection.commit()
        await engine.dispose()

    async def column(self, table: str, column: str) -> dict[str, object]:
        return {row["id"]: row[column] for row in await self.connection.fetch(f"SELECT id, {column} FROM {table}")}


@pytest.fixture
async def old(postgres_url: str) -> AsyncIterator[Database]:
    name = f"old_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = with_database(postgres_url, name)
    database = Database(url, await asyncpg.connect(url))
    await database.migrate(command.upgrade, BEFORE)
    yield database
    await database.connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def fill(connection: asyncpg.Connection) -> None:
    due = (await connection.fetchval("SELECT now()")).replace(microsecond=0)
    for state in ("completed", "closed", "cancelled", "refunding", "disputed"):
        await connection.execute(CASE, state)
    await connection.execute(CONVERSATION, "waiting", "service", due)
    await connection.execute(CONVERSATION, "answered", "buyer", None)
    await connection.execute(COMPLAINT, "open", "open", due)
    await connection.execute(COMPLAINT, "answered", "answered", None)


async def test_awaited_answers_get_a_timer_and_ended_cases_are_known(old: Database) -> None:
    await fill(old.connection)
    await old.migrate(command.upgrade, THIS)
    for table, waiting in (("conversations", "waiting"), ("complaints", "open")):
        assert await old.column(table, "deadline_at") == await old.column(table, "answer_due_at")
        assert (await old.column(table, "deadline_at"))[waiting] is not None
        assert set((await old.column(table, "overdue_at")).values()) == {None}
    ended = {id_ for id_, is_ended in (await old.column("known_cases", "ended")).items() if is_ended}
    assert ended == {"completed", "closed", "cancelled"}


async def test_builds_of_the_revision_before_write_on_and_the_upgrade_can_be_undone(old: Database) -> None:
    await old.migrate(command.upgrade, THIS)
    await fill(old.connection)
    await old.migrate(command.downgrade, BEFORE)
    assert set(await old.column("complaints", "answer_due_at")) == {"open", "answered"}
