"""Migrations: Alembic inside each service's package, under one advisory lock, so that any number may start at once.

Alembic is imported where it is used: a process that serves only asks which revision is the newest, and should be small.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, text

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from alembic.config import Config
    from asyncpg.pool import PoolConnectionProxy
    from sqlalchemy.engine import Connection

_LOCK = 0x0AC2_0000_0001


class Migrations:
    """A service's migrations (`migrations/versions/NNNN_*.py`, revision NNNN) and the database they are for.

    `url` is a PostgreSQL address as asyncpg takes it.
    """

    def __init__(self, package: str, url: str, metadata: MetaData) -> None:
        self._package, self._url, self._metadata = package, url, metadata
        self._versions = Path(str(files(package))) / "migrations" / "versions"

    def at(self, url: str) -> Migrations:
        """The same migrations for another database."""
        return Migrations(self._package, url, self._metadata)

    def head(self) -> str | None:
        """The newest revision this build carries."""
        return max((path.name.partition("_")[0] for path in self._versions.glob("[0-9]*_*.py")), default=None)

    async def at_head(self, connection: asyncpg.Connection | PoolConnectionProxy) -> bool:
        """True when the database stands at this build's newest revision."""
        if not await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL"):
            return False
        return bool(await connection.fetchval("SELECT version_num FROM alembic_version") == self.head())

    async def upgrade(self) -> None:
        """Bring the database to the newest revision; waits while another process does."""
        from alembic import command

        await self._run(lambda config: command.upgrade(config, "head"))

    async def create_all(self) -> None:
        """Make the metadata's tables without any migration."""
        await self._run(lambda config: self._metadata.create_all(config.attributes["connection"]))

    async def autogenerate(self, message: str, revision: str) -> None:
        """Write a migration with what the metadata has and the database has not."""
        from alembic import command

        self._versions.mkdir(parents=True, exist_ok=True)
        await self._run(lambda c: command.revision(c, message, autogenerate=True, rev_id=revision))

    async def differences(self) -> str | None:
        """What the metadata says and the migrated database does not; None when they agree."""
        from alembic import command
        from alembic.util import CommandError

        try:
            await self._run(command.check)
        except CommandError as error:
            return str(error)
        return None

    async def _run(self, act: Callable[[Config], object]) -> None:
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
                await connection.run_sync(lambda sync: act(self.config(sync)))
                await connection.commit()
        finally:
            await engine.dispose()

    def config(self, connection: Connection | None = None) -> Config:
        """What Alembic has to know."""
        from alembic.config import Config

        made = Config()
        made.set_main_option("script_location", str(Path(__file__).parent / "alembic_environment"))
        made.set_main_option("version_locations", str(self._versions))
        made.set_main_option("path_separator", "os")
        made.attributes.update(connection=connection, metadata=self._metadata)
        return made
