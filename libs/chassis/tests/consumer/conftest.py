"""A log of notes on a topic of its own, and a way to shorten it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.testing import Harness
from aftercare_events import EVENTS
from aftercare_events.topics import Topic
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from note_log import Noted, NotedV2, NoteLog, Shorten, noted


@pytest.fixture
async def admin(log: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=log)
    await client.start()
    yield client
    await client.close()


@pytest.fixture
async def notes(
    on_log: Harness, log: str, admin: AIOKafkaAdminClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[NoteLog]:
    topic = Topic(f"notes-{uuid4().hex}", writer="notes-svc", aggregate="note", partitions=1)
    for cls in (Noted, NotedV2):
        monkeypatch.setattr(cls, "TOPIC", topic)
    monkeypatch.setitem(EVENTS, "Noted.v1", Noted)
    await admin.create_topics([NewTopic(topic.name, 1, 1)], timeout_ms=20_000)
    producer = clients.producer(log, "notes")
    await producer.start()
    try:
        yield NoteLog(on_log, producer, {Noted: noted})
    finally:
        await producer.stop()


@pytest.fixture
def shorten(notes: NoteLog, admin: AIOKafkaAdminClient) -> Shorten:
    """Delete what is before an offset, as retention does."""

    async def delete(before: int) -> None:
        await admin.delete_records({TopicPartition(Noted.TOPIC.name, 0): RecordsToDelete(before_offset=before)})

    return delete
