"""A range of the log is read completely, or not at all."""

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
async def partition(admin: AIOKafkaAdminClient, kafka_bootstrap: str) -> TopicPartition:
    """A partition of its own with ten records."""
    topic = f"read-{uuid4().hex}"
    await admin.create_topics([NewTopic(topic, 1, 1)], timeout_ms=20_000)
    producer = clients.producer(kafka_bootstrap, "test")
    await producer.start()
    for number in range(RECORDS):
        await producer.send_and_wait(topic, str(number).encode())
    await producer.stop()
    return TopicPartition(topic, 0)


async def offsets(bootstrap: str, starts: range_reader.Offsets, ends: range_reader.Offsets) -> list[int]:
    return [record.offset async for some in range_reader.read(bootstrap, starts, ends) for record in some]


async def test_a_range_ends_before_its_end(partition: TopicPartition, kafka_bootstrap: str) -> None:
    assert await offsets(kafka_bootstrap, {partition: 3}, {partition: 8}) == [3, 4, 5, 6, 7]


async def test_without_a_start_a_range_begins_at_the_beginning(partition: TopicPartition, kafka_bootstrap: str) -> None:
    assert await offsets(kafka_bootstrap, {}, {partition: 3}) == [0, 1, 2]


async def test_an_empty_range_needs_no_broker(partition: TopicPartition) -> None:
    assert await offsets("127.0.0.1:1", {partition: 3}, {partition: 3}) == []


async def test_without_a_broker_a_range_is_unavailable(partition: TopicPartition) -> None:
    with pytest.raises(range_reader.RangeUnavailable, match="Kafka does not answer"):
        await offsets("127.0.0.1:1", {}, {partition: 3})


async def test_records_that_the_log_has_lost_are_not_skipped(
    admin: AIOKafkaAdminClient, partition: TopicPartition, kafka_bootstrap: str
) -> None:
    """Nor where retention deletes them after the reader was assigned."""
    await admin.delete_records({partition: RecordsToDelete(4)})
    with pytest.raises(range_reader.RangeUnavailable, match="begins at offset 4"):
        await offsets(kafka_bootstrap, {}, {partition: RECORDS})
    reader = clients.reader(kafka_bootstrap, "test")
    await reader.start()
    try:
        clients.assign(reader, {partition: 2})
        with pytest.raises(OffsetOutOfRangeError):
            await reader.getmany(timeout_ms=10_000)
    finally:
        await reader.stop()


async def test_a_reader_without_an_offset_reads_nothing(partition: TopicPartition, kafka_bootstrap: str) -> None:
    reader = clients.reader(kafka_bootstrap, "test")
    await reader.start()
    try:
        reader.assign([partition])
        with pytest.raises(NoOffsetForPartitionError):
            await reader.getmany(timeout_ms=10_000)
    finally:
        await reader.stop()
