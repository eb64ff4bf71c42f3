"""Every service's migrations create exactly the schema that its tables declare, and declare the compatible builds."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.migrations import Branch, Migrations, compatible_with
from aftercare_chassis.database.schema import MESSAGING as METADATA
from aftercare_chassis.testing.databases import new_database
from aftercare_chassis.testing.revisions import migrate
from alembic import command
from alembic.script import ScriptDirectory
from breaking_changes import ONE_OF, Schema, breaking_changes
from sqlalchemy import event
from sqlalchemy.engine import Engine

PACKAGES = ("order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc")
MESSAGING = "messaging"
HISTORIES = (*PACKAGES, MESSAGING)
_CATALOGUE = """
SELECT relname::text, attname::text, format_type(atttypid, atttypmod), attnotnull::text, attidentity::text,
       pg_get_expr(adbin, adrelid)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relname = ANY ($1) AND attnum > 0
UNION ALL
SELECT relname::text, conname::text, pg_get_constraintdef(pg_constraint.oid), '', '', ''
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relname = ANY ($1)
UNION ALL
SELECT tablename::text, indexname::text, indexdef, '', '', '' FROM pg_indexes WHERE tablename = ANY ($1)
UNION ALL
SELECT relname::text, array_to_string(reloptions, ' '), '', '', '', '' FROM pg_class WHERE relname = ANY ($1)
UNION ALL
SELECT t.relname::text, array_to_string(toast.reloptions, ' '), '', '', '', ''
FROM pg_class t JOIN pg_class toast ON toast.oid = t.reltoastrelid WHERE t.relname = ANY ($1)
ORDER BY 1, 2, 3
"""


@pytest.fixture
async def empty(postgres_url: str) -> AsyncIterator[str]:
    """The address of a database without any table."""
    async with new_database(postgres_url) as url:
        yield url


@pytest.fixture
async def new(postgres_url: str) -> AsyncIterator[str]:
    """The address of another database without any table."""
    async with new_database(postgres_url) as url:
        yield url


def migrations_of(package: str, url: str = "postgresql:///") -> Migrations:
    return Migrations(package, url, import_module(f"{package}.tables").metadata)


def branch_of(package: str) -> Branch:
    """A service's own history, or that of the messaging tables."""
    migrations = migrations_of(PACKAGES[0] if package == MESSAGING else package)
    return migrations.messaging if package == MESSAGING else migrations.service


def revisions_of(branch: Branch) -> list[str]:
    script = ScriptDirectory.from_config(branch.config())
    return [each.revision for each in script.walk_revisions()][::-1]


@pytest.mark.parametrize("package", PACKAGES)
async def test_the_migrated_database_has_the_declared_schema(package: str, empty: str, new: str) -> None:
    """Alembic compares no CHECKs: a code that was added to a table and to no revision is found by `checks`.

    Their names count too, by which a later revision finds them.
    """
    migrations = migrations_of(package, empty)
    await migrations.upgrade()
    await migrations.upgrade()  # a second start finds nothing to do
    assert await migrations.differences() is None
    connection = await asyncpg.connect(empty)
    assert await migrations.revisions.mismatch(connection) is None
    await connection.close()
    await migrations_of(package, new).create_all()
    assert await checks(empty) == await checks(new)


# Builds of these revisions applied the naming convention to the full names in revisions once more.
DOUBLED = {"order_svc": "0003", "cs_svc": "0001", "kb_svc": "0001", "analytics_svc": "0001"}
_DOUBLE = """
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN SELECT conrelid::regclass::text AS owner, conname FROM pg_constraint
                 WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I',
                       found.owner, found.conname, found.owner || '_' || found.conname || '_check');
    END LOOP;
END $$
"""


@pytest.mark.parametrize("package", DOUBLED)
async def test_checks_with_doubled_names_get_the_declared_ones(package: str, empty: str, new: str) -> None:
    await migrate(empty, branch_of(package), command.upgrade, DOUBLED[package])
    connection = await asyncpg.connect(empty)
    await connection.execute(_DOUBLE)
    await connection.close()
    await migrations_of(package, empty).upgrade()
    await migrations_of(package, new).create_all()
    assert await checks(empty) == await checks(new)


async def checks(url: str) -> dict[tuple[str, str], str]:
    """The condition of each CHECK by (table, name)."""
    connection = await asyncpg.connect(url)
    rules = (await Schema.read(connection)).rules
    await connection.close()
    return {place: in_order(row["rule"]) for place, row in rules.items() if row["rule"].startswith("CHECK")}


def in_order(rule: str) -> str:
    """The rule with the values of its lists sorted: a revision adds a code at the end of its list."""
    return ONE_OF.sub(lambda found: f"= ANY (ARRAY[{', '.join(sorted(found[1].split(', ')))}])", rule)


# The revisions at which the services' own histories still held the messaging tables.
BEFORE = {"order_svc": "0005", "aftersale_svc": "0003", "cs_svc": "0001", "kb_svc": "0002", "analytics_svc": "0001"}
ROWS = (
    "INSERT INTO outbox_blocked (aggregateid, event_id, reason) VALUES ('ord_1', gen_random_uuid(), 'RecordTooLarge')",
    "INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) VALUES ('x', 'aftercare.orders.v1', 3, 42)",
    "INSERT INTO subject_state (consumer, aggregateid, last_sequence) VALUES ('x', 'ord_1', 7)",
)


@pytest.mark.parametrize("package", PACKAGES)
async def test_an_older_database_keeps_its_messaging_tables_and_gets_the_new_schema(
    package: str, empty: str, new: str
) -> None:
    """Tables that an older service created and filled are equal, in every catalogue entry, to those that the chassis creates."""
    await migrate(empty, branch_of(package), command.upgrade, BEFORE[package])
    connection, other = await asyncpg.connect(empty), await asyncpg.connect(new)
    for statement in ROWS:
        await connection.execute(statement)
    await migrations_of(package, empty).upgrade()
    await migrate(new, branch_of(MESSAGING), command.upgrade, "head")
    assert await connection.fetchval("SELECT next_offset FROM consumer_cursor WHERE first_offset = 0") == 42
    assert await connection.fetchval("SELECT last_sequence FROM subject_state") == 7
    assert await connection.fetchval("SELECT aggregateid FROM outbox_blocked") == "ord_1"
    assert await migrations_of(package, empty).differences() is None
    assert await messaging_catalogue(connection) == await messaging_catalogue(other)
    await connection.close()
    await other.close()


async def messaging_catalogue(connection: asyncpg.Connection) -> list[tuple[object, ...]]:
    """Every column, constraint, index and storage option of the messaging tables."""
    found = await connection.fetch(_CATALOGUE, list(METADATA.tables))
    return [tuple(row) for row in found]


@pytest.mark.parametrize("package", HISTORIES)
def test_the_files_are_the_revisions_in_one_line(package: str) -> None:
    branch = branch_of(package)
    assert branch.history.known == tuple(revisions_of(branch))


@pytest.mark.parametrize("package", HISTORIES)
def test_declarations_name_a_revision_and_stay_after_a_contraction(package: str) -> None:
    branch = branch_of(package)
    script, revisions = ScriptDirectory.from_config(branch.config()), revisions_of(branch)
    oldest = [revisions.index(compatible_with(script, revision)) for revision in revisions]
    assert oldest == sorted(oldest)
    assert all(declared <= number for number, declared in enumerate(oldest))


# Later revisions build indexes on tables that may have rows concurrently.
PLAIN_UNTIL = {
    "order_svc": "0018",
    "aftersale_svc": "0080",
    "cs_svc": "0006",
    "kb_svc": "0004",
    "analytics_svc": "0002",
    MESSAGING: "m0001",
}
_PLAIN_INDEX = re.compile(
    r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?\S+ ON (?:ONLY )?\"?(\w+)", re.I
)


@contextmanager
def executed() -> Iterator[list[str]]:
    """The statements that Alembic executes in this block."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:  # Any: as SQLAlchemy calls it
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("package", HISTORIES)
async def test_each_revision_can_be_applied_while_builds_of_the_previous_release_run(package: str, empty: str) -> None:
    """Most revisions only add, and declare nothing: pods of the previous release work with them, and none waits for an index."""
    branch = branch_of(package)
    script = ScriptDirectory.from_config(branch.config())
    connection = await asyncpg.connect(empty)
    schema = None
    for revision in revisions_of(branch):
        with executed() as statements:
            await migrate(empty, branch, command.upgrade, revision)
        before, schema = schema, await Schema.read(connection)
        locked = {table for each in statements for table in _PLAIN_INDEX.findall(each)} & _tables(before)
        assert revision <= PLAIN_UNTIL[package] or not locked, (
            f"{package} {revision} lets nobody write to {', '.join(sorted(locked))} while it builds an index: use"
            " `indexes.create` of aftercare_chassis.database"
        )
        lost = breaking_changes(before, schema) if before else []
        declared = hasattr(script.get_revision(revision).module, "compatible_with")
        assert declared or not lost, (
            f"{package} {revision}: {'; '.join(lost)}. Where builds of the previous release fail by that, split the revision"
            " (expand now, contract a release later); then declare in it the oldest revision whose builds still work with"
            ' the schema: compatible_with = "NNNN"'
        )
    await connection.close()
    assert schema


def _tables(schema: Schema | None) -> set[str]:
    return set() if schema is None else {table for table, _ in schema.columns}


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
        ("ALTER TABLE thing ALTER mark SET NOT NULL", ["thing.mark is NOT NULL now"]),
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
async def test_what_counts_as_removing(empty: str, statement: str, lost: list[str]) -> None:
    connection = await asyncpg.connect(empty)
    await connection.execute(THING)
    await connection.execute("ALTER TABLE thing ADD CONSTRAINT few CHECK (state IN ('a', 'b'))")
    await connection.execute("CREATE UNIQUE INDEX thing_other_key ON thing (other)")
    before = await Schema.read(connection)
    await connection.execute(statement)
    assert breaking_changes(before, await Schema.read(connection)) == lost
    await connection.close()
