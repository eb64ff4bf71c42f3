"""A second set of a projection's tables, in a schema of its own, with a consumer's memory of its own.

Everything of a shadow is in its schema, so that dropping the schema leaves no trace of it.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import asyncpg as driver
from sqlalchemy.schema import CreateIndex, CreateTable

from aftercare_chassis.projections.projection import Projection

_DIALECT = driver.dialect()  # type: ignore[no-untyped-call]
_MEMORY = ("consumer_cursor", "subject_state")
_TRIGGERS = """
SELECT c.relname, pg_get_triggerdef(t.oid) AS made FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgrelid = ANY($1::text[]::regclass[]) AND NOT t.tgisinternal
"""
_GRANTS = """
SELECT DISTINCT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee
FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = ANY($1::text[]::regclass[]) AND a.grantee <> c.relowner
"""
_REFERRED = """
SELECT conrelid::regclass::text AS referring, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS made
FROM pg_constraint WHERE contype = 'f' AND confrelid = ANY($1::text[]::regclass[])
  AND NOT conrelid = ANY($1::text[]::regclass[])
"""


@dataclass(frozen=True, slots=True)
class TableFingerprint:
    """What a table holds: how many rows, and one hash over all of them in the order of their key."""

    rows: int
    sha256: str


class ShadowSchema:
    """The shadow of a projection, on one connection. `schema` is a plain lower-case name."""

    def __init__(self, connection: asyncpg.Connection, projection: Projection, schema: str) -> None:
        self._connection, self._projection, self.schema = connection, projection, schema
        self._tables = projection.within(schema)
        self._live = [f"public.{table.name}" for table in projection.tables]

    async def exists(self) -> bool:
        """Whether an earlier replay has left it."""
        return bool(await self._connection.fetchval("SELECT to_regnamespace($1) IS NOT NULL", self.schema))

    async def create(self) -> None:
        """The tables with their keys, empty; further indexes come with `finish`, when they cost least."""
        async with self._connection.transaction():
            await self.drop()
            await self._connection.execute(f"CREATE SCHEMA {self.schema}")
            for table in self._tables:
                await self._connection.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
            for name in _MEMORY:
                await self._connection.execute(f"CREATE TABLE {self.schema}.{name} (LIKE public.{name} INCLUDING ALL)")

    async def drop(self) -> None:
        """Nothing of it is left."""
        await self._connection.execute(f"DROP SCHEMA IF EXISTS {self.schema}, {self.schema}_before CASCADE")

    async def enter(self) -> None:
        """From now on this connection's statements meet the shadow's tables in place of the live ones."""
        await self._connection.execute(f"SET search_path = {self.schema}, public")

    async def finish(self) -> None:
        """Give the shadow the indexes, triggers and grants that the live tables have."""
        async with self._connection.transaction():
            for table in self._tables:
                for index in sorted(table.indexes, key=lambda each: str(each.name)):
                    made = CreateIndex(index, if_not_exists=True).compile(dialect=_DIALECT)
                    await self._connection.execute(str(made))
            for row in await self._connection.fetch(_TRIGGERS, self._live):
                made = row["made"].replace(f" ON public.{row['relname']} ", f" ON {self.schema}.{row['relname']} ")
                await self._connection.execute(made.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
            for row in await self._connection.fetch(_GRANTS, self._live):
                what = f"{row['privilege_type']} ON {self.schema}.{row['relname']} TO {row['grantee']}"
                await self._connection.execute(f"GRANT {what}")
        for table in self._tables:
            await self._connection.execute(f"ANALYZE {self.schema}.{table.name}")

    async def hold_live(self) -> None:
        """Until the end of the transaction nobody else reads or writes the live tables."""
        await self._connection.execute(f"LOCK TABLE {', '.join(self._live)} IN ACCESS EXCLUSIVE MODE")

    async def swap(self) -> None:
        """Let the shadow's tables take the place of the live ones, which stay beside in `…_before`. In a transaction."""
        run, before = self._connection.execute, f"{self.schema}_before"
        await run("SET LOCAL search_path = public")
        referred: Any = await self._connection.fetch(_REFERRED, self._live)
        for key in referred:
            await run(f"ALTER TABLE {key['referring']} DROP CONSTRAINT {key['name']}")
        await run(f"DROP SCHEMA IF EXISTS {before} CASCADE")
        await run(f"CREATE SCHEMA {before}")
        for table in self._tables:
            await run(f"ALTER TABLE public.{table.name} SET SCHEMA {before}")
        for table in self._tables:
            await run(f"ALTER TABLE {self.schema}.{table.name} SET SCHEMA public")
        for key in referred:
            await run(f"ALTER TABLE {key['referring']} ADD CONSTRAINT {key['name']} {key['made']}")
        await run(f"DROP SCHEMA {self.schema} CASCADE")

    async def prints(self, *, live: bool) -> dict[str, TableFingerprint]:
        """What the live tables hold, or the shadow's. In a transaction."""
        schema = "public" if live else self.schema
        return {table.name: await self._print(schema, table) for table in self._projection.tables}

    async def _print(self, schema: str, table: Table) -> TableFingerprint:
        # By name: a later migration may have put a column elsewhere than the metadata says.
        columns = ", ".join(sorted(column.name for column in table.columns))
        key = ", ".join(column.name for column in table.primary_key)
        query = f"SELECT md5(ROW({columns})::text) FROM {schema}.{table.name} ORDER BY {key}"  # noqa: S608
        rows, whole = 0, sha256()
        async for row in self._connection.cursor(query, prefetch=5000):
            rows += 1
            whole.update(row[0].encode())
        return TableFingerprint(rows, whole.hexdigest())
