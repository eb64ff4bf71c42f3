"""Which revisions of the schema this build carries, and whether it works with the one that its database is at.

A rollout migrates first, so older pods meet a newer schema, and a rollback leaves that schema in place. Each revision
declares the oldest revision whose builds still work with it (`compatible_with`). `migrate` stores the declaration beside
Alembic's own version, in `alembic_version`, because the older build does not carry the newer file.
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

# Through JSON: a database that was migrated before declarations were stored does not have the column.
_APPLIED = "SELECT version_num, to_jsonb(alembic_version) ->> 'compatible_with' AS compatible_with FROM alembic_version"


class SchemaMismatch(Exception):
    """This build does not work with the schema of its database; the message says why."""


class NewerRow(Exception):
    """A row holds a code that this build does not know: a newer build wrote it, and can read it."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The revision that a database is at, and the oldest one whose builds work with it (None: not declared)."""

    revision: str
    compatible_with: str | None = None

    @classmethod
    async def read(cls, connection: asyncpg.Connection | PoolConnectionProxy) -> Applied | None:
        """What the database says; None where nothing was migrated yet. The connection must not be in a transaction."""
        try:
            row = await connection.fetchrow(_APPLIED, timeout=READ_SECONDS)
        except asyncpg.UndefinedTableError:
            return None
        return None if row is None else cls(row["version_num"], row["compatible_with"])


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of a build, oldest first: the numbers of `migrations/versions/NNNN_*.py`. A build may have none."""

    known: tuple[str, ...] = ()

    @classmethod
    def of(cls, package: str) -> Revisions:
        """Those of an importable package."""
        return cls(tuple(sorted(path.name.partition("_")[0] for path in versions(package).glob("[0-9]*_*.py"))))

    @property
    def head(self) -> str | None:
        """The newest of them."""
        return self.known[-1] if self.known else None

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


def versions(package: str) -> Path:
    """The folder of a package's revisions."""
    return Path(str(files(package))) / "migrations" / "versions"
