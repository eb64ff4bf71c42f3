"""Reading the log again: from exactly the places that were asked for, or not at all."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aftercare_chassis.kafka import clients, range_reader
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError

RECORDS = 10


@pytest.fixture
async def admin(kafka_bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await client.start()
    yield client
    await client.close()


@pytest.fixture
async def place(admin: AIOKafkaAdminClient, kafka_bootstrap: str) -> TopicPartition:
    """A partition of its own with ten records."""
    topic = f"read-{uuid4().hex}"
    await admin.create_topics([NewTopic(topic, 1, 1)], timeout_ms=20_000)
    producer = clients.producer(kafka_bootstrap, "test")
    await producer.start()
    for number in range(RECORDS):
        await producer.send_and_wait(topic, str(number).encode())
    await producer.stop()
    return TopicPartition(topic, 0)


async def test_from_a_place_to_before_another(place: TopicPartition, kafka_bootstrap: str) -> None:
    read = [record async for some in range_reader.batches(kafka_bootstrap, {place: 3}, {place: 8}) for record in some]
    assert [record.offset for record in read] == [3, 4, 5, 6, 7]


async def test_what_the_log_has_lost_is_told_and_not_jumped_over(
    admin: AIOKafkaAdminClient, place: TopicPartition, kafka_bootstrap: str
) -> None:
    """Also where retention takes it after the reader was put there."""
    await admin.delete_records({place: RecordsToDelete(4)})
    with pytest.raises(range_reader.Unreadable, match="begins at offset 4"):
        [_ async for _ in range_reader.batches(kafka_bootstrap, {}, {place: RECORDS})]
    reader = clients.reader(kafka_bootstrap, "test")
    await reader.start()
    try:
        clients.stand(reader, {place: 2})
        with pytest.raises(OffsetOutOfRangeError):
            await reader.getmany(timeout_ms=10_000)
    finally:
        await reader.stop()


async def test_a_reader_that_nobody_put_anywhere_reads_nothing(place: TopicPartition, kafka_bootstrap: str) -> None:
    reader = clients.reader(kafka_bootstrap, "test")
    await reader.start()
    try:
        reader.assign([place])
        with pytest.raises(NoOffsetForPartitionError):
            await reader.getmany(timeout_ms=10_000)
    finally:
        await reader.stop()
