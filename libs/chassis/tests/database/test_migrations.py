"""Two builds and one database: what `migrate` of an older build does with the schema of a newer one."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import Applied, SchemaMismatch
from aftercare_chassis.testing import until
from sqlalchemy import Column, MetaData, Table, Text

Build = Callable[..., Migrations]
FIRST = ("CREATE TABLE thing (name text)", None)
EXPANDS = ("ALTER TABLE thing ADD COLUMN colour text", None)
CONTRACTS = ("ALTER TABLE thing DROP COLUMN name", "0002")


async def applied(url: str) -> Applied | None:
    connection = await asyncpg.connect(url)
    try:
        return await Applied.read(connection)
    finally:
        await connection.close()


async def mismatch(build: Migrations, url: str) -> str | None:
    """Why a process of this build is not ready."""
    connection = await asyncpg.connect(url)
    try:
        return await build.revisions.mismatch(connection)
    finally:
        await connection.close()


async def test_a_revision_is_as_compatible_as_the_one_before_unless_it_declares(build: Build, empty: str) -> None:
    assert await applied(empty) is None
    revisions = (FIRST, EXPANDS, CONTRACTS, ("CREATE TABLE other (name text)", None))
    for length, expected in enumerate(("0001", "0001", "0002", "0002"), 1):
        await build(*revisions[:length]).upgrade()
        assert await applied(empty) == Applied(f"{length:04}", expected)


async def test_many_revisions_at_once_declare_what_the_last_one_does(build: Build, empty: str) -> None:
    await build(FIRST, EXPANDS, CONTRACTS).upgrade()
    assert await applied(empty) == Applied("0003", "0002")


async def test_an_older_build_leaves_a_compatible_schema_as_it_is(build: Build, empty: str) -> None:
    await build(FIRST, EXPANDS, CONTRACTS).upgrade()
    older = build(FIRST, EXPANDS)
    await older.upgrade()
    assert await applied(empty) == Applied("0003", "0002")
    assert await mismatch(older, empty) is None


async def test_an_older_build_refuses_a_schema_that_it_does_not_work_with(build: Build, empty: str) -> None:
    await build(FIRST, EXPANDS, CONTRACTS).upgrade()
    with pytest.raises(SchemaMismatch, match="at revision 0003, which needs a build of revision 0002 or later"):
        await build(FIRST).upgrade()
    assert await applied(empty) == Applied("0003", "0002")


async def test_a_schema_nobody_declared_anything_about_is_not_worked_with(build: Build, empty: str) -> None:
    await build(FIRST, EXPANDS).upgrade()
    connection = await asyncpg.connect(empty)
    await connection.execute("ALTER TABLE alembic_version DROP COLUMN compatible_with")
    await connection.close()
    with pytest.raises(SchemaMismatch, match="at revision 0002, which needs a build of revision 0002 or later"):
        await build(FIRST).upgrade()
    await build(FIRST, EXPANDS).upgrade()
    await build(FIRST, EXPANDS, CONTRACTS).upgrade()
    assert await applied(empty) == Applied("0003", "0002")


CODES = ("CREATE TABLE thing (state text CONSTRAINT thing_state_check CHECK (state IN ('new', 'old')))", None)
MORE_CODES = ("SELECT 1", None, "codes.allow_codes('thing', 'state', 'lost')")


async def validated(connection: asyncpg.Connection) -> dict[str, bool]:
    """The CHECKs of the table, and whether the rows have been read for them."""
    found = "SELECT pg_get_constraintdef(oid, true), convalidated FROM pg_constraint WHERE conrelid = 'thing'::regclass"
    return {row[0].removesuffix(" NOT VALID"): row[1] for row in await connection.fetch(found)}


async def test_further_codes_are_allowed_without_reading_the_rows_under_the_lock(build: Build, empty: str) -> None:
    await build(CODES).upgrade()
    connection = await asyncpg.connect(empty)
    await connection.execute("ALTER TABLE thing DROP CONSTRAINT thing_state_check")
    await connection.execute("INSERT INTO thing VALUES ('unheard of')")
    await connection.execute(
        "ALTER TABLE thing ADD CONSTRAINT thing_state_check CHECK (state IN ('new', 'old')) NOT VALID"
    )
    newer = build(CODES, MORE_CODES)
    with pytest.raises(Exception, match="thing_state_check"):
        await newer.upgrade()  # the revision has read no row; the validation has
    assert await applied(empty) == Applied("0002", "0001")
    await connection.execute("UPDATE thing SET state = 'lost'")
    await newer.upgrade()
    assert list((await validated(connection)).values()) == [True]
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("INSERT INTO thing VALUES ('unheard of')")
    await connection.close()


async def test_checks_are_validated_while_others_write(build: Build, empty: str) -> None:
    await build(CODES, MORE_CODES).upgrade()
    connection, writer = await asyncpg.connect(empty), await asyncpg.connect(empty)
    [(definition, _)] = (await validated(connection)).items()
    await connection.execute("ALTER TABLE thing DROP CONSTRAINT thing_state_check")
    await connection.execute(f"ALTER TABLE thing ADD CONSTRAINT thing_state_check {definition} NOT VALID")
    async with writer.transaction():
        await writer.execute("INSERT INTO thing VALUES ('lost')")
        async with asyncio.timeout(10):
            await build(CODES, MORE_CODES).upgrade()
        await writer.execute("INSERT INTO thing VALUES ('old')")
    assert await validated(connection) == {definition: True}
    await writer.close()
    await connection.close()


async def test_a_revision_that_fails_changes_neither_schema_nor_declaration(build: Build, empty: str) -> None:
    await build(FIRST, EXPANDS).upgrade()
    with pytest.raises(Exception, match="nowhere"):
        await build(FIRST, EXPANDS, ("ALTER TABLE nowhere DROP COLUMN name", "0003")).upgrade()
    assert await applied(empty) == Applied("0002", "0001")


async def test_the_declaration_is_no_difference_to_the_tables(build: Build) -> None:
    metadata = MetaData()
    Table("thing", metadata, Column("name", Text))
    migrations = build(FIRST, metadata=metadata)
    await migrations.upgrade()
    assert await migrations.differences() is None


INDEXED = ("SELECT 1", None, 'indexes.create("thing_name_idx", "thing", ["name"])')
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('thing_name_idx')"
BUILDS = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active')"
)


async def test_rows_are_written_while_an_index_is_built_and_other_processes_wait(build: Build, empty: str) -> None:
    """One migrates, and waits for a transaction that is open; a second one waits for the first, and must not be waited for."""
    await build(FIRST).upgrade()
    older, other = await asyncpg.connect(empty), await asyncpg.connect(empty)
    open_transaction = older.transaction()
    await open_transaction.start()
    await older.execute("INSERT INTO thing VALUES ('a')")
    migrating = [asyncio.create_task(build(FIRST, INDEXED).upgrade()) for _ in range(2)]
    await until(lambda: other.fetchval(BUILDS), "the index is being built")
    await other.execute("SET lock_timeout = '1s'")
    await other.execute("INSERT INTO thing VALUES ('b')")
    await open_transaction.commit()
    await asyncio.wait_for(asyncio.gather(*migrating), 30)
    assert await other.fetchval(VALID)
    assert await applied(empty) == Applied("0002", "0001")
    await older.close()
    await other.close()


async def test_an_index_that_an_interrupted_migration_has_left_is_built_again(build: Build, empty: str) -> None:
    await build(FIRST).upgrade()
    connection = await asyncpg.connect(empty)
    await connection.execute("INSERT INTO thing VALUES ('a'), ('a')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY thing_name_idx ON thing (name)")
    assert await connection.fetchval(VALID) is False
    await build(FIRST, INDEXED).upgrade()
    assert await connection.fetchval(VALID)
    await connection.close()
