"""The role of a service in a database whose tables another role owns: what it may do, and what it may not."""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations

Build = Callable[..., Migrations]
THINGS = ("CREATE TABLE thing (id bigserial PRIMARY KEY, name text)", None)
REFUSE = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append-only'; END $$"
LINES = (
    "CREATE TABLE line (name text)",
    None,
    f'op.execute("{REFUSE}"); op.execute("CREATE TRIGGER line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON line EXECUTE FUNCTION refuse()")',
)
COLOURS = ("CREATE TABLE colour (name text)", None)


@pytest.fixture
async def role(empty: str) -> AsyncIterator[str]:
    """The name of a role that may connect to the database and owns nothing there."""
    name = f"service_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(empty)
    await owner.execute(f"CREATE ROLE {name}")
    yield name
    await owner.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
    await owner.close()


@pytest.fixture
async def service(empty: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection with the rights of that role."""
    connection = await asyncpg.connect(empty)
    await connection.execute(f"SET ROLE {role}")
    yield connection
    await connection.close()


async def may(connection: asyncpg.Connection, statement: str) -> bool:
    """Whether the role may execute the statement, of which nothing stays."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await transaction.rollback()
    return True


async def test_it_reads_and_writes_rows(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS).upgrade(runs_as=role)
    for statement in (
        "INSERT INTO thing (name) VALUES ('a')",
        "SELECT * FROM thing FOR UPDATE",
        "UPDATE thing SET name = 'b'",
        "DELETE FROM thing",
        "SELECT version_num FROM alembic_version",
        "DELETE FROM outbox",
    ):
        assert await may(service, statement), statement


async def test_it_changes_no_table_and_no_version(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS).upgrade(runs_as=role)
    for statement in (
        "CREATE TABLE other (name text)",
        "ALTER TABLE thing ADD COLUMN colour text",
        "CREATE INDEX ON thing (name)",
        "DROP TABLE thing",
        "TRUNCATE thing",
        "UPDATE alembic_version SET version_num = '0009'",
        "DELETE FROM messaging_version",
    ):
        assert not await may(service, statement), statement


async def test_it_only_adds_to_what_is_append_only(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS, LINES).upgrade(runs_as=role)
    assert await may(service, "INSERT INTO line VALUES ('a')")
    assert await may(service, "SELECT * FROM line")
    for statement in ("UPDATE line SET name = 'b'", "DELETE FROM line", "TRUNCATE line"):
        assert not await may(service, statement), statement


async def test_a_relay_removes_dead_rows_of_the_outbox(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS).upgrade(runs_as=role)
    warnings: list[object] = []
    service.add_log_listener(lambda _, message: warnings.append(message))
    await service.execute("VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON, TRUNCATE OFF) outbox")
    assert not warnings, "PostgreSQL warns where a role may not"


async def test_a_later_migration_gives_it_the_new_tables(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS).upgrade(runs_as=role)
    await build(THINGS, LINES, COLOURS).upgrade(runs_as=role)
    assert await may(service, "INSERT INTO colour VALUES ('red')")
    assert not await may(service, "DELETE FROM line")


async def test_an_older_build_takes_nothing_away(build: Build, role: str, service: asyncpg.Connection) -> None:
    await build(THINGS, LINES, COLOURS).upgrade(runs_as=role)
    await build(THINGS).upgrade(runs_as=role)
    assert await may(service, "DELETE FROM colour")
    assert not await may(service, "DELETE FROM line")


async def test_rights_that_it_should_not_have_are_withdrawn(
    build: Build, empty: str, role: str, service: asyncpg.Connection
) -> None:
    await build(THINGS, LINES).upgrade(runs_as=role)
    owner = await asyncpg.connect(empty)
    await owner.execute(f"GRANT ALL ON line, thing TO {role}")
    await owner.close()
    assert await may(service, "TRUNCATE thing")
    await build(THINGS, LINES).upgrade(runs_as=role)
    assert not await may(service, "TRUNCATE thing")
    assert not await may(service, "UPDATE line SET name = 'b'")
