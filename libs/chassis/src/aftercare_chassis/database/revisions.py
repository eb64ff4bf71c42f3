"""Which revisions of the schema this build has, and whether it works with those that its database is at.

A database has two histories of revisions, each with a version table of its own: that of the service's tables, and that of
the messaging tables, which the chassis migrates alike in every service. They are two tables and not two rows of one,
because builds from before the second history read the only row of `alembic_version`.

A rollout migrates first, so older pods meet a newer schema, and a rollback leaves that schema in place. Each revision
declares the oldest revision whose builds still work with it (`compatible_with`). `migrate` stores the declaration beside
Alembic's own version, in the version table, because the older build does not have the newer file.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

READ_SECONDS = 2.0
SERVICE_VERSION, MESSAGING_VERSION = "alembic_version", "messaging_version"
MESSAGING_FOLDER = Path(__file__).parent / "messaging_migrations"


class SchemaMismatch(Exception):
    """This build does not work with the schema of its database; the message states why."""


class NewerRow(Exception):
    """A row holds a code that this build does not know: a newer build wrote it, and can read it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The revision that a database is at, and the oldest one whose builds work with it (None: not declared)."""

    revision: str
    compatible_with: str | None = None

    @classmethod
    async def read(
        cls, connection: asyncpg.Connection | PoolConnectionProxy, version_table: str = SERVICE_VERSION
    ) -> Applied | None:
        """What the version table holds; None where nothing was migrated yet. The connection must not be in a transaction."""
        # Through JSON: a database that was migrated before declarations were stored does not have the column.
        declared = f"to_jsonb({version_table}) ->> 'compatible_with' AS compatible_with"
        try:
            row = await connection.fetchrow(
                f"SELECT version_num, {declared} FROM {version_table}",  # noqa: S608 - one of the two constants above
                timeout=READ_SECONDS,
            )
        except asyncpg.UndefinedTableError:
            return None
        return None if row is None else cls(row["version_num"], row["compatible_with"])


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of one history that a build has, oldest first; it may have none."""

    known: tuple[str, ...] = ()
    version_table: str = SERVICE_VERSION

    @classmethod
    def of(cls, folder: Path, version_table: str) -> History:
        """Those in a folder of files `<revision>_<what>.py`, whose names sort as the revisions follow each other."""
        return cls(tuple(sorted(path.name.partition("_")[0] for path in folder.glob("*[0-9]_*.py"))), version_table)

    @property
    def head(self) -> str | None:
        """The newest of them."""
        return self.known[-1] if self.known else None

    @property
    def next(self) -> str:
        """The number of the revision after the newest, in four digits."""
        return f"{int(self.head or 0) + 1:04}"

    def mismatch(self, applied: Applied | None) -> str | None:
        """None where this build works with the database's schema, else why not: a code, a colon, and the revisions."""
        if self.head is None or (applied is not None and applied.revision == self.head):
            return None
        if applied is None:
            return f"schema_missing: this build needs revision {self.head}"
        if applied.revision in self.known:
            return f"schema_behind: the database is at revision {applied.revision}, this build needs {self.head}"
        if applied.compatible_with in self.known:
            return None
        return (
            f"schema_incompatible: the database is at revision {applied.revision}, which needs a build of revision "
            f"{applied.compatible_with or applied.revision} or later; this build has {self.head}"
        )


MESSAGING = History.of(MESSAGING_FOLDER, MESSAGING_VERSION)


@dataclass(frozen=True, slots=True)
class Revisions:
    """Both histories of a service's database, as a build knows them."""

    service: History = History()
    messaging: History = MESSAGING

    @classmethod
    def of(cls, package: str) -> Revisions:
        """Those of an importable package."""
        return cls(History.of(versions(package), SERVICE_VERSION))

    async def mismatch(self, connection: asyncpg.Connection | PoolConnectionProxy) -> str | None:
        """None where this build works with the database's schema, else why not. The connection must not be in a
        transaction."""
        for history in (self.service, self.messaging):
            if why := history.mismatch(await Applied.read(connection, history.version_table)):
                return why
        return None


def versions(package: str) -> Path:
    """The folder of a package's revisions."""
    return Path(str(files(package))) / "migrations" / "versions"
