"""The topics are created by command, once, and by nobody else."""

from uuid import uuid4

import pytest
from aftercare_chassis.kafka import topics
from aftercare_chassis.kafka.topics import TopicError
from aftercare_chassis.testing import until
from aftercare_events.topics import Topic
from aiokafka.admin import AIOKafkaAdminClient

OPTIONS = {"replication": 1, "min_isr": 1, "retention_ms": -1}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two topics of their own in place of the catalogue's."""
    made = {name: Topic(name, writer="x-svc", aggregate="x") for name in (f"test-{uuid4().hex}" for _ in range(2))}
    monkeypatch.setattr(topics, "TOPICS", made)
    return list(made)


async def has_partitions(bootstrap: str, names: list[str], number: int) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return [len(each["partitions"]) for each in await admin.describe_topics(names)] == [number] * len(names)
    finally:
        await admin.close()


async def test_missing_topics_are_created_and_named(kafka_bootstrap: str, names: list[str]) -> None:
    assert sorted(await topics.create(kafka_bootstrap, partitions=None, **OPTIONS)) == sorted(names)
    await until(lambda: has_partitions(kafka_bootstrap, names, 12), "the brokers know them")
    assert sorted(await topics.delete(kafka_bootstrap)) == sorted(names)


async def test_existing_topics_are_not_changed(kafka_bootstrap: str, names: list[str]) -> None:
    await topics.create(kafka_bootstrap, partitions=3, **OPTIONS)
    assert await topics.create(kafka_bootstrap, partitions=5, **OPTIONS) == []
    await until(lambda: has_partitions(kafka_bootstrap, names, 3), "they are as they were created")
    await topics.delete(kafka_bootstrap)


async def test_topics_that_do_not_exist_are_not_deleted(kafka_bootstrap: str, names: list[str]) -> None:
    assert await topics.delete(kafka_bootstrap) == []


@pytest.mark.usefixtures("names")
async def test_a_refusal_is_one_line(kafka_bootstrap: str) -> None:
    with pytest.raises(TopicError, match=r"^topic test-\w+: InvalidReplicationFactorError$"):
        await topics.create(kafka_bootstrap, partitions=None, **{**OPTIONS, "replication": 99})


async def test_without_a_broker_the_command_fails_in_one_line() -> None:
    with pytest.raises(TopicError, match=r"^kafka at 127\.0\.0\.1:1 does not answer: "):
        await topics.create("127.0.0.1:1", partitions=None, **OPTIONS)


def test_the_command_retries_while_the_brokers_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[str] = []

    async def create(bootstrap: str, **_: object) -> list[str]:
        tries.append(bootstrap)
        if len(tries) < 3:
            raise TopicError("not yet")
        return ["a", "b"] if len(tries) == 3 else []

    monkeypatch.setattr(topics, "create", create)
    monkeypatch.setattr(topics.time, "sleep", lambda _: None)
    topics.command("kafka:9092", retry_seconds=60)
    topics.command("kafka:9092")
    assert capsys.readouterr().out.splitlines() == ["created a, b", "all topics exist"]
    monkeypatch.setattr(topics, "create", lambda *_, **__: (_ for _ in ()).throw(TopicError("away")))
    with pytest.raises(TopicError, match="away"):
        topics.command("kafka:9092", retry_seconds=0)
