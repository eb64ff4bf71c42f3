"""Partitions of a consumer that wait: each pauses longer than the last time, and goes on at once when what it waits for is
there: an event, or a database that answers again."""

import asyncio
import time
from collections.abc import KeysView
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.handled_events import HandledEvents

log = structlog.get_logger(__name__)

PAUSE_SECONDS = (0.2, 5.0)  # the first pause, and the longest
RETRY_SECONDS = 60.0  # how long a partition may wait for events of other aggregates


@dataclass(slots=True)
class Pause:
    """A partition that waits: until when, how long this pause is, since when, and whether for the database. `awaits` is the
    aggregate whose next event ends the pause, where there is one; `seen` the number of the last one that did not help."""

    until: float
    seconds: float
    since: float
    unavailable: bool = False
    awaits: str | None = None
    seen: int = 0
    wake: asyncio.Task[None] | None = None


class PausedPartitions:
    """The waiting partitions of one consumer."""

    def __init__(self, progress: HandledEvents) -> None:
        self._progress = progress
        self._holds: dict[TopicPartition, Pause] = {}

    def partitions(self) -> KeysView[TopicPartition]:
        """Those that wait, as a view that follows."""
        return self._holds.keys()

    def patient(self, partition: TopicPartition) -> bool:
        """Whether the partition may wait on for an event of another aggregate."""
        hold = self._holds.get(partition)
        return hold is None or time.monotonic() - hold.since < RETRY_SECONDS

    def add(self, client: AIOKafkaConsumer, partition: TopicPartition, why: Exception) -> None:
        """Let this partition wait, longer each time, while others go on."""
        now, last = time.monotonic(), self._holds.get(partition)
        seconds = min(last.seconds * 2, PAUSE_SECONDS[1]) if last else PAUSE_SECONDS[0]
        hold = Pause(now + seconds, seconds, last.since if last else now, is_unavailable(why))
        self._drop(partition)
        self._holds[partition] = hold
        place = {"topic": partition.topic, "partition": partition.partition}
        log.warning("partition_waits", **place, why=type(why).__name__, seconds=seconds)
        with suppress(KafkaError):
            client.pause(partition)
        if isinstance(why, Retry):
            hold.awaits = why.awaits
            hold.seen = last.seen if last is not None and last.awaits == why.awaits else 0
            hold.wake = asyncio.create_task(self._wake(client, partition, hold))

    def end(self, partition: TopicPartition) -> None:
        """The partition has gone on. So may those for which the database was not available: it has answered this one."""
        self._drop(partition)
        for hold in self._holds.values():
            if hold.unavailable:
                hold.until = 0.0

    def _drop(self, partition: TopicPartition) -> None:
        hold = self._holds.pop(partition, None)
        if hold is not None and hold.wake is not None:
            hold.wake.cancel()

    def clear(self) -> None:
        """Nothing waits any more."""
        for partition in list(self._holds):
            self._drop(partition)

    def release(self, client: AIOKafkaConsumer) -> None:
        """Resume those whose pause is over."""
        now, assigned = time.monotonic(), client.assignment()
        for partition in client.paused() & assigned:
            hold = self._holds.get(partition)
            if hold is None or hold.until <= now:
                client.resume(partition)

    async def _wake(self, client: AIOKafkaConsumer, partition: TopicPartition, hold: Pause) -> None:
        """End the pause when what the partition awaits has been handled; a fetch that is under way notices."""
        number = await self._progress.beyond(hold.awaits or "", hold.seen)
        if number is not None:
            hold.seen, hold.until = number, 0.0
            with suppress(KafkaError):
                client.resume(partition)
