"""The databases and roles of the services. Each role can connect to its own database only.

Two roles for each: one owns the database and its tables and migrates them, the service runs as the other.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from aftercare_chassis.database.revisions import Revisions

from aftercare_cli.stack.layout import SERVICES, Server


async def create(admin: str, passwords: Mapping[str, str], owners: Mapping[str, str]) -> None:
    """Create the missing databases and roles, and set the passwords, which are by service. May be repeated."""
    connection = await asyncpg.connect(admin, timeout=10)
    try:
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for service in SERVICES:
            await _create_role(connection, service.database, passwords[service.name])
            await _create_role(connection, service.owner, owners[service.name])
            await _create_database(connection, service.database, service.owner)
            await _hand_over(admin, service)
            await connection.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{service.database}" FROM PUBLIC')
            await connection.execute(f'GRANT CONNECT ON DATABASE "{service.database}" TO "{service.database}"')
    finally:
        await connection.close()


async def _create_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f'CREATE ROLE "{name}" LOGIN')
    # ALTER ROLE takes no parameters; the password is a hexadecimal number, which cannot end the literal.
    await connection.execute(f"""ALTER ROLE "{name}" PASSWORD '{int(password, 16):0{len(password)}x}'""")


async def _create_database(connection: asyncpg.Connection, name: str, owner: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # Only a member of a role may create a database for it, unless it is a superuser.
        await connection.execute(f'GRANT "{owner}" TO CURRENT_USER')
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{owner}"')


async def _hand_over(admin: str, service: Server) -> None:
    """Give the owner what the role of the service owned in its database, and the database: former versions had one role."""
    connection = await asyncpg.connect(admin, database=service.database, timeout=10)
    try:
        await connection.execute(f'GRANT "{service.database}", "{service.owner}" TO CURRENT_USER')
        await connection.execute(f'REASSIGN OWNED BY "{service.database}" TO "{service.owner}"')
    finally:
        await connection.close()


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
            await connection.execute(f'DROP ROLE IF EXISTS "{service.database}", "{service.owner}"')
    finally:
        await connection.close()


def dsn(admin: str, service: Server, password: str, *, role: str | None = None) -> str:
    """The DSN of the service's own database, on the server of the admin's DSN; as the service's role, or as another one."""
    parts = urlsplit(admin)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(netloc=f"{role or service.database}:{quote(password)}@{host}", path=f"/{service.database}")
    )


async def needs_migration(own: str, service: Server) -> bool:
    """Whether this build of the service needs another schema than its database has, or its role may not use that. `own` is the service's DSN."""
    connection = await asyncpg.connect(own, timeout=10)
    try:
        return await Revisions.of(service.name.replace("-", "_")).mismatch(connection) is not None
    except asyncpg.InsufficientPrivilegeError:  # the tables have just got another owner
        return True
    finally:
        await connection.close()
