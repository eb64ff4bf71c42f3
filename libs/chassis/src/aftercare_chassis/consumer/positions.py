"""Where a consumer reads: at its own cursors, not at the offsets that Kafka keeps for the group."""

import asyncio
from collections.abc import Collection

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from aftercare_chassis.consumer.inbox import Cursor, Inbox
from aftercare_chassis.kafka import clients
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

CALL_SECONDS = 30.0


class Positions:
    """The cursors of one consumer's partitions. `cursors` is filled here, with None for a partition never read before."""

    def __init__(self, runtime: Runtime, cursors: dict[TopicPartition, Cursor | None]) -> None:
        self._runtime, self._group, self._cursors = runtime, runtime.name, cursors

    def unknown(self, partitions: Collection[TopicPartition]) -> set[TopicPartition]:
        """Return those of the partitions whose cursor is not in memory."""
        return set(partitions) - self._cursors.keys()

    async def look_up(
        self, client: AIOKafkaConsumer, partitions: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Read the cursors of these partitions; return the offsets to read from.

        That is the beginning of the log for a partition never read before, and for one whose cursor is no longer within the
        log: events are lost then, and every aggregate that this concerns has a gap.
        """
        async with self._runtime.connection() as connection:
            cursors = await Inbox(connection, self._group).cursors()
        bounds = asyncio.gather(client.beginning_offsets(partitions), client.end_offsets(partitions))
        first, end = await clients.result(bounds, CALL_SECONDS)
        offsets = {}
        for partition in partitions:
            cursor = self._cursors[partition] = cursors.get(partition)
            offset = first[partition] if cursor is None else cursor.next_offset
            if not first[partition] <= offset <= end[partition]:
                self._report_lost(partition, offset=offset, first=first[partition], end=end[partition])
                offset = first[partition]
            offsets[partition] = offset
        return offsets

    def _report_lost(self, partition: TopicPartition, **offsets: int) -> None:
        log.error("log_lost", topic=partition.topic, partition=partition.partition, **offsets)
        self._runtime.metrics.signal("log_lost", partition.topic)
