"""A relay's rows on their way to Kafka: one batch per partition, which is taken as a whole or not at all."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from pydantic_core import from_json

from aftercare_chassis.kafka.clients import key_hash

# Together less than buckets.SILENCE_SECONDS: waiting for Kafka must not cost the relay its session.
METADATA_SECONDS, SEND_SECONDS = 5.0, 12.0
PERMANENT = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError, TopicAuthorizationFailedError)


@dataclass(slots=True)
class Batch:
    """Rows of one partition in the order of their ids: how many of them Kafka has taken, or why it took none."""

    topic: str
    partition: int
    rows: list[Any] = field(default_factory=list)
    taken: int = 0
    refused: Exception | None = None


async def send(producer: AIOKafkaProducer, rows: list[Any]) -> list[Batch]:
    """Each row to its partition, and what became of it; TimeoutError when nobody says how many partitions there are."""
    batches, packed = await _by_partition(producer, rows), []
    for batch in batches:
        packed.append(_pack(producer, batch))
        await asyncio.sleep(0)  # packing takes most of the time: what has come in meanwhile shall not wait for its end
    await asyncio.gather(*(_send(producer, *each) for each in zip(batches, packed, strict=True)))
    return batches


async def _by_partition(producer: AIOKafkaProducer, rows: list[Any]) -> list[Batch]:
    partitions: dict[str, int] = {}
    async with asyncio.timeout(METADATA_SECONDS):
        for topic in {row["topic"] for row in rows}:
            partitions[topic] = len(await producer.partitions_for(topic))
    places: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in rows:
        topic = row["topic"]
        places[topic, key_hash(row["aggregateid"].encode()) % partitions[topic]].append(row)
    return [Batch(*place, some) for place, some in places.items()]


def _pack(producer: AIOKafkaProducer, batch: Batch) -> Any:
    """As many of the rows as fit: the others go in a later round, behind these."""
    builder = producer.create_batch()
    for _, aggregate, _, written, payload, stamp in batch.rows:
        headers = [(name, text.encode()) for name, text in from_json(written, cache_strings="keys").items()]
        if builder.append(timestamp=stamp, key=aggregate.encode(), value=payload, headers=headers) is None:
            break
    return builder


async def _send(producer: AIOKafkaProducer, batch: Batch, packed: Any) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await (await producer.send_batch(packed, batch.topic, partition=batch.partition))
        batch.taken = packed.record_count()
    except (KafkaError, TimeoutError) as error:
        batch.refused = error
