"""Migrations: Alembic over the two histories of a service's database, under one advisory lock.

Any number of processes may migrate at once: the first does the work, the others wait and find nothing to do. The service's
revisions run before those of the messaging tables: the first ones that the five services released created these tables.

Alembic is imported where it is used: a process that serves only asks which revisions there are, and should be small.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import MetaData, text

from aftercare_chassis.database import grants
from aftercare_chassis.database.revisions import (
    MESSAGING_FOLDER,
    MESSAGING_VERSION,
    SERVICE_VERSION,
    Applied,
    History,
    Revisions,
    SchemaMismatch,
    versions,
)
from aftercare_chassis.database.schema import MESSAGING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

    import asyncpg
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy.engine import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger(__name__)

_LOCK = 0x0AC2_0000_0001
_TRY_AGAIN_SECONDS = 0.2
_NOT_VALIDATED = text(
    "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint WHERE contype = 'c' AND NOT convalidated ORDER BY 1, 2"
)
_NOT_THE_SERVICES = frozenset({*MESSAGING.tables, SERVICE_VERSION, MESSAGING_VERSION})


@dataclass(frozen=True)
class Branch:
    """One history, the folder of its revisions, and the tables that they make."""

    history: History
    folder: Path
    metadata: MetaData

    def owns(self, table: str) -> bool:
        """Whether this history migrates the table; whatever is no messaging table belongs to the service."""
        if self.history.version_table == MESSAGING_VERSION:
            return table in MESSAGING.tables
        return table not in _NOT_THE_SERVICES

    def config(self, connection: Connection | None = None, *, compares: bool = False) -> Config:
        """Alembic's configuration for this history. `compares`: for a command that compares the database with the metadata."""
        from alembic.config import Config

        made = Config()
        made.set_main_option("script_location", str(Path(__file__).parent / "alembic_environment"))
        made.set_main_option("version_locations", str(self.folder))
        made.set_main_option("path_separator", "os")
        made.attributes.update(connection=connection, branch=self, compares=compares)
        return made

    def create_all(self, config: Config) -> None:
        """Create the tables of this history from the metadata."""
        tables = [table for table in self.metadata.sorted_tables if self.owns(table.name)]
        self.metadata.create_all(config.attributes["connection"], tables)


class Migrations:
    """A service's migrations (`migrations/versions/NNNN_*.py`, revision NNNN), those of the messaging tables, and the
    database that they are for. `url` is a PostgreSQL address as asyncpg takes it, of the role that owns the tables."""

    def __init__(self, package: str, url: str, metadata: MetaData, *, messaging: Path = MESSAGING_FOLDER) -> None:
        self._package, self._url, self._metadata, self._folder = package, url, metadata, messaging
        self.revisions = Revisions(Revisions.of(package).service, History.of(messaging, MESSAGING_VERSION))
        self.service = Branch(self.revisions.service, versions(package), metadata)
        self.messaging = Branch(self.revisions.messaging, messaging, MESSAGING)

    def at(self, url: str) -> Migrations:
        """The same migrations for another database."""
        return Migrations(self._package, url, self._metadata, messaging=self._folder)

    async def upgrade(self, *, runs_as: str | None = None) -> None:
        """Bring the database to the newest revisions; waits while another process does. CHECKs that were added without reading the rows
        are validated then, so that others can read and write the tables meanwhile. `runs_as`: the role of the service, where it is not
        the owner: it gets what `grants.give` lists.

        A history that a newer build has migrated is left as it is.

        Raises:
            SchemaMismatch: this build does not work with the schema; then nothing was changed.
        """
        from alembic import command

        async with self._locked() as connection:
            behind = [branch for branch in (self.service, self.messaging) if not await _is_ahead(branch, connection)]
            if runs_as:
                await grants.prepare(connection, runs_as)
            for branch in behind:
                await self._run(branch, connection, lambda config: command.upgrade(config, "head"))
            if runs_as:
                await grants.give(connection, runs_as)
            await _validate(connection)

    async def create_all(self) -> None:
        """Make the metadata's tables without any revision of the service, and the messaging tables by theirs."""
        from alembic import command

        async with self._locked() as connection:
            await self._run(self.service, connection, self.service.create_all)
            await self._run(self.messaging, connection, lambda config: command.upgrade(config, "head"))

    async def autogenerate(self, message: str, revision: str | None = None) -> None:
        """Write a revision of the service with what the metadata has and the database does not have.

        It gets the next number, unless `revision` is given. Alembic compares no CHECKs: those are added by hand.
        """
        from alembic import command

        number = revision or self.service.history.next
        self.service.folder.mkdir(parents=True, exist_ok=True)
        async with self._locked() as connection:
            await self._run(
                self.service,
                connection,
                lambda config: command.revision(config, message, autogenerate=True, rev_id=number),
                compares=True,
            )

    async def differences(self) -> str | None:
        """In what the migrated database differs from the metadata; None when they agree."""
        from alembic import command
        from alembic.util import CommandError

        async with self._locked() as connection:
            for branch in (self.service, self.messaging):
                try:
                    await self._run(branch, connection, command.check, compares=True)
                except CommandError as error:
                    return str(error)
        return None

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[AsyncConnection]:
        """A connection that holds the lock of all migrations; waits while another process has it."""
        import asyncpg
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(self._url, timeout=10)

        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                # A statement that waits for the lock has a snapshot, and an index that is built concurrently waits for its end.
                while not await connection.scalar(text(f"SELECT pg_try_advisory_lock({_LOCK})")):
                    await connection.commit()
                    await asyncio.sleep(_TRY_AGAIN_SECONDS)
                await connection.commit()
                yield connection
        finally:
            await engine.dispose()

    async def _run(
        self, branch: Branch, connection: AsyncConnection, act: Callable[[Config], object], *, compares: bool = False
    ) -> None:
        await connection.run_sync(lambda sync: act(branch.config(sync, compares=compares)))
        await connection.commit()


async def _validate(connection: AsyncConnection) -> None:
    """Validate the CHECKs that are not yet, each in a transaction of its own: it reads all rows under a lock that stops no writer. What an
    interrupted migration has left is validated by the next one."""
    for table, name in (await connection.execute(_NOT_VALIDATED)).all():
        await connection.execute(text(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"))
        await connection.commit()
    await connection.commit()


async def _is_ahead(branch: Branch, connection: AsyncConnection) -> bool:
    """Whether a newer build has migrated the database. Raises: SchemaMismatch where this build does not work with that."""
    raw: Any = await connection.get_raw_connection()  # Any: SQLAlchemy does not type the connection of the driver
    history = branch.history
    applied = await Applied.read(raw.driver_connection, history.version_table)
    if applied is None or applied.revision in history.known:
        return False
    if mismatch := history.mismatch(applied):
        raise SchemaMismatch(mismatch)
    log.info("schema_ahead_and_compatible", database=applied.revision, build=history.head)
    return True


def compatible_with(script: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose builds work with the schema of `revision`.

    The newest declaration up to `revision` counts: one that declares nothing only adds, and is as compatible as the one before it.
    """
    path = list(script.walk_revisions(head=revision))
    return next(
        (str(each.module.compatible_with) for each in path if hasattr(each.module, "compatible_with")),
        path[-1].revision,
    )


def declare(
    script: ScriptDirectory, connection: Connection, version_table: str, *, heads: Collection[str], **_: object
) -> None:
    """Store what the revision just applied declares; Alembic calls it in that revision's transaction."""
    add = text(f"ALTER TABLE {version_table} ADD COLUMN IF NOT EXISTS compatible_with text")
    store = text(f"UPDATE {version_table} SET compatible_with = :oldest")  # noqa: S608 - a constant of ours
    for revision in heads:
        connection.execute(add)
        connection.execute(store, {"oldest": compatible_with(script, revision)})
