"""The log read again from its beginning, up to given places, without a group and without leaving a mark."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis import kafka

CALL_SECONDS, STALL_SECONDS, STOP_SECONDS = 30.0, 60.0, 5.0


class Unreadable(Exception):
    """The log cannot be read from its beginning: it has lost that, or does not answer."""


async def records(bootstrap: str, ends: Mapping[TopicPartition, int]) -> AsyncIterator[ConsumerRecord]:
    """Every record of these partitions from offset 0 to before its end, in order per partition.

    Unreadable, with the reason, where that cannot be done.
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
                raise Unreadable(f"nothing more comes from {len(unread)} partitions, before their end")
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unreadable(f"Kafka does not answer ({type(error).__name__})") from error
    finally:
        with suppress(Exception):
            await asyncio.wait_for(client.stop(), STOP_SECONDS)


async def _stand_at_the_beginning(client: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
    client.assign(list(ends))
    begins = await asyncio.wait_for(client.beginning_offsets(list(ends)), CALL_SECONDS) if ends else {}
    for partition, begin in begins.items():
        if begin > 0:
            place = f"{partition.topic}, partition {partition.partition}"
            raise Unreadable(f"the log of {place} begins at offset {begin}: what it told before is lost")
        client.seek(partition, 0)
