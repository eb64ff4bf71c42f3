"""A database at an older revision of a service, to test what its migrations make of the rows in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.testing.databases import with_database


class OldDatabase:
    """A database of its own, a connection to it, and the migrations of its service."""

    def __init__(self, connection: asyncpg.Connection, migrations: Migrations, url: str) -> None:
        self.connection, self.url, self._migrations = connection, url, migrations

    async def upgrade(self, revision: str = "head") -> None:
        """Apply the service's revisions up to this one."""
        await self._migrate(command.upgrade, revision)

    async def downgrade(self, revision: str) -> None:
        """Undo the service's revisions after this one."""
        await self._migrate(command.downgrade, revision)

    async def column(self, table: str, column: str, key: str = "id") -> dict[object, object]:
        """The values of a column by the key of their rows."""
        rows = await self.connection.fetch(f"SELECT {key}, {column} FROM {table}")  # noqa: S608 - names in tests
        return {row[key]: row[column] for row in rows}

    async def _migrate(self, act: Callable[[Config, str], None], revision: str) -> None:
        async def connect() -> asyncpg.Connection:
            return await asyncpg.connect(self.url)

        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: act(self._migrations.config(sync), revision))
            await connection.commit()
        await engine.dispose()


@asynccontextmanager
async def old_database(
    postgres_url: str, package: str, metadata: MetaData, revision: str
) -> AsyncIterator[OldDatabase]:
    """A new database at this revision of the package; it is dropped at the end of the block."""
    name = f"old_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = with_database(postgres_url, name)
    connection = await asyncpg.connect(url)
    try:
        database = OldDatabase(connection, Migrations(package, url, metadata), url)
        await database.upgrade(revision)
        yield database
    finally:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
