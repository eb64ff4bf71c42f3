"""The consumer loop: the log's events into effects, exactly once and in order per aggregate.

A chunk of at most 100 events of one partition is one transaction: cursor, inbox rows, effects, outgoing events. The
offset that Kafka keeps is committed afterwards. What may pass by itself (a lost connection, a deadlock) rolls the chunk
back, and the partition waits; nothing is skipped. What will not pass parks the event and every later one of its
aggregate, while the others flow.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from aftercare_events import Envelope, Event, codec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis import crash, kafka, tracing
from aftercare_chassis.inbox import Fenced, Inbox, Subject
from aftercare_chassis.problems import is_unavailable
from aftercare_chassis.runtime import ACQUIRE_SECONDS, Runtime
from aftercare_chassis.transaction import Transaction
from aftercare_chassis.watch import Watch

log = structlog.get_logger(__name__)

Handler = Callable[[Transaction, Any], Awaitable[object]]
Handlers = Mapping[type[Event], Handler]

CHUNK, FETCH = 100, 500
POLL_SECONDS, CALL_SECONDS, STOP_SECONDS = 0.5, 30.0, 5.0
BACKOFF_SECONDS = (0.2, 5.0)
RETRY_LIMIT_SECONDS = 60.0


class Retry(Exception):
    """Raised by a handler whose event tells of something this service has not heard of yet: it waits, within limits."""


class Stalled(Exception):
    """There are messages and none arrives: the client has to be built anew."""


class Poisoned(Exception):
    """The first event of the chunk that its handler will never take."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Hold:
    """A partition that waits: until when, how long the next time, and since when."""

    until: float
    seconds: float
    since: float


class Consumer:
    """One member of the service's consumer group."""

    def __init__(self, runtime: Runtime, handlers: Handlers) -> None:
        self._runtime, self._handlers = runtime, handlers
        self._group = runtime.name
        self._topics = sorted({event.TOPIC.name for event in handlers})
        self._cursors: dict[TopicPartition, int | None] = {}
        self._holds: dict[TopicPartition, Hold] = {}
        self._patient = True
        self.watch = Watch(runtime, self._group, self._topics, self._holds.keys())

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set; a client that fails or stalls is replaced."""
        self._runtime.watchdogs["consumer"] = self.watch.trouble
        while not stop.is_set():
            client = kafka.consumer(self._runtime.settings.kafka, self._group)
            self._cursors.clear()
            self._holds.clear()
            self.watch.begin()
            watching: asyncio.Task[None] | None = None
            try:
                await asyncio.wait_for(client.start(), CALL_SECONDS)
                client.subscribe(self._topics, listener=self.watch)
                watching = asyncio.create_task(self.watch.run(client))
                await self._consume(client, stop)
            except (KafkaError, OSError, TimeoutError, Stalled, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("consumer_rebuilt", reason=type(error).__name__)
                self.watch.rebuilt(stalled=isinstance(error, Stalled))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.5)
            finally:
                if watching is not None:
                    watching.cancel()
                with suppress(Exception):
                    await asyncio.wait_for(client.stop(), STOP_SECONDS)

    async def _consume(self, client: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._release(client)
            for partition, records in (await self._fetched(client)).items():
                await self._partition(client, partition, records)
            if self.watch.stalled():
                raise Stalled

    async def _fetched(self, client: AIOKafkaConsumer) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """What has come. Nothing while the group shares out its partitions: how long that may take is for the watch to say,
        since a member that gives up meanwhile is one more that the others have to wait for."""
        call = client.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=FETCH)
        try:
            fetched: dict[TopicPartition, list[ConsumerRecord]] = await asyncio.wait_for(call, CALL_SECONDS)
        except TimeoutError:
            if self.watch.joined:
                raise
            return {}
        return fetched

    async def _partition(
        self, client: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        """Work through one partition's records; on trouble, stand again at the first one that is not done."""
        hold = self._holds.get(partition)
        self._patient = hold is None or time.monotonic() - hold.since < RETRY_LIMIT_SECONDS
        try:
            if partition not in self._cursors and not await self._place(client, partition, records[0].offset):
                return
            for start in range(0, len(records), CHUNK):
                await self.chunk(partition, records[start : start + CHUNK])
                self._holds.pop(partition, None)
                self.watch.handled(partition, records[: start + CHUNK][-1].timestamp)
            await self._acknowledge(client, partition, records[-1].offset + 1)
        except Exception as error:
            if not (isinstance(error, Fenced | Retry) or is_unavailable(error)):
                raise
            self._hold(client, partition, type(error).__name__)
            # Without a cursor in memory the next fetch looks it up in the database and stands there again.
            resume = self._cursors.pop(partition, None)
            client.seek(partition, records[0].offset if resume is None else resume)

    async def _place(self, client: AIOKafkaConsumer, partition: TopicPartition, fetched: int) -> bool:
        """Learn where our own cursor stands; False when the client had to be sent to another place first."""
        async with self._runtime.pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            cursor = await Inbox(connection, self._group).cursor(partition.topic, partition.partition)
        bounds = (client.beginning_offsets([partition]), client.end_offsets([partition]))
        first, end = [found[partition] for found in await asyncio.wait_for(asyncio.gather(*bounds), CALL_SECONDS)]
        wanted = first if cursor is None or cursor > end else max(cursor, first)
        if cursor is not None and cursor > end:
            log.error("log_shorter_than_cursor", topic=partition.topic, partition=partition.partition)
        self._cursors[partition] = cursor
        if fetched != wanted:
            client.seek(partition, wanted)
            return False
        return True

    async def chunk(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """The whole chunk at once; where an event in it is poison, one by one, so that only the poison is parked."""
        try:
            await self._take(partition, records)
        except Poisoned as poison:
            if len(records) == 1:
                await self._park(partition, records[0], poison.reason)
                return
            for record in records:
                await self.chunk(partition, [record])

    async def _take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """One transaction for these records; Poisoned, Fenced, or whatever is transient."""
        seen, behind = self._cursors.get(partition), records[-1].offset + 1
        try:
            async with self._runtime.transaction() as tx:
                inbox = Inbox(tx.connection, self._group)
                await inbox.move(partition.topic, partition.partition, seen, behind)
                await self._effects(tx, inbox, [(record, _decoded(record)) for record in records])
                crash.point("consumer.handled")
        except Exception as error:
            if isinstance(error, Fenced | Retry | Poisoned) or is_unavailable(error):
                raise
            raise Poisoned(_reason(error)) from error  # what only the commit brings to light
        crash.point("consumer.committed")
        self._cursors[partition] = behind

    async def _effects(
        self, tx: Transaction, inbox: Inbox, events: Sequence[tuple[ConsumerRecord, Envelope | ValueError]]
    ) -> None:
        envelopes = [(record, _sound(envelope)) for record, envelope in events]
        subjects = await inbox.subjects(envelope.subject for _, envelope in envelopes)
        fresh = await inbox.take(envelope.id for _, envelope in envelopes)
        for record, envelope in envelopes:
            subject = subjects[envelope.subject]
            if envelope.id not in fresh or envelope.sequence <= subject.last_sequence:
                continue
            if 0 < subject.last_sequence < envelope.sequence - 1:
                self._runtime.metrics.signal("sequence_gap", envelope.topic)
            if subject.blocked_since is not None:
                await _set_aside(inbox, record, envelope, "behind a parked event")
            else:
                await self._handle(tx, envelope)
                self._runtime.metrics.consumed(envelope.type, (tx.now - envelope.time).total_seconds())
            subject.last_sequence = envelope.sequence
        await inbox.remember(subjects)

    async def _handle(self, tx: Transaction, envelope: Envelope) -> None:
        try:
            await dispatch(self._handlers, tx, envelope)
        except Exception as error:
            if is_unavailable(error) or (isinstance(error, Retry) and self._patient):
                raise
            log.exception("event_refused", event_type=envelope.type, event_id=str(envelope.id))
            raise Poisoned(_reason(error)) from error

    async def _park(self, partition: TopicPartition, record: ConsumerRecord, reason: str) -> None:
        """Set one record aside and block its aggregate, in a transaction that also moves the cursor past it."""
        log.error("event_parked", topic=record.topic, partition=record.partition, offset=record.offset)
        async with self._runtime.transaction() as tx:
            inbox = Inbox(tx.connection, self._group)
            await inbox.move(partition.topic, partition.partition, self._cursors.get(partition), record.offset + 1)
            envelope = _decoded(record)
            await _set_aside(inbox, record, envelope, reason)
            if isinstance(envelope, Envelope):
                await inbox.take([envelope.id])
                await inbox.remember({envelope.subject: Subject(envelope.sequence, tx.now)})
        crash.point("consumer.parked")
        self._cursors[partition] = record.offset + 1
        self._runtime.metrics.parked()

    async def _acknowledge(self, client: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        """Tell Kafka, for those who watch the lag; our cursor already knows, so a failure costs nothing."""
        with suppress(KafkaError, TimeoutError):
            await asyncio.wait_for(client.commit({partition: offset}), STOP_SECONDS)

    def _hold(self, client: AIOKafkaConsumer, partition: TopicPartition, why: str) -> None:
        """Let this partition wait, longer each time, while others go on."""
        now, last = time.monotonic(), self._holds.get(partition)
        seconds = min(last.seconds * 2, BACKOFF_SECONDS[1]) if last else BACKOFF_SECONDS[0]
        self._holds[partition] = Hold(now + seconds, seconds, last.since if last else now)
        log.warning("partition_waits", topic=partition.topic, partition=partition.partition, why=why, seconds=seconds)
        with suppress(KafkaError):
            client.pause(partition)

    def _release(self, client: AIOKafkaConsumer) -> None:
        now, assigned = time.monotonic(), client.assignment()
        for partition in client.paused() & assigned:
            hold = self._holds.get(partition)
            if hold is None or hold.until <= now:
                client.resume(partition)


async def dispatch(handlers: Handlers, tx: Transaction, envelope: Envelope) -> None:
    """Hand the event to whoever listens to it, as the cause of all that follows; others are passed over."""
    event = envelope.event()
    handler = handlers.get(type(event)) if event is not None else None
    if handler is not None:
        tx.cause = envelope
        with tracing.span(f"consume {envelope.type}", envelope.traceparent, kind="CONSUMER"):
            await handler(tx, event)
            await tx.settle()  # what the database has against it is this event's trouble, not the next one's


def _decoded(record: ConsumerRecord) -> Envelope | ValueError:
    try:
        return codec.decode(record.topic, record.key, record.value, record.headers)
    except ValueError as error:
        return error


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _sound(envelope: Envelope | ValueError) -> Envelope:
    if isinstance(envelope, ValueError):
        raise Poisoned(str(envelope)) from envelope
    return envelope


async def _set_aside(inbox: Inbox, record: ConsumerRecord, envelope: Envelope | ValueError, why: str) -> None:
    place = (record.topic, record.partition, record.offset)
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
    if isinstance(envelope, Envelope):
        aggregate, type_ = envelope.subject, envelope.type
    else:
        aggregate, type_ = (record.key or b"").decode(errors="replace"), "unreadable"
    await inbox.park(place, aggregate, type_, headers, record.value or b"", why)
