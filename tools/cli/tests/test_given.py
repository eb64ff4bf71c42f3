"""Kafka and PostgreSQL that run elsewhere."""

import asyncpg
import pytest
from aftercare_chassis.kafka import topics
from aftercare_cli.stack import databases, ports
from aftercare_cli.stack.given import Given
from aftercare_cli.stack.interface import NoProgress, StackError
from aftercare_cli.stack.layout import SERVICES


def test_servers_that_answer_are_up(kafka_bootstrap: str, postgres_url: str) -> None:
    given = Given(kafka_bootstrap, postgres_url)

    given.start(NoProgress())

    assert [(component.name, component.state) for component in given.status()] == [("kafka", "up"), ("postgres", "up")]
    given.stop(NoProgress())
    assert [component.state for component in given.status()] == ["up", "up"]


def test_servers_that_do_not_answer_are_broken() -> None:
    given = Given(f"127.0.0.1:{ports.choose()}", f"postgresql://postgres:x@127.0.0.1:{ports.choose()}/postgres")

    assert [component.state for component in given.status()] == ["broken", "broken"]
    with pytest.raises(StackError, match="the PostgreSQL of AFTERCARE_POSTGRES does not answer"):
        given.start(NoProgress())


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:port", ""])
def test_an_address_that_is_none_is_broken(postgres_url: str, address: str) -> None:
    assert Given(address, postgres_url).status()[0].state == "broken"


def test_one_broker_of_several_is_enough(kafka_bootstrap: str, postgres_url: str) -> None:
    given = Given(f"127.0.0.1:{ports.choose()}, {kafka_bootstrap}", postgres_url)

    assert given.status()[0].state == "up"


def test_a_password_is_not_shown(postgres_url: str) -> None:
    assert postgres_url not in repr(Given("127.0.0.1:1", postgres_url))


async def test_erase_deletes_what_the_suite_has_created_and_nothing_else(
    kafka_bootstrap: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []

    async def delete(bootstrap: str) -> None:
        deleted.append(bootstrap)

    # Topics of the test run's broker are used by other tests.
    monkeypatch.setattr(topics, "delete", delete)
    passwords = {service.name: "ab" * 16 for service in SERVICES}
    await databases.create(postgres_url, passwords, passwords)
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("CREATE DATABASE somebody_elses")
    assert set(await databases.existing(postgres_url)) == {service.database for service in SERVICES}

    Given(kafka_bootstrap, postgres_url).erase(NoProgress())

    assert await databases.existing(postgres_url) == []
    assert await admin.fetchval("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'aftercare_%'") == 0
    assert await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'somebody_elses'") == 1
    assert deleted == [kafka_bootstrap]
    await admin.execute("DROP DATABASE somebody_elses")
    await admin.close()
