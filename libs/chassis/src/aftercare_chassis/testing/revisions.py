"""A database at an older revision of a service, to test what its migrations make of the rows in it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from aftercare_chassis.database.migrations import Branch, Migrations
from aftercare_chassis.testing.databases import new_database


class OldDatabase:
    """A database of its own, a connection to it, and the revisions of its service."""

    def __init__(self, connection: asyncpg.Connection, branch: Branch, url: str) -> None:
        self.connection, self.url, self._branch = connection, url, branch

    async def upgrade(self, revision: str = "head") -> None:
        """Apply the service's revisions up to this one."""
        await migrate(self.url, self._branch, command.upgrade, revision)

    async def downgrade(self, revision: str) -> None:
        """Undo the service's revisions after this one."""
        await migrate(self.url, self._branch, command.downgrade, revision)

    async def column(self, table: str, column: str, key: str = "id") -> dict[object, object]:
        """The values of a column by the key of their rows."""
        rows = await self.connection.fetch(f"SELECT {key}, {column} FROM {table}")  # noqa: S608 - names in tests
        return {row[key]: row[column] for row in rows}


async def migrate(url: str, branch: Branch, act: Callable[[Config, str], None], revision: str) -> None:
    """Have a command of Alembic, such as `upgrade`, bring one history of the database to this revision."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(url)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: act(branch.config(sync), revision))
        await connection.commit()
    await engine.dispose()


@asynccontextmanager
async def old_database(
    postgres_url: str, package: str, metadata: MetaData, revision: str
) -> AsyncIterator[OldDatabase]:
    """A new database at this revision of the package; it is dropped at the end of the block."""
    async with new_database(postgres_url) as url:
        connection = await asyncpg.connect(url)
        try:
            database = OldDatabase(connection, Migrations(package, url, metadata).service, url)
            await database.upgrade(revision)
            yield database
        finally:
            await connection.close()
