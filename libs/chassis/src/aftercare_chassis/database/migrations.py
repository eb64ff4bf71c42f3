"""Migrations: Alembic inside each service's package, under one advisory lock, so that any number may start at once.

Alembic is imported where it is used: a process that serves only asks which revisions there are, and should be small.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import MetaData, text

from aftercare_chassis.database.revisions import Applied, Revisions, SchemaMismatch, versions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection

    import asyncpg
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy.engine import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger(__name__)

_LOCK = 0x0AC2_0000_0001
_ADD = text("ALTER TABLE alembic_version ADD COLUMN IF NOT EXISTS compatible_with text")
_DECLARE = text("UPDATE alembic_version SET compatible_with = :oldest")


class Migrations:
    """A service's migrations (`migrations/versions/NNNN_*.py`, revision NNNN) and the database they are for.

    `url` is a PostgreSQL address as asyncpg takes it.
    """

    def __init__(self, package: str, url: str, metadata: MetaData) -> None:
        self._package, self._url, self._metadata = package, url, metadata
        self.revisions = Revisions.of(package)

    def at(self, url: str) -> Migrations:
        """The same migrations for another database."""
        return Migrations(self._package, url, self._metadata)

    async def upgrade(self) -> None:
        """Bring the database to the newest revision; waits while another process does.

        A database that a newer build has migrated is left as it is.
        Raises: SchemaMismatch where this build does not work with it.
        """
        from alembic import command

        async with self._locked() as connection:
            raw: Any = await connection.get_raw_connection()
            applied = await Applied.read(raw.driver_connection)
            if applied is None or applied.revision in self.revisions.known:
                await self._run(connection, lambda config: command.upgrade(config, "head"))
            elif mismatch := self.revisions.mismatch(applied):
                raise SchemaMismatch(mismatch)
            else:
                log.info("schema_ahead_and_compatible", database=applied.revision, build=self.revisions.head)

    async def create_all(self) -> None:
        """Make the metadata's tables without any migration."""
        async with self._locked() as connection:
            await self._run(connection, lambda config: self._metadata.create_all(config.attributes["connection"]))

    async def autogenerate(self, message: str, revision: str) -> None:
        """Write a migration with what the metadata has and the database has not."""
        from alembic import command

        versions(self._package).mkdir(parents=True, exist_ok=True)
        async with self._locked() as connection:
            await self._run(connection, lambda c: command.revision(c, message, autogenerate=True, rev_id=revision))

    async def differences(self) -> str | None:
        """What the metadata says and the migrated database does not; None when they agree."""
        from alembic import command
        from alembic.util import CommandError

        async with self._locked() as connection:
            try:
                await self._run(connection, command.check)
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
                await connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
                await connection.commit()
                yield connection
        finally:
            await engine.dispose()

    async def _run(self, connection: AsyncConnection, act: Callable[[Config], object]) -> None:
        await connection.run_sync(lambda sync: act(self.config(sync)))
        await connection.commit()

    def config(self, connection: Connection | None = None) -> Config:
        """What Alembic has to know."""
        from alembic.config import Config

        made = Config()
        made.set_main_option("script_location", str(Path(__file__).parent / "alembic_environment"))
        made.set_main_option("version_locations", str(versions(self._package)))
        made.set_main_option("path_separator", "os")
        made.attributes.update(connection=connection, metadata=self._metadata)
        return made


def compatible_with(script: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose builds work with the schema of `revision`.

    The newest declaration up to `revision` counts: one that declares nothing only adds, and is as compatible as the one before it.
    """
    path = list(script.walk_revisions(head=revision))
    return next(
        (str(each.module.compatible_with) for each in path if hasattr(each.module, "compatible_with")),
        path[-1].revision,
    )


def declare(script: ScriptDirectory, connection: Connection, *, heads: Collection[str], **_: object) -> None:
    """Store what the revision just applied declares; Alembic calls it in that revision's transaction."""
    for revision in heads:
        connection.execute(_ADD)
        connection.execute(_DECLARE, {"oldest": compatible_with(script, revision)})
