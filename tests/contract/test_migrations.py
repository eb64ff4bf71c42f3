"""Every service's migrations make the very schema that its tables describe, on a real database."""

from importlib import import_module
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.migrate import Migrations
from aftercare_chassis.testing.databases import with_database
from alembic.script import ScriptDirectory


@pytest.mark.parametrize("package", ["order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc"])
async def test_the_migrated_database_is_what_the_tables_say(package: str, postgres_url: str) -> None:
    name = f"migrated_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        migrations = Migrations(package, with_database(postgres_url, name), import_module(f"{package}.tables").metadata)
        await migrations.upgrade()
        await migrations.upgrade()  # a second start finds nothing to do
        assert await migrations.differences() is None
        connection = await asyncpg.connect(with_database(postgres_url, name))
        assert await migrations.at_head(connection)
        await connection.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.mark.parametrize("package", ["order_svc", "aftersale_svc", "cs_svc", "kb_svc", "analytics_svc"])
def test_the_newest_file_is_the_newest_revision(package: str) -> None:
    migrations = Migrations(package, "postgresql:///", import_module(f"{package}.tables").metadata)
    assert migrations.head() == ScriptDirectory.from_config(migrations.config()).get_current_head()
