"""librdkafka as an oracle: it finds our messages where it would have put them, and reads them completely."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, Envelope, FeedbackReceived, codec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka import OFFSET_BEGINNING, TIMESTAMP_CREATE_TIME, Consumer, Producer, TopicPartition
from log_support import outbox_is_empty, running

TOPIC = "aftercare.feedback.v1"
PARTITIONS = TOPICS[TOPIC].partitions
KEYS = [
    *(f"fb_{uuid4().hex}" for _ in range(200)),
    *(uuid4().hex[:length] + "…售后" for length in range(1, 9)),  # every remainder of murmur2, and bytes above 0x7f
    "x" * 200,
]


@dataclass(frozen=True)
class Row:
    """A row of the outbox before it is sent."""

    headers: dict[str, str]
    payload: bytes
    created_ms: int


def produced(bootstrap: str, topic: str, keys: Iterable[str]) -> dict[str, int]:
    """The partitions into which librdkafka puts these keys, with Java's partitioner."""
    partitions: dict[str, int] = {}

    def delivered(error: Any, message: Any) -> None:
        assert error is None, error
        partitions[message.key().decode()] = message.partition()

    producer = Producer({"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "acks": "all"})
    for key in keys:
        producer.produce(topic, key=key.encode(), value=b"{}", on_delivery=delivered)
    assert producer.flush(60) == 0
    return partitions


def consumed(bootstrap: str, keys: set[str]) -> dict[str, Any]:
    """The first message of each of these keys, as librdkafka reads it."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"oracle-{uuid4().hex}", "check.crcs": True})
    consumer.assign([TopicPartition(TOPIC, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
    found: dict[str, Any] = {}
    try:
        while len(found) < len(keys):
            message = consumer.poll(30)
            assert message is not None, "nothing more comes"
            assert message.error() is None, message.error()
            key = message.key().decode()
            if key in keys:
                found.setdefault(key, message)
    finally:
        consumer.close()
    return found


def envelope(number: int, key: str, harness: Harness) -> Envelope:
    event = FeedbackReceived(
        affected_party="买家-1",
        applicant="buyer-1",
        handler="system",
        time=harness.clock.now(),
        result="received",
        feedback_id=key,
        channel="web",
        text_hash="sha256:" + "0" * 64,
    )
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    return Envelope.of(
        event,
        id=Uuid7Ids().uuid7(),
        source="/cs-svc",
        sequence=1,
        correlation_id=f"request-{number}",
        causation_id=str(uuid4()) if number % 2 else None,
        traceparent=trace if number % 3 else None,
    )


@pytest.fixture
async def sent(on_log: Harness) -> dict[str, tuple[Envelope, Row]]:
    """One event of each key, sent by the relay."""
    envelopes = {key: envelope(number, key, on_log) for number, key in enumerate(KEYS)}
    async with on_log.runtime.transaction() as tx:
        tx.recorded.extend(envelopes.values())
    async with on_log.runtime.pool.acquire() as connection:
        rows: Any = await connection.fetch("SELECT aggregateid, headers, payload, created_at FROM outbox")
    stored = {
        row["aggregateid"]: Row(row["headers"], row["payload"], int(row["created_at"].timestamp() * 1000))
        for row in rows
    }
    async with running(Relay(on_log.runtime).run):
        await until(lambda: outbox_is_empty(on_log), "everything is on the log", seconds=60)
    return {key: (envelopes[key], stored[key]) for key in KEYS}


async def test_a_message_has_the_bytes_headers_and_time_of_its_row(
    sent: dict[str, tuple[Envelope, Row]], log: str
) -> None:
    """Compressed by one client and read by another."""
    assert clients.PRODUCER["compression_type"] == "lz4"
    messages = await asyncio.to_thread(consumed, log, set(sent))
    for key, message in messages.items():
        envelope, row = sent[key]
        assert (message.key(), message.value()) == (key.encode(), row.payload)
        assert message.timestamp() == (TIMESTAMP_CREATE_TIME, row.created_ms)
        headers = message.headers()
        assert len(headers) == len(row.headers)
        assert {name: value.decode() for name, value in headers} == row.headers
        assert codec.decode(message.topic(), message.key(), message.value(), headers) == envelope


async def test_a_message_is_in_the_partition_where_other_clients_put_its_key(
    sent: dict[str, tuple[Envelope, Row]], log: str
) -> None:
    """Other programs that write to a topic (Debezium in place of the relay, a tool in Java) keep an aggregate's order."""
    topics = {count: f"oracle-{count}-{uuid4().hex[:8]}" for count in (PARTITIONS, 5)}
    admin = AIOKafkaAdminClient(bootstrap_servers=log)
    await admin.start()
    await admin.create_topics([NewTopic(name, count, 1) for count, name in topics.items()], timeout_ms=20_000)
    await admin.close()
    messages = await asyncio.to_thread(consumed, log, set(sent))
    theirs = await asyncio.to_thread(produced, log, topics[PARTITIONS], KEYS)
    assert {key: message.partition() for key, message in messages.items()} == theirs
    assert set(theirs.values()) == set(range(PARTITIONS))
    theirs = await asyncio.to_thread(produced, log, topics[5], KEYS)
    assert {key: clients.key_hash(key.encode()) % 5 for key in KEYS} == theirs
