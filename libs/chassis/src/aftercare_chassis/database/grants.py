"""What the role of a service may do in a database whose tables another role owns: read and write rows, and change no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from aftercare_chassis.database.revisions import MESSAGING_VERSION, SERVICE_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

_TABLES, _SEQUENCES = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
# A table is append-only where a trigger of this name refuses changes of its rows. They are read from the database and not from
# the metadata of this build, since a newer build may have made some of its tables.
_APPEND_ONLY = text("""
SELECT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = relname || '_append_only' AND relnamespace = 'public'::regnamespace
""")
_MAINTAIN_SINCE = 170_000
"""The right to VACUUM is a privilege since PostgreSQL 17. Before, only the owner has it, and relays leave the outbox to autovacuum."""


async def prepare(connection: AsyncConnection, role: str) -> None:
    """Let `role` read and write the tables that the owner makes from now on: a new pod may use one as soon as it is there."""
    name = await _quoted(connection, role)
    defaults = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"{defaults} {_TABLES} ON TABLES TO {name}",
        f"{defaults} {_SEQUENCES} ON SEQUENCES TO {name}",
    ]
    await _execute(connection, statements)


async def give(connection: AsyncConnection, role: str) -> None:
    """Let `role` read and write the rows of all tables, and only read and add those of append-only ones; may be repeated."""
    name = await _quoted(connection, role)
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
        f"GRANT {_TABLES} ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT {_SEQUENCES} ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON {SERVICE_VERSION}, {MESSAGING_VERSION} FROM {name}",
    ]
    for table in (await connection.scalars(_APPEND_ONLY)).all():
        statements.append(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
    if int(await connection.scalar(text("SHOW server_version_num"))) >= _MAINTAIN_SINCE:
        statements.append(f"GRANT MAINTAIN ON outbox TO {name}")
    await _execute(connection, statements)


async def _quoted(connection: AsyncConnection, role: str) -> str:
    return str(await connection.scalar(text("SELECT quote_ident(:role)"), {"role": role}))


async def _execute(connection: AsyncConnection, statements: Iterable[str]) -> None:
    """In one transaction: others see all of it or nothing."""
    for statement in statements:
        await connection.exec_driver_sql(statement)
    await connection.commit()
