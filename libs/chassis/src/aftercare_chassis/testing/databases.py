"""A migrated and empty database per test.

Databases are emptied and used again, which is ten times faster than creating one. A run creates no more of them than one
test uses at a time, and migrates one per package, of which the others are copies.
"""

import itertools
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from aftercare_chassis.database.migrations import Migrations

# As a replica, so that triggers which forbid deleting (an append-only table has one) do not fire.
_EMPTY = """
DO $$ DECLARE each record; BEGIN
    SET LOCAL session_replication_role = replica;
    SET LOCAL lock_timeout = '5s';
    FOR each IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
               AND tablename NOT IN ('alembic_version', 'messaging_version') LOOP
        EXECUTE format('DELETE FROM %I', each.name);
    END LOOP;
    FOR each IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', each.name);
    END LOOP;
END $$
"""
_TABLES = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
_numbers = itertools.count(1)
_free: dict[tuple[str, str], list[str]] = defaultdict(list)
_templates: dict[tuple[str, str], str] = {}
_shape: dict[str, str] = {}
_made: dict[str, list[str]] = defaultdict(list)


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@asynccontextmanager
async def database(admin_url: str, package: str, migrations: Migrations) -> AsyncIterator[str]:
    """The address of an empty database with the package's schema, for as long as the block lasts."""
    free = _free[admin_url, package]
    name = free.pop() if free else await _make(admin_url, package, migrations)
    url = with_database(admin_url, name)
    yield url
    async with _connection(url) as connection:
        await connection.execute(_EMPTY)  # where that fails, the test fails and the database is not used again
        if await connection.fetchval(_TABLES) == _shape[name]:  # else a test has changed its tables or indexes
            free.append(name)


async def empty(url: str) -> None:
    """Delete all rows of this database and restart its sequences."""
    await _execute(url, _EMPTY)


@asynccontextmanager
async def new_database(admin_url: str) -> AsyncIterator[str]:
    """The address of a database without any table, for as long as the block lasts."""
    name = f"new_{uuid4().hex[:12]}"
    await _execute(admin_url, f"CREATE DATABASE {name}")
    try:
        yield with_database(admin_url, name)
    finally:
        await _execute(admin_url, f"DROP DATABASE {name} WITH (FORCE)")


async def drop_all(admin_url: str) -> None:
    """Drop the databases that were created on this server, where it continues to run after the tests."""
    for name in _made.pop(admin_url, []):
        await _execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _make(admin_url: str, package: str, migrations: Migrations) -> str:
    """The name of a new database with the package's schema."""
    if (admin_url, package) not in _templates:
        _templates[admin_url, package] = await _migrated(admin_url, migrations)
    template = _templates[admin_url, package]
    name = await _create(admin_url, f'TEMPLATE "{template}"')
    _shape[name] = _shape[template]
    return name


async def _migrated(admin_url: str, migrations: Migrations) -> str:
    """The name of a new database that is migrated, and has no session."""
    name = await _create(admin_url)
    there = migrations.at(with_database(admin_url, name))
    await (there.upgrade() if there.revisions.service.head else there.create_all())
    async with _connection(with_database(admin_url, name)) as connection:
        _shape[name] = await connection.fetchval(_TABLES)
    return name


async def _create(admin_url: str, options: str = "") -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    await _execute(admin_url, f'CREATE DATABASE "{name}" {options}')
    _made[admin_url].append(name)
    return name


async def _execute(url: str, statement: str) -> None:
    async with _connection(url) as connection:
        await connection.execute(statement)


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
