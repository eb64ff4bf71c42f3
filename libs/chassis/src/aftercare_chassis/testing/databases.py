"""A migrated database per test, copied from a template that is built once per session."""

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from aftercare_chassis.migrate import Migrations

_numbers = itertools.count(1)
_templates: dict[tuple[str, str], str] = {}


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def _execute(admin_url: str, *statements: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _template(admin_url: str, package: str, migrations: Migrations) -> str:
    known = _templates.get((admin_url, package))
    if known is None:
        known = f"template_{package}_{os.getpid()}"
        await _execute(admin_url, f'DROP DATABASE IF EXISTS "{known}"', f'CREATE DATABASE "{known}"')
        there = migrations.at(with_database(admin_url, known))
        await (there.upgrade() if there.head() else there.create_all())
        _templates[admin_url, package] = known
    return known


@asynccontextmanager
async def database(admin_url: str, package: str, migrations: Migrations) -> AsyncIterator[str]:
    """The address of a fresh database with the package's schema; dropped afterwards."""
    template, name = await _template(admin_url, package, migrations), f"test_{os.getpid()}_{next(_numbers)}"
    await _execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield with_database(admin_url, name)
    finally:
        await _execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
