"""Outbox rows as Kafka batches: one batch per partition, which Kafka accepts as a whole or not at all.

Batches are built here because the producer's `send` takes one message at a time: with aiokafka 0.14 a relay sends 217,000
events a second in its own batches, and 42,000 with `send`. To be removed when `send` is as fast.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.producer.message_accumulator import BatchBuilder
from asyncpg import Record
from pydantic_core import from_json

from aftercare_chassis.kafka.clients import key_hash
from aftercare_chassis.observability import message_spans, tracing
from aftercare_chassis.observability.tracing import Span

# Together less than shards.IDLE_SESSION_SECONDS: while it waits for Kafka, the relay must not lose its session.
METADATA_SECONDS, SEND_SECONDS = 5.0, 12.0
PERMANENT = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError, TopicAuthorizationFailedError)


@dataclass(slots=True)
class Batch:
    """Rows of one partition in the order of their ids. Kafka acknowledged the first `acknowledged` of them; where it refused
    the batch, `error` is the reason. `spans` are those of its messages."""

    topic: str
    partition: int
    rows: list[Record] = field(default_factory=list)
    acknowledged: int = 0
    error: Exception | None = None
    spans: list[Span] = field(default_factory=list)


async def send(producer: AIOKafkaProducer, rows: list[Record]) -> list[Batch]:
    """Send each row to its partition; return the batches with their outcome.

    Raises:
        TimeoutError: Kafka does not answer how many partitions the topics have.
    """
    batches, packed = await _by_partition(producer, rows), []
    for batch in batches:
        packed.append(_pack(producer, batch))
        await asyncio.sleep(0)  # packing takes most of the time, and other tasks must not wait for its end
    await asyncio.gather(*(_send(producer, *each) for each in zip(batches, packed, strict=True)))
    return batches


async def _by_partition(producer: AIOKafkaProducer, rows: list[Record]) -> list[Batch]:
    partitions: dict[str, int] = {}
    async with asyncio.timeout(METADATA_SECONDS):
        for topic in {row["topic"] for row in rows}:
            partitions[topic] = len(await producer.partitions_for(topic))
    by_partition: dict[tuple[str, int], list[Record]] = defaultdict(list)
    for row in rows:
        topic = row["topic"]
        by_partition[topic, key_hash(row["aggregateid"].encode()) % partitions[topic]].append(row)
    return [Batch(*partition, some) for partition, some in by_partition.items()]


def _pack(producer: AIOKafkaProducer, batch: Batch) -> BatchBuilder:
    """Return a batch of as many of the rows as fit; the rest stays in the outbox for the next round."""
    builder = producer.create_batch()
    for row in batch.rows:
        _, aggregate, _, headers_json, payload, timestamp, *_ = row
        attributes = from_json(headers_json, cache_strings="keys")
        span = message_spans.send(batch.topic, batch.partition, attributes) if tracing.is_on() else None
        headers = [(name, text.encode()) for name, text in attributes.items()]
        if builder.append(timestamp=timestamp, key=aggregate.encode(), value=payload, headers=headers) is None:
            break
        if span is not None:
            batch.spans.append(span)
    return builder


async def _send(producer: AIOKafkaProducer, batch: Batch, packed: BatchBuilder) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await (await producer.send_batch(packed, batch.topic, partition=batch.partition))
        batch.acknowledged = packed.record_count()
    except (KafkaError, TimeoutError) as error:
        batch.error = error
    for span in batch.spans:
        span.end(batch.error)
