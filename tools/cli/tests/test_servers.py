"""The servers that all tests stand on."""

import asyncio

import asyncpg
import pytest
from aftercare_cli.stack import databases, topics
from aftercare_cli.stack.layout import SERVICES
from aftercare_events import TOPICS


async def test_topics_are_created_once(kafka_bootstrap: str) -> None:
    wish = {"replication": 1, "min_isr": 1, "partitions": 3, "retention_ms": -1}

    first = await topics.create(kafka_bootstrap, **wish)
    second = await topics.create(kafka_bootstrap, **wish)

    assert set(first) <= set(TOPICS)
    assert second == []


async def test_each_service_reaches_its_own_database_and_no_other(postgres_url: str) -> None:
    passwords = {service.name: f"{number:032x}" for number, service in enumerate(SERVICES)}
    try:
        await databases.provide(postgres_url, passwords)
        await databases.provide(postgres_url, passwords)
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


async def test_a_wrong_password_is_refused(postgres_url: str) -> None:
    service = SERVICES[0]
    passwords = {each.name: "ab" * 16 for each in SERVICES}
    try:
        await databases.provide(postgres_url, passwords)
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncio.wait_for(asyncpg.connect(databases.dsn(postgres_url, service, "cd" * 16)), 10)
    finally:
        await databases.remove(postgres_url)
