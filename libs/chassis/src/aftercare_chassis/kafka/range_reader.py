"""The log read again, from given places to given places, without a group and without leaving a mark."""

import time
from collections.abc import AsyncIterator, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis.kafka import clients

CALL_SECONDS, STALL_SECONDS, STOP_SECONDS = 30.0, 60.0, 5.0
BATCH, GATHER_SECONDS = 2000, 1.0  # a small batch costs almost as much as a large one
Offsets = Mapping[TopicPartition, int]


class Unreadable(Exception):
    """The log cannot be read from there: it has lost that, or does not answer."""


async def batches(bootstrap: str, starts: Offsets, ends: Offsets) -> AsyncIterator[list[ConsumerRecord]]:
    """Every record of the partitions in `ends`, from its start (0 where none is given) to before its end, in order per
    partition. Unreadable, with the reason, where that cannot be done."""
    wanted = {partition: starts.get(partition, 0) for partition, end in ends.items() if starts.get(partition, 0) < end}
    if not wanted:
        return
    client = clients.reader(bootstrap, "replay")
    try:
        await clients.answer(client.start(), CALL_SECONDS)
        await _stand(client, wanted)
        async for found in _fetched(client, wanted, ends):
            yield found
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unreadable(f"Kafka does not answer ({type(error).__name__})") from error
    finally:
        await clients.dismiss(client, STOP_SECONDS)


async def _fetched(client: AIOKafkaConsumer, unread: Offsets, ends: Offsets) -> AsyncIterator[list[ConsumerRecord]]:
    gathered: list[ConsumerRecord] = []
    progress = time.monotonic()
    while unread:
        call = client.getmany(*unread, timeout_ms=500, max_records=BATCH)
        fetched = await clients.answer(call, CALL_SECONDS)
        for partition, records in fetched.items():
            gathered += [record for record in records if record.offset < ends[partition]]
            if await client.position(partition) >= ends[partition]:
                unread = {place: start for place, start in unread.items() if place != partition}
                client.pause(partition)
        now = time.monotonic()
        if len(gathered) >= BATCH or (gathered and (not unread or now - progress > GATHER_SECONDS)):
            yield gathered
            gathered, progress = [], time.monotonic()
        elif now - progress > STALL_SECONDS:
            raise Unreadable(f"nothing more comes from {len(unread)} partitions, before their end")


async def _stand(client: AIOKafkaConsumer, wanted: Offsets) -> None:
    begins = await clients.answer(client.beginning_offsets(list(wanted)), CALL_SECONDS)
    for partition, begin in begins.items():
        if begin > wanted[partition]:
            place = f"{partition.topic}, partition {partition.partition}"
            raise Unreadable(f"the log of {place} begins at offset {begin}: what it told before is lost")
    clients.stand(client, wanted)
