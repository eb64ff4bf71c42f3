"""Databases, roles and topics on real servers."""

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest
import yaml
from aftercare_chassis.kafka import topics
from aftercare_cli.stack import databases
from aftercare_cli.stack.layout import SERVICES, checkout
from aftercare_events import TOPICS


async def test_topics_are_created_once(kafka_bootstrap: str) -> None:
    options = {"replication": 1, "min_isr": 1, "partitions": 3, "retention_ms": -1}

    first = await topics.create(kafka_bootstrap, **options)
    second = await topics.create(kafka_bootstrap, **options)

    assert set(first) <= set(TOPICS)
    assert second == []


def test_the_topics_job_of_compose_runs(kafka_bootstrap: str) -> None:
    job = yaml.safe_load((checkout() / "docker-compose.yml").read_text())["services"]["topics"]
    command = [sys.executable, *job["entrypoint"][1:], *job["command"]]
    environment = {**os.environ, "AFTERCARE_KAFKA": kafka_bootstrap}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_broker_that_does_not_answer_is_one_line_on_stderr() -> None:
    command = [sys.executable, "-m", "aftercare_chassis.kafka.topics", "--bootstrap", "127.0.0.1:1"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith("kafka at 127.0.0.1:1 does not answer")
    assert ran.stderr.count("\n") == 1


async def test_a_role_connects_to_its_own_database_only(postgres_url: str) -> None:
    passwords = {service.name: f"{number:032x}" for number, service in enumerate(SERVICES)}
    try:
        await databases.create(postgres_url, passwords, passwords)
        await databases.create(postgres_url, passwords, passwords)
        for service in SERVICES:
            own = databases.dsn(postgres_url, service, passwords[service.name])
            connection = await asyncpg.connect(own)
            assert await connection.fetchval("SELECT current_database()") == service.database
            await connection.close()
            for other in SERVICES:
                if other != service:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await asyncpg.connect(own, database=other.database)
    finally:
        await databases.remove(postgres_url)


async def test_a_database_that_its_service_owned_is_handed_over_and_migrated(postgres_url: str) -> None:
    """Former versions had one role for each service, which owned its tables."""
    service, passwords = SERVICES[0], dict.fromkeys((one.name for one in SERVICES), "ab" * 16)
    own = databases.dsn(postgres_url, service, passwords[service.name])
    admin = await asyncpg.connect(postgres_url)
    try:
        await admin.execute(f"CREATE ROLE {service.database} LOGIN PASSWORD '{passwords[service.name]}'")
        await admin.execute(f"CREATE DATABASE {service.database} OWNER {service.database}")
        before = await asyncpg.connect(own)
        await before.execute("CREATE TABLE alembic_version (version_num text)")
        await before.close()
        await databases.create(postgres_url, passwords, passwords)
        assert await databases.needs_migration(own, service)
        owner = await asyncpg.connect(databases.dsn(postgres_url, service, "ab" * 16, role=service.owner))
        await owner.execute("DROP TABLE alembic_version")
        await owner.close()
        after = await asyncpg.connect(own)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await after.execute("CREATE TABLE alembic_version (version_num text)")
        await after.close()
    finally:
        await databases.remove(postgres_url)
        await admin.close()


async def test_a_wrong_password_is_refused(postgres_url: str) -> None:
    service = SERVICES[0]
    passwords = {each.name: "ab" * 16 for each in SERVICES}
    try:
        await databases.create(postgres_url, passwords, passwords)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncio.wait_for(asyncpg.connect(databases.dsn(postgres_url, service, "cd" * 16)), 10)
    finally:
        await databases.remove(postgres_url)


async def test_a_service_is_migrated_unless_its_schema_is_compatible(postgres_url: str) -> None:
    service, passwords = SERVICES[0], dict.fromkeys((one.name for one in SERVICES), "ab" * 16)
    own = databases.dsn(postgres_url, service, passwords[service.name])
    try:
        await databases.create(postgres_url, passwords, passwords)
        assert await databases.needs_migration(own, service)
        connection = await asyncpg.connect(databases.dsn(postgres_url, service, "ab" * 16, role=service.owner))
        await connection.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {service.database}"
        )
        await connection.execute(
            "CREATE TABLE alembic_version AS SELECT '9001' AS version_num, '0001' AS compatible_with"
        )
        assert await databases.needs_migration(own, service), "the messaging tables are missing"
        await connection.execute(
            "CREATE TABLE messaging_version AS SELECT 'm9001' AS version_num, 'm0001' AS compatible_with"
        )
        assert not await databases.needs_migration(own, service), "a newer build declared its schema compatible"
        await connection.execute("UPDATE alembic_version SET compatible_with = '9001'")
        assert await databases.needs_migration(own, service)
        await connection.close()
    finally:
        await databases.remove(postgres_url)
