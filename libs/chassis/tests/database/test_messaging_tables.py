"""The messaging tables have a history of their own, which the chassis migrates in every service's database."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import MESSAGING, MESSAGING_VERSION, Applied, SchemaMismatch
from aftercare_chassis.database.schema import MESSAGING as TABLES

Build = Callable[..., Migrations]
Messaging = Callable[..., Path]
FIRST = ("CREATE TABLE thing (name text)", None)
EXPANDS = ("ALTER TABLE thing ADD COLUMN colour text", None)
ADDS = ("ALTER TABLE inbox ADD COLUMN later text", None)
CONTRACTS = ("ALTER TABLE inbox RENAME COLUMN later TO latest", "m9001")


@pytest.fixture
async def database(empty: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty)
    yield connection
    await connection.close()


async def test_a_service_gets_them_without_a_revision_of_its_own(build: Build, database: asyncpg.Connection) -> None:
    made = build(FIRST)
    assert await made.revisions.mismatch(database) == "schema_missing: this build needs revision 0001"
    await made.upgrade()
    found = await database.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
    assert {row["tablename"] for row in found} == {"thing", "alembic_version", "messaging_version", *TABLES.tables}
    assert await Applied.read(database, MESSAGING_VERSION) == Applied(str(MESSAGING.head), "m0001")
    assert await made.revisions.mismatch(database) is None


async def test_a_service_whose_first_revision_created_some_keeps_them(
    build: Build, database: asyncpg.Connection
) -> None:
    own = "CREATE TABLE outbox_blocked AS SELECT 'ord_1' AS aggregateid"
    await build((own, None)).upgrade()
    assert await database.fetchval("SELECT aggregateid FROM outbox_blocked") == "ord_1"
    assert await database.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_difference_is_found(build: Build, database: asyncpg.Connection) -> None:
    made = build(FIRST)
    await made.upgrade()
    await database.execute("ALTER TABLE inbox ADD COLUMN surplus text; DROP TABLE thing")
    assert "surplus" in str(await made.differences())


async def test_a_revision_of_a_service_never_touches_them(build: Build, database: asyncpg.Connection) -> None:
    made = build(FIRST)
    await made.upgrade()
    await database.execute("ALTER TABLE inbox ADD COLUMN surplus text")
    await made.autogenerate("the thing goes")
    [written] = made.service.folder.glob("0002_*.py")
    assert "drop_table('thing')" in written.read_text()
    assert "inbox" not in written.read_text()


async def test_builds_from_before_this_history_find_the_one_row_that_they_read(
    build: Build, database: asyncpg.Connection
) -> None:
    await build(FIRST, EXPANDS).upgrade()
    found = await database.fetch("SELECT version_num, compatible_with FROM alembic_version")
    assert [tuple(row) for row in found] == [("0002", "0001")]


async def test_a_process_waits_until_both_histories_are_migrated(
    build: Build, database: asyncpg.Connection, later_messaging: Messaging
) -> None:
    await build(FIRST).upgrade()
    newer = build(FIRST, messaging=later_messaging(ADDS))
    behind = f"schema_behind: the database is at revision {MESSAGING.head}, this build needs m9001"
    assert await newer.revisions.mismatch(database) == behind
    await newer.upgrade()
    assert await newer.revisions.mismatch(database) is None


async def test_an_older_build_works_with_tables_of_a_newer_one_until_they_are_contracted(
    build: Build, database: asyncpg.Connection, later_messaging: Messaging
) -> None:
    older = build(FIRST)
    await build(FIRST, messaging=later_messaging(ADDS)).upgrade()
    await older.upgrade()
    assert await older.revisions.mismatch(database) is None
    await build(FIRST, messaging=later_messaging(ADDS, CONTRACTS)).upgrade()
    assert "at revision m9002, which needs a build of revision m9001" in str(await older.revisions.mismatch(database))


async def test_where_one_history_cannot_be_worked_with_the_other_is_not_migrated(
    build: Build, database: asyncpg.Connection, later_messaging: Messaging
) -> None:
    await build(FIRST, messaging=later_messaging(ADDS, CONTRACTS)).upgrade()
    with pytest.raises(SchemaMismatch, match="m9002"):
        await build(FIRST, EXPANDS).upgrade()
    assert await Applied.read(database) == Applied("0001", "0001")


async def test_a_migration_that_was_interrupted_between_the_histories_goes_on(
    build: Build, database: asyncpg.Connection, later_messaging: Messaging
) -> None:
    broken = later_messaging(("ALTER TABLE nowhere ADD COLUMN later text", None))
    with suppress(Exception):
        await build(FIRST, messaging=broken).upgrade()
    assert await Applied.read(database, MESSAGING_VERSION) == Applied(str(MESSAGING.head), "m0001")
    made = build(FIRST, EXPANDS)
    await made.upgrade()
    assert await made.revisions.mismatch(database) is None
