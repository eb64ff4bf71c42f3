"""Every service's migrations make the very schema that its tables describe, and say which builds work with it."""

from collections.abc import AsyncIterator
from importlib import import_module
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Migrations, compatible_with
from aftercare_chassis.database.revisions import Applied
from aftercare_chassis.testing.databases import with_database
from alembic import command
from alembic.script import ScriptDirectory
from narrowing import Schema, narrowing
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

PACKAGES = ("order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc")


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[str]:
    """The address of a database without any table."""
    name = f"migrated_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    yield with_database(postgres_url, name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def migrations_of(package: str, url: str = "postgresql:///") -> Migrations:
    return Migrations(package, url, import_module(f"{package}.tables").metadata)


def revisions_of(package: str) -> list[str]:
    script = ScriptDirectory.from_config(migrations_of(package).config())
    return [each.revision for each in script.walk_revisions()][::-1]


async def upgrade(migrations: Migrations, url: str, revision: str) -> None:
    """One revision on, and no further."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.upgrade(migrations.config(sync), revision))
        await connection.commit()
    await engine.dispose()


@pytest.mark.parametrize("package", PACKAGES)
async def test_the_migrated_database_is_what_the_tables_say(package: str, empty: str) -> None:
    migrations = migrations_of(package, empty)
    await migrations.upgrade()
    await migrations.upgrade()  # a second start finds nothing to do
    assert await migrations.differences() is None
    connection = await asyncpg.connect(empty)
    assert migrations.revisions.mismatch(await Applied.read(connection)) is None
    await connection.close()


@pytest.mark.parametrize("package", PACKAGES)
def test_the_files_are_the_revisions_in_one_line(package: str) -> None:
    assert migrations_of(package).revisions.known == tuple(revisions_of(package))


@pytest.mark.parametrize("package", PACKAGES)
def test_declarations_name_a_revision_and_never_take_back_what_was_contracted(package: str) -> None:
    script = ScriptDirectory.from_config(migrations_of(package).config())
    revisions = revisions_of(package)
    oldest = [revisions.index(compatible_with(script, revision)) for revision in revisions]
    assert oldest == sorted(oldest)
    assert all(declared <= number for number, declared in enumerate(oldest))


@pytest.mark.parametrize("package", PACKAGES)
async def test_a_revision_that_takes_something_away_declares_which_builds_can_do_without(
    package: str, empty: str
) -> None:
    """Most revisions only add and declare nothing: pods of the release before work with them during a rollout."""
    migrations = migrations_of(package, empty)
    script = ScriptDirectory.from_config(migrations.config())
    connection = await asyncpg.connect(empty)
    schema = None
    for revision in revisions_of(package):
        await upgrade(migrations, empty, revision)
        before, schema = schema, await Schema.read(connection)
        lost = narrowing(before, schema) if before else []
        declared = hasattr(script.get_revision(revision).module, "compatible_with")
        assert declared or not lost, (
            f"{package} {revision}: {'; '.join(lost)}. Where builds of the release before fail by that, split the revision"
            " (expand now, contract a release later); then declare in it the oldest revision whose builds still work with"
            ' the schema: compatible_with = "NNNN"'
        )
    await connection.close()
    assert schema


THING = "CREATE TABLE thing (id int PRIMARY KEY, state text NOT NULL DEFAULT 'a', mark text, other int)"


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("CREATE TABLE more (id int PRIMARY KEY, name text NOT NULL UNIQUE)", []),
        ("ALTER TABLE thing ADD COLUMN extra text", []),
        ("ALTER TABLE thing ADD COLUMN extra text NOT NULL DEFAULT ''", []),
        ("ALTER TABLE thing ADD COLUMN extra int GENERATED ALWAYS AS IDENTITY", []),
        ("ALTER TABLE thing ADD COLUMN extra int NOT NULL DEFAULT 0 CHECK (extra >= 0)", []),
        ("ALTER TABLE thing ADD COLUMN extra int REFERENCES thing", []),
        ("CREATE INDEX thing_mark_idx ON thing (mark)", []),
        ("ALTER TABLE thing ALTER state DROP NOT NULL", []),
        ("ALTER TABLE thing DROP CONSTRAINT few", []),
        ("ALTER TABLE thing DROP CONSTRAINT few, ADD CONSTRAINT few CHECK (state IN ('a', 'c', 'b'))", []),
        ("DROP TABLE thing", ["thing.id is gone", "thing.mark is gone", "thing.other is gone", "thing.state is gone"]),
        ("ALTER TABLE thing RENAME mark TO sign", ["thing.mark is gone"]),
        ("ALTER TABLE thing ALTER other TYPE bigint", ["thing.other was integer and is bigint"]),
        ("ALTER TABLE thing ADD COLUMN extra text NOT NULL", ["thing.extra is required"]),
        ("ALTER TABLE thing ALTER mark SET NOT NULL", ["thing.mark takes no NULL any more"]),
        ("ALTER TABLE thing ALTER state DROP DEFAULT", ["thing.state has lost its default"]),
        ("ALTER TABLE thing ADD COLUMN extra int DEFAULT 0 UNIQUE", ["thing: new rule thing_extra_key"]),
        (
            "ALTER TABLE thing ADD COLUMN extra int, ADD CONSTRAINT b CHECK (extra > 0 OR mark = '')",
            ["thing: new rule b"],
        ),
        ("ALTER TABLE thing ADD CONSTRAINT short CHECK (mark <> '')", ["thing: new rule short"]),
        ("ALTER TABLE thing DROP CONSTRAINT few, ADD CONSTRAINT few CHECK (state IN ('a'))", ["thing: new rule few"]),
        (
            "ALTER TABLE thing DROP CONSTRAINT few, ADD CONSTRAINT few CHECK (state IN ('a', 'c', 'd'))",
            ["thing: new rule few"],
        ),
        ("CREATE UNIQUE INDEX thing_mark_key ON thing (mark)", ["thing: new rule thing_mark_key"]),
        ("DROP INDEX thing_other_key", ["thing: thing_other_key is gone"]),
        (
            "CREATE TRIGGER fixed BEFORE DELETE ON thing EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            ["thing: new rule fixed"],
        ),
    ],
)
async def test_what_counts_as_taking_away(empty: str, statement: str, lost: list[str]) -> None:
    connection = await asyncpg.connect(empty)
    await connection.execute(THING)
    await connection.execute("ALTER TABLE thing ADD CONSTRAINT few CHECK (state IN ('a', 'b'))")
    await connection.execute("CREATE UNIQUE INDEX thing_other_key ON thing (other)")
    before = await Schema.read(connection)
    await connection.execute(statement)
    assert narrowing(before, await Schema.read(connection)) == lost
    await connection.close()
