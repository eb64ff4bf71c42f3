"""Five databases and five roles: each service can reach its own and no other."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from aftercare_chassis.database.revisions import Revisions
from aftercare_cli.stack.layout import SERVICES, Server


async def provide(admin: str, passwords: Mapping[str, str]) -> None:
    """Make what is missing and set the recorded passwords; safe to repeat."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for service in SERVICES:
            await _provide_one(connection, service.database, passwords[service.name])
    finally:
        await connection.close()


async def _provide_one(connection: asyncpg.Connection, name: str, password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f'CREATE ROLE "{name}" LOGIN')
    # A role's password cannot be a parameter; ours is made of hexadecimal digits.
    await connection.execute(f"""ALTER ROLE "{name}" PASSWORD '{int(password, 16):0{len(password)}x}'""")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # The one who creates for another has to be a member of that role, unless it is a superuser.
        await connection.execute(f'GRANT "{name}" TO CURRENT_USER')
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
    await connection.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC')


async def existing(admin: str) -> list[str]:
    """Which of the five databases are there."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        names = [service.database for service in SERVICES]
        found = await connection.fetch("SELECT datname FROM pg_database WHERE datname = ANY($1)", names)
        return [row["datname"] for row in found]
    finally:
        await connection.close()


async def remove(admin: str) -> None:
    """Delete the five databases and roles."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        for service in SERVICES:
            await connection.execute(f'DROP DATABASE IF EXISTS "{service.database}" WITH (FORCE)')
            await connection.execute(f'DROP ROLE IF EXISTS "{service.database}"')
    finally:
        await connection.close()


def dsn(admin: str, service: Server, password: str) -> str:
    """How that service reaches its database on the server of the admin's DSN."""
    parts = urlsplit(admin)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{service.database}:{quote(password)}@{place}", path=f"/{service.database}")
    )


async def needs_migration(own: str, service: Server) -> bool:
    """Whether the service of this checkout does not work with its database's schema as it is."""
    connection = await asyncpg.connect(own, timeout=10)
    try:
        return await Revisions.of(service.name.replace("-", "_")).mismatch(connection) is not None
    finally:
        await connection.close()
