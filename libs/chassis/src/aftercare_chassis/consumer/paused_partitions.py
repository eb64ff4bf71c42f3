"""The paused partitions of a consumer.

Each pause of a partition is twice as long as the one before, up to five seconds, and ends early when what it waits for has
happened: an event was handled, or the database answers again.
"""

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
    """The pause of a partition; times are of the monotonic clock.

    `until`: its end. `seconds`: its length. `since`: when the partition was paused for the first time in a row.
    `unavailable`: the database did not answer. `awaits`: the aggregate whose next event ends the pause; `seen`: the sequence
    of that aggregate's last event that did not help. `task` waits for that event.
    """

    until: float
    seconds: float
    since: float
    unavailable: bool = False
    awaits: str | None = None
    seen: int = 0
    task: asyncio.Task[None] | None = None


class PausedPartitions:
    """The pauses of one consumer."""

    def __init__(self, handled_events: HandledEvents) -> None:
        self._handled_events = handled_events
        self._pauses: dict[TopicPartition, Pause] = {}
        self._client_pauses = False

    def partitions(self) -> KeysView[TopicPartition]:
        """Return a view of the paused partitions, which follows changes."""
        return self._pauses.keys()

    def may_wait(self, partition: TopicPartition) -> bool:
        """Return whether the partition may still wait for an event of another aggregate."""
        pause = self._pauses.get(partition)
        return pause is None or time.monotonic() - pause.since < RETRY_SECONDS

    def pause(self, client: AIOKafkaConsumer, partition: TopicPartition, why: Exception) -> None:
        """Pause this partition, for twice as long as the last time; others go on."""
        now, last = time.monotonic(), self._pauses.get(partition)
        seconds = min(last.seconds * 2, PAUSE_SECONDS[1]) if last else PAUSE_SECONDS[0]
        pause = Pause(now + seconds, seconds, last.since if last else now, is_unavailable(why))
        self._remove(partition)
        self._pauses[partition] = pause
        place = {"topic": partition.topic, "partition": partition.partition}
        log.warning("partition_waits", **place, why=type(why).__name__, seconds=seconds)
        with suppress(KafkaError):
            client.pause(partition)
        self._client_pauses = True
        if isinstance(why, Retry):
            pause.awaits = why.awaits
            pause.seen = last.seen if last is not None and last.awaits == why.awaits else 0
            pause.task = asyncio.create_task(self._end_on_event(client, partition, pause))

    def succeeded(self, partition: TopicPartition) -> None:
        """Remove the partition's pause, since records of it were handled.

        Pauses for a database that did not answer end with the next `resume`: it has answered for this partition.
        """
        self._remove(partition)
        for pause in self._pauses.values():
            if pause.unavailable:
                pause.until = 0.0

    def _remove(self, partition: TopicPartition) -> None:
        pause = self._pauses.pop(partition, None)
        if pause is not None and pause.task is not None:
            pause.task.cancel()

    def clear(self) -> None:
        """Remove all pauses."""
        for partition in list(self._pauses):
            self._remove(partition)

    def resume(self, client: AIOKafkaConsumer) -> None:
        """Resume the partitions whose pause is over."""
        if not self._client_pauses:
            return  # the usual case: to go through all partitions takes most of an idle consumer's time
        now, assigned = time.monotonic(), client.assignment()
        for partition in client.paused() & assigned:
            pause = self._pauses.get(partition)
            if pause is None or pause.until <= now:
                client.resume(partition)
        self._client_pauses = bool(client.paused())

    async def _end_on_event(self, client: AIOKafkaConsumer, partition: TopicPartition, pause: Pause) -> None:
        """End the pause when the next event of the awaited aggregate was handled. A fetch in progress takes that into account."""
        sequence = await self._handled_events.beyond(pause.awaits or "", pause.seen)
        if sequence is not None:
            pause.seen, pause.until = sequence, 0.0
            with suppress(KafkaError):
                client.resume(partition)
