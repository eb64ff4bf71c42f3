"""Reading of ranges of the log, without a consumer group and without leaving offsets behind. Replays use it."""

import time
from collections.abc import AsyncIterator, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis.kafka import clients
from aftercare_chassis.kafka.security import PLAIN

CALL_SECONDS, STALL_SECONDS, STOP_SECONDS = 30.0, 60.0, 5.0
BATCH, GATHER_SECONDS = 2000, 1.0  # a transaction for few records costs almost as much as one for many
Offsets = Mapping[TopicPartition, int]


class RangeUnavailable(Exception):
    """The range cannot be read: the log has lost its beginning, or does not answer. The message is for an operator."""


async def read(
    bootstrap: str, starts: Offsets, ends: Offsets, security: Mapping[str, object] = PLAIN
) -> AsyncIterator[list[ConsumerRecord]]:
    """Yield the records of the partitions in `ends`, from `starts` (0 where none is given) to before `ends`.

    The records of a partition come in order, those of several partitions in any.

    Raises:
        RangeUnavailable: A start is no longer in the log, or Kafka does not answer.
    """
    wanted = {partition: starts.get(partition, 0) for partition, end in ends.items() if starts.get(partition, 0) < end}
    if not wanted:
        return
    client = clients.reader(bootstrap, "replay", security)
    try:
        await clients.result(client.start(), CALL_SECONDS)
        await _assign(client, wanted)
        async for records in _fetched(client, wanted, ends):
            yield records
    except (KafkaError, OSError, TimeoutError) as error:
        raise RangeUnavailable(f"Kafka does not answer ({type(error).__name__})") from error
    finally:
        await clients.close(client, STOP_SECONDS)


async def _fetched(client: AIOKafkaConsumer, unread: Offsets, ends: Offsets) -> AsyncIterator[list[ConsumerRecord]]:
    gathered: list[ConsumerRecord] = []
    progress = time.monotonic()
    while unread:
        call = client.getmany(*unread, timeout_ms=500, max_records=BATCH)
        fetched = await clients.result(call, CALL_SECONDS)
        for partition, records in fetched.items():
            gathered += [record for record in records if record.offset < ends[partition]]
            if await client.position(partition) >= ends[partition]:
                unread = {other: start for other, start in unread.items() if other != partition}
                client.pause(partition)
        now = time.monotonic()
        if len(gathered) >= BATCH or (gathered and (not unread or now - progress > GATHER_SECONDS)):
            yield gathered
            gathered, progress = [], time.monotonic()
        elif now - progress > STALL_SECONDS:
            raise RangeUnavailable(f"nothing more comes from {len(unread)} partitions, before their end")


async def _assign(client: AIOKafkaConsumer, starts: Offsets) -> None:
    beginnings = await clients.result(client.beginning_offsets(list(starts)), CALL_SECONDS)
    for partition, beginning in beginnings.items():
        if beginning > starts[partition]:
            place = f"{partition.topic}, partition {partition.partition}"
            raise RangeUnavailable(f"the log of {place} begins at offset {beginning}: the events before it are lost")
    clients.assign(client, starts)
