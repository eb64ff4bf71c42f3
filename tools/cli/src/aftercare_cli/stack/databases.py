"""The databases and roles of the services. Each role can connect to its own database only."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from aftercare_chassis.database.revisions import Revisions

from aftercare_cli.stack.layout import SERVICES, Server


async def create(admin: str, passwords: Mapping[str, str]) -> None:
    """Create the missing databases and roles, and set the passwords. May be repeated."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for service in SERVICES:
            await _create_one(connection, service.database, passwords[service.name])
    finally:
        await connection.close()


async def _create_one(connection: asyncpg.Connection, name: str, password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f'CREATE ROLE "{name}" LOGIN')
    # ALTER ROLE takes no parameters; the password is a hexadecimal number, which cannot end the literal.
    await connection.execute(f"""ALTER ROLE "{name}" PASSWORD '{int(password, 16):0{len(password)}x}'""")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # Only a member of a role may create a database for it, unless it is a superuser.
        await connection.execute(f'GRANT "{name}" TO CURRENT_USER')
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
    await connection.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')


async def existing(admin: str) -> list[str]:
    """The names of those of our databases that exist."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        names = [service.database for service in SERVICES]
        found = await connection.fetch("SELECT datname FROM pg_database WHERE datname = ANY($1)", names)
        return [row["datname"] for row in found]
    finally:
        await connection.close()


async def remove(admin: str) -> None:
    """Delete the databases and roles of the services."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        for service in SERVICES:
            await connection.execute(f'DROP DATABASE IF EXISTS "{service.database}" WITH (FORCE)')
            await connection.execute(f'DROP ROLE IF EXISTS "{service.database}"')
    finally:
        await connection.close()


def dsn(admin: str, service: Server, password: str) -> str:
    """The DSN of the service's own database, on the server of the admin's DSN."""
    parts = urlsplit(admin)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{service.database}:{quote(password)}@{host}", path=f"/{service.database}")
    )


async def needs_migration(own: str, service: Server) -> bool:
    """Whether this build of the service needs another schema than its database has. `own` is the service's DSN."""
    connection = await asyncpg.connect(own, timeout=10)
    try:
        return await Revisions.of(service.name.replace("-", "_")).mismatch(connection) is not None
    finally:
        await connection.close()
