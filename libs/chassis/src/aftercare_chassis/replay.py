"""The log read again from its beginning, up to given places, without a group and without leaving a mark."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from aftercare_chassis import kafka

CALL_SECONDS, STALL_SECONDS, STOP_SECONDS = 30.0, 60.0, 5.0


class Shortened(Exception):
    """The log does not begin at offset 0 any more: what it told before cannot be read again."""

    def __init__(self, partition: TopicPartition, begins: int) -> None:
        super().__init__(f"{partition.topic} partition {partition.partition} begins at offset {begins}")


async def records(bootstrap: str, ends: Mapping[TopicPartition, int]) -> AsyncIterator[ConsumerRecord]:
    """Every record of these partitions from offset 0 to before its end, in order per partition.

    Shortened where the log has lost its beginning; TimeoutError where it stops answering.
    """
    client = kafka.reader(bootstrap, "replay")
    try:
        await asyncio.wait_for(client.start(), CALL_SECONDS)
        await _stand_at_the_beginning(client, ends)
        unread = {partition for partition, end in ends.items() if end > 0}
        progress = time.monotonic()
        while unread:
            fetched = await asyncio.wait_for(client.getmany(*unread, timeout_ms=500, max_records=1000), CALL_SECONDS)
            for partition, found in fetched.items():
                for record in found:
                    if record.offset < ends[partition]:
                        yield record
                progress = time.monotonic()
            unread = {partition for partition in unread if await client.position(partition) < ends[partition]}
            if time.monotonic() - progress > STALL_SECONDS:
                raise TimeoutError(f"the log stops before its end in {len(unread)} partitions")
    finally:
        with suppress(Exception):
            await asyncio.wait_for(client.stop(), STOP_SECONDS)


async def _stand_at_the_beginning(client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
    client.assign(list(ends))
    begins = await asyncio.wait_for(client.beginning_offsets(list(ends)), CALL_SECONDS) if ends else {}
    for partition, begin in begins.items():
        if begin > 0:
            raise Shortened(partition, begin)
        client.seek(partition, 0)
