"""The shadow of a projection: a second set of its tables in a schema of its own, with a consumer's cursors and progress.

Everything of the shadow is in that schema, so that dropping the schema leaves nothing behind.
"""

from dataclasses import dataclass
from hashlib import sha256

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import asyncpg as driver
from sqlalchemy.schema import CreateIndex, CreateTable

from aftercare_chassis.projections.projection import Projection

_DIALECT = driver.dialect()  # type: ignore[no-untyped-call]
_CONSUMER_TABLES = ("consumer_cursor", "subject_state")
_TRIGGERS = """
SELECT c.relname, pg_get_triggerdef(t.oid) AS definition FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgrelid = ANY($1::text[]::regclass[]) AND NOT t.tgisinternal
"""
_GRANTS = """
SELECT DISTINCT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee
FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = ANY($1::text[]::regclass[]) AND a.grantee <> c.relowner
"""
_REFERENCES = """
SELECT conrelid::regclass::text AS referring, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY($1::text[]::regclass[])
  AND NOT conrelid = ANY($1::text[]::regclass[])
"""


@dataclass(frozen=True, slots=True)
class TableFingerprint:
    """The number of a table's rows, and one hash over all of them in the order of their key."""

    rows: int
    sha256: str


class ShadowSchema:
    """The shadow of a projection, over one connection. `schema` is a plain lower-case name."""

    def __init__(self, connection: asyncpg.Connection, projection: Projection, schema: str) -> None:
        self._connection, self._projection, self.schema = connection, projection, schema
        self._tables = projection.within(schema)
        self._live = [f"public.{table.name}" for table in projection.tables]

    async def exists(self) -> bool:
        """Return whether an earlier replay has left the schema."""
        return bool(await self._connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", self.schema))

    async def create(self) -> None:
        """Create the tables with their primary keys, empty. The indexes come with `complete`, when they cost least."""
        async with self._connection.transaction():
            await self.drop()
            await self._connection.execute(f"CREATE SCHEMA {self.schema}")
            for table in self._tables:
                await self._connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
            for name in _CONSUMER_TABLES:
                await self._connection.execute(f"CREATE TABLE {self.schema}.{name} (LIKE public.{name} INCLUDING ALL)")

    async def drop(self) -> None:
        """Drop the schema, and the live tables that an earlier switch has moved aside."""
        await self._connection.execute(f"DROP SCHEMA IF EXISTS {self.schema}, {self.schema}_before CASCADE")

    async def use(self) -> None:
        """Let all further statements of this connection use the shadow's tables instead of the live ones."""
        await self._connection.execute(f"SET search_path = {self.schema}, public")

    async def complete(self) -> None:
        """Give the shadow the indexes, triggers and grants of the live tables."""
        async with self._connection.transaction():
            for table in self._tables:
                for index in sorted(table.indexes, key=lambda each: str(each.name)):
                    statement = CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT)
                    await self._connection.execute(str(statement))
            for row in await self._connection.fetch(_TRIGGERS, self._live):
                name = row["relname"]
                definition = row["definition"].replace(f" ON public.{name} ", f" ON {self.schema}.{name} ")
                await self._connection.execute(definition.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
            for row in await self._connection.fetch(_GRANTS, self._live):
                grant = f"{row['privilege_type']} ON {self.schema}.{row['relname']} TO {row['grantee']}"
                await self._connection.execute(f"GRANT {grant}")
        for table in self._tables:
            await self._connection.execute(f"ANALYZE {self.schema}.{table.name}")

    async def lock_live(self) -> None:
        """Lock the live tables against reads and writes until the end of the transaction."""
        await self._connection.execute(f"LOCK TABLE {', '.join(self._live)} IN ACCESS EXCLUSIVE MODE")

    async def swap(self) -> None:
        """Put the shadow's tables in the place of the live ones, which move to the schema `…_before`. In a transaction."""
        run, before = self._connection.execute, f"{self.schema}_before"
        await run("SET LOCAL search_path = public")
        references = await self._connection.fetch(_REFERENCES, self._live)
        for key in references:
            await run(f"ALTER TABLE {key['referring']} DROP CONSTRAINT {key['name']}")
        await run(f"DROP SCHEMA IF EXISTS {before} CASCADE")
        await run(f"CREATE SCHEMA {before}")
        for table in self._tables:
            await run(f"ALTER TABLE public.{table.name} SET SCHEMA {before}")
        for table in self._tables:
            await run(f"ALTER TABLE {self.schema}.{table.name} SET SCHEMA public")
        for key in references:
            await run(f"ALTER TABLE {key['referring']} ADD CONSTRAINT {key['name']} {key['definition']}")
        await run(f"DROP SCHEMA {self.schema} CASCADE")

    async def fingerprints(self, *, live: bool) -> dict[str, TableFingerprint]:
        """Return the fingerprints of the live tables, or of the shadow's. In a transaction."""
        schema = "public" if live else self.schema
        return {table.name: await self._fingerprint(schema, table) for table in self._projection.tables}

    async def _fingerprint(self, schema: str, table: Table) -> TableFingerprint:
        # By name: after a migration, columns may be in another order than in the metadata.
        columns = ", ".join(sorted(column.name for column in table.columns))
        key = ", ".join(column.name for column in table.primary_key)
        query = f"SELECT md5(ROW({columns})::text) FROM {schema}.{table.name} ORDER BY {key}"  # noqa: S608
        rows, digest = 0, sha256()
        async for row in self._connection.cursor(query, prefetch=5000):
            rows += 1
            digest.update(row[0].encode())
        return TableFingerprint(rows, digest.hexdigest())
