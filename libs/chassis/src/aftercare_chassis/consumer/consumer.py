"""The consumer loop: membership in the group, fetching, pausing, and committing offsets. `chunks` handles what was fetched.

A transient error (a lost connection, a deadlock) pauses the partition, as does a handler that raises Retry; nothing is
skipped. Where a partition is read from is decided by our own cursors; the offset that Kafka keeps is committed afterwards.
"""

import asyncio
from collections.abc import Sequence
from typing import Generic

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis.consumer.chunks import WAITS, ChunkProcessor, Records, chunks_of
from aftercare_chassis.consumer.committed_offsets import CommittedOffsets
from aftercare_chassis.consumer.deferred_events import DeferredEvents
from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.errors import UnprocessableEvent
from aftercare_chassis.consumer.inbox import Fenced
from aftercare_chassis.consumer.paused_partitions import PausedPartitions
from aftercare_chassis.consumer.positions import Positions
from aftercare_chassis.consumer.watchdog import Watchdog
from aftercare_chassis.database.errors import DATABASE_ERRORS, is_unavailable
from aftercare_chassis.database.revisions import SchemaMismatch
from aftercare_chassis.kafka import clients
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

CHUNK, FETCH = 100, 500
"""How many records one transaction holds at most, and how many one fetch brings at most."""
POLL_SECONDS, CALL_SECONDS, STOP_SECONDS = 0.5, 30.0, 5.0
_TRANSIENT = (Fenced, SchemaMismatch, *WAITS)


class Stalled(Exception):
    """There are messages and none arrives: the client has to be replaced."""


class Consumer(Generic[S]):
    """One member of the service's consumer group."""

    def __init__(self, runtime: Runtime[S], handlers: Handlers[S]) -> None:
        self._runtime, self._group = runtime, runtime.name
        dispatcher = Dispatcher(handlers, runtime.name)
        self._topics = dispatcher.topics
        self._chunks = ChunkProcessor(runtime, dispatcher)
        self._deferred = DeferredEvents(dispatcher.ignored)
        self._positions = Positions(runtime, self._chunks.cursors)
        self._pauses = PausedPartitions(runtime.progress)
        self.watchdog = Watchdog(runtime, self._topics, self._pauses.partitions())

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set. A client that fails or stalls is replaced."""
        self._runtime.watchdogs["consumer"] = self.watchdog.problem
        while not stop.is_set():
            client = clients.consumer(self._runtime.settings.kafka, self._group, self._runtime.kafka.options())
            self._chunks.cursors.clear()
            self._deferred.clear()
            self.watchdog.restart()
            watching: asyncio.Task[None] | None = None
            try:
                await clients.result(client.start(), CALL_SECONDS)
                client.subscribe(self._topics, listener=self.watchdog)
                watching = asyncio.create_task(self.watchdog.run(client))
                await self._consume(client, stop)
            except (KafkaError, Stalled, *DATABASE_ERRORS) as error:
                log.warning("consumer_rebuilt", reason=type(error).__name__)
                self.watchdog.client_replaced(stalled=isinstance(error, Stalled))
                await set_within(stop, 0.5)
            finally:
                if watching is not None:
                    watching.cancel()
                self._pauses.clear()
                await clients.close(client, STOP_SECONDS)

    async def process(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], *, may_wait: bool = True
    ) -> None:
        """Handle these records as one chunk, as `ChunkProcessor.process` does. The loop is not needed for it."""
        await self._chunks.process(partition, records, may_wait=may_wait)

    async def _consume(self, client: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        offsets = CommittedOffsets(client)
        while not stop.is_set():
            self._pauses.resume(client)
            fetched = await self._fetch(client)
            in_place = {each: fetched[each] for each in await self._in_place(client, fetched)} if fetched else {}
            if ready := self._deferred.join(in_place, client.assignment()):
                offsets.handled(await self._handle(client, ready))
            await offsets.commit(at_once=not fetched)
            if self.watchdog.stalled():
                raise Stalled
        await offsets.commit(at_once=True)

    async def _fetch(self, client: AIOKafkaConsumer) -> Records:
        """Return what has arrived; nothing while the group assigns its partitions.

        The watchdog decides how long that may take: a member that leaves meanwhile makes the others wait once more.
        """
        joined = self.watchdog.joined
        call = client.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=FETCH)
        try:
            fetched: Records = await clients.result(call, CALL_SECONDS)
        except TimeoutError:
            if joined and self.watchdog.joined:  # an assignment during the call has had less time than this
                raise
            return {}
        return fetched

    async def _in_place(self, client: AIOKafkaConsumer, fetched: Records) -> list[TopicPartition]:
        """Return the fetched partitions whose first record is the next one for us; move the client on all others.

        All unknown positions are looked up at once, since the broker answers only when the fetch that it holds has ended.
        """
        unknown = self._positions.unknown(client.assignment() | fetched.keys())
        if not unknown & fetched.keys():
            return list(fetched)
        try:
            offsets = await self._positions.look_up(client, unknown)
        except Exception as error:
            if not is_unavailable(error):
                raise
            for partition in unknown & fetched.keys():
                self._pauses.pause(client, partition, error)
                client.seek(partition, fetched[partition][0].offset)
            return [partition for partition in fetched if partition not in unknown]
        elsewhere = {
            partition
            for partition, offset in offsets.items()
            if partition not in fetched or fetched[partition][0].offset != offset
        }
        for partition in elsewhere:
            client.seek(partition, offsets[partition])
        return [partition for partition in fetched if partition not in elsewhere]

    async def _handle(self, client: AIOKafkaConsumer, fetched: Records) -> dict[TopicPartition, int]:
        """Handle the records chunk by chunk; return the next offset of each partition of which all records were handled.

        After a transient error of one partition its later records are left out; those of the others go on.
        """
        failed: set[TopicPartition] = set()
        for full in chunks_of(fetched, CHUNK):
            chunk = {partition: records for partition, records in full.items() if partition not in failed}
            if len(chunk) == 1 or not await self._handle_together(chunk):
                failed |= {
                    each for each, records in chunk.items() if not await self._handle_alone(client, each, records)
                }
        return {partition: records[-1].offset + 1 for partition, records in fetched.items() if partition not in failed}

    async def _handle_together(self, chunk: Records) -> bool:
        """Handle records of several partitions in one transaction. False after an error: one by one, the partitions then
        show which of them has to wait or has an event that cannot be handled."""
        try:
            await self._chunks.handle(chunk)
        except Exception as error:
            if not (isinstance(error, (UnprocessableEvent, *_TRANSIENT)) or is_unavailable(error)):
                raise
            return False
        for partition, records in chunk.items():
            self._succeeded(partition, records)
        return True

    async def _handle_alone(
        self, client: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> bool:
        """Handle records of one partition. False after a transient error: then the client is put before the first one
        that is not done, and the partition pauses."""
        try:
            await self._chunks.process(partition, records, may_wait=self._pauses.may_wait(partition))
        except Exception as error:
            if not (isinstance(error, _TRANSIENT) or is_unavailable(error)):
                raise
            self._pauses.pause(client, partition, error)
            # Without its cursor in memory, the next fetch looks the position up in the database again.
            cursor = self._chunks.cursors.pop(partition, None)
            client.seek(partition, records[0].offset if cursor is None else cursor.next_offset)
            return False
        self._succeeded(partition, records)
        return True

    def _succeeded(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        self._pauses.succeeded(partition)
        self.watchdog.handled(partition, records[-1].timestamp)
