"""The consumer loop: the log's events into effects, exactly once and in order per aggregate.

A chunk of at most 100 events of one partition is one transaction: cursor, inbox rows, effects, outgoing events. The
offset that Kafka keeps is committed afterwards. What may pass by itself (a lost connection, a deadlock) rolls the chunk
back, and the partition waits; nothing is skipped. So it does where a handler raises Retry, until the event that it awaits
has been handled. What will not pass is parked with its reason, and with it every later event of its aggregate, while the
others flow; `trouble` names what that can be.

The order of an aggregate is its events' numbers, 1 to n without a gap, types that nobody here listens to included. Only
where this consumer did not read a partition from offset 0 (it came late, and the log had lost its beginning to
retention) may an aggregate begin with any number: the first one met is taken as it is, and from there on none is missed.
An event that comes again is known by its id and passed over, if it says the same. (What the inbox promises: see there.)
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Generic

import structlog
from aftercare_events import Envelope
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from aftercare_chassis import failpoints
from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.errors import Retry, UnprocessableEvent, decoded, misplaced, refused
from aftercare_chassis.consumer.inbox import Cursor, Fenced, Inbox, Subject, content_of, maybe_forgotten
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.consumer.parking import park
from aftercare_chassis.consumer.paused_partitions import PausedPartitions
from aftercare_chassis.consumer.watchdog import Watchdog
from aftercare_chassis.database.errors import DATABASE_ERRORS, is_unavailable
from aftercare_chassis.database.revisions import NewerRow, SchemaMismatch
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.kafka import clients
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

CHUNK, FETCH = 100, 500
POLL_SECONDS, CALL_SECONDS, STOP_SECONDS = 0.5, 30.0, 5.0

Fetched = Mapping[TopicPartition, Sequence[ConsumerRecord]]


# What may pass while this partition waits: an event that is on its way, a row whose writers are replacing this build.
_WAITS = (Retry, NewerRow)


class Stalled(Exception):
    """There are messages and none arrives: the client has to be built anew."""


class Consumer(Generic[S]):
    """One member of the service's consumer group."""

    def __init__(self, runtime: Runtime[S], handlers: Handlers[S]) -> None:
        self._runtime, self._ears = runtime, Dispatcher(handlers)
        self._metrics = runtime.metrics.of(ConsumerMetrics)
        self._group = runtime.name
        self._cursors: dict[TopicPartition, Cursor | None] = {}
        self._holds = PausedPartitions(runtime.progress)
        self._patient = True
        self.watch = Watchdog(runtime, self._group, self._ears.topics, self._holds.partitions())

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set; a client that fails or stalls is replaced."""
        self._runtime.watchdogs["consumer"] = self.watch.trouble
        while not stop.is_set():
            client = clients.consumer(self._runtime.settings.kafka, self._group)
            self._cursors.clear()
            self.watch.begin()
            watching: asyncio.Task[None] | None = None
            try:
                await clients.answer(client.start(), CALL_SECONDS)
                client.subscribe(self._ears.topics, listener=self.watch)
                watching = asyncio.create_task(self.watch.run(client))
                await self._consume(client, stop)
            except (KafkaError, Stalled, *DATABASE_ERRORS) as error:
                log.warning("consumer_rebuilt", reason=type(error).__name__)
                self.watch.rebuilt(stalled=isinstance(error, Stalled))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.5)
            finally:
                if watching is not None:
                    watching.cancel()
                self._holds.clear()
                await clients.dismiss(client, STOP_SECONDS)

    async def _consume(self, client: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._holds.release(client)
            fetched = await self._fetched(client)
            done = {}
            for partition in await self._due(client, fetched):
                if await self._partition(client, partition, fetched[partition]):
                    done[partition] = fetched[partition][-1].offset + 1
            if done:
                await self._acknowledge(client, done)
            if self.watch.stalled():
                raise Stalled

    async def _fetched(self, client: AIOKafkaConsumer) -> Fetched:
        """What has come. Nothing while the group shares out its partitions: how long that may take is for the watch to say,
        since a member that gives up meanwhile is one more that the others have to wait for."""
        joined = self.watch.joined
        call = client.getmany(timeout_ms=int(POLL_SECONDS * 1000), max_records=FETCH)
        try:
            fetched: Fetched = await clients.answer(call, CALL_SECONDS)
        except TimeoutError:
            if joined and self.watch.joined:  # a share that came during the call has had less time than this
                raise
            return {}
        return fetched

    async def _partition(
        self, client: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> bool:
        """Work through one partition's records. False on trouble: then it stands again at the first one that is not done."""
        self._patient = self._holds.patient(partition)
        try:
            for start in range(0, len(records), CHUNK):
                await self.chunk(partition, records[start : start + CHUNK])
                self._holds.end(partition)
                self.watch.handled(partition, records[: start + CHUNK][-1].timestamp)
        except Exception as error:
            if not (isinstance(error, (Fenced, SchemaMismatch, *_WAITS)) or is_unavailable(error)):
                raise
            self._holds.add(client, partition, error)
            # Without a cursor in memory the next fetch looks it up in the database and stands there again.
            resume = self._cursors.pop(partition, None)
            client.seek(partition, records[0].offset if resume is None else resume.next_offset)
            return False
        return True

    async def _due(self, client: AIOKafkaConsumer, fetched: Fetched) -> list[TopicPartition]:
        """Those partitions that bring what comes next for us; the client is sent to the right place of all others.

        All places that are not known are learnt at once: the broker answers when the fetch that it holds has ended.
        """
        unknown = (client.assignment() | fetched.keys()) - self._cursors.keys()
        if not unknown & fetched.keys():
            return list(fetched)
        try:
            places = await self._places(client, unknown)
        except Exception as error:
            if not is_unavailable(error):
                raise
            for partition in unknown & fetched.keys():
                self._holds.add(client, partition, error)
                client.seek(partition, fetched[partition][0].offset)
            return [partition for partition in fetched if partition not in unknown]
        astray = {
            place for place, offset in places.items() if place not in fetched or fetched[place][0].offset != offset
        }
        for partition in astray:
            client.seek(partition, places[partition])
        return [partition for partition in fetched if partition not in astray]

    async def _places(self, client: AIOKafkaConsumer, unknown: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Where our own cursors stand, or where the log begins."""
        async with self._runtime.connection() as connection:
            cursors = await Inbox(connection, self._group).cursors()
        bounds = asyncio.gather(client.beginning_offsets(unknown), client.end_offsets(unknown))
        first, end = await clients.answer(bounds, CALL_SECONDS)
        places = {}
        for partition in unknown:
            cursor = self._cursors[partition] = cursors.get(partition)
            stood = first[partition] if cursor is None else cursor.next_offset
            lost = not first[partition] <= stood <= end[partition]
            if lost:  # what it told in between is lost; each aggregate that this concerns has a gap now
                where = {"stood": stood, "first": first[partition], "end": end[partition]}
                log.error("log_lost", topic=partition.topic, partition=partition.partition, **where)
                self._runtime.metrics.signal("log_lost", partition.topic)
            places[partition] = first[partition] if lost else stood
        return places

    async def chunk(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """The whole chunk at once; where an event in it is poison, one by one, so that only the poison is parked."""
        try:
            await self._take(partition, records)
        except UnprocessableEvent as poison:
            if len(records) == 1:
                if poison.trouble is ParkReason.REFUSED:
                    await self._runtime.need_schema()  # else the database refuses this build, not this event
                await self._park(partition, records[0], poison)
                return
            for record in records:
                await self.chunk(partition, [record])

    async def _take(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """One transaction for these records; UnprocessableEvent, Fenced, or whatever is transient."""
        read = range(records[0].offset, records[-1].offset + 1)
        try:
            async with self._runtime.transaction() as tx:
                inbox = Inbox(tx.connection, self._group)
                cursor = await inbox.move(partition.topic, partition.partition, self._cursors.get(partition), read)
                await self._effects(tx, inbox, cursor, [(record, _sound(record)) for record in records])
                failpoints.point("consumer.handled")
        except Exception as error:
            if isinstance(error, (Fenced, UnprocessableEvent, *_WAITS)) or is_unavailable(error):
                raise
            raise refused(error) from error  # what only the commit brings to light
        failpoints.point("consumer.committed")
        self._cursors[partition] = cursor

    async def _effects(
        self, tx: Transaction[S], inbox: Inbox, cursor: Cursor, events: Sequence[tuple[ConsumerRecord, Envelope]]
    ) -> None:
        subjects = await inbox.subjects(envelope.subject for _, envelope in events)
        before = await inbox.take([envelope for _, envelope in events])
        moved = {}
        for (record, envelope), said in zip(events, before, strict=True):
            subject = subjects[envelope.subject]
            _meet(subject, cursor, envelope.sequence)
            if not _due(envelope, said, subject, tx.now):
                continue
            if subject.blocked_since is not None:
                await self._set_aside(tx, record, UnprocessableEvent(ParkReason.BEHIND, "behind a parked event"))
                continue
            await self._handle(tx, envelope)
            self._metrics.handled(envelope.type, (tx.now - envelope.time).total_seconds())
            subject.last_sequence = envelope.sequence
            moved[envelope.subject] = subject
        await tx.flush()
        if moved:
            await inbox.remember(moved)
            last = {aggregate: subject.last_sequence for aggregate, subject in moved.items()}
            tx.after_commit(partial(self._runtime.progress.handled, last))

    async def _handle(self, tx: Transaction[S], envelope: Envelope) -> None:
        try:
            await self._ears.hand(tx, envelope)
        except Exception as error:
            if (
                isinstance(error, UnprocessableEvent)
                or is_unavailable(error)
                or (isinstance(error, _WAITS) and self._patient)
            ):
                raise
            log.exception("event_refused", event_type=envelope.type, event_id=str(envelope.id))
            raise refused(error) from error

    async def _park(self, partition: TopicPartition, record: ConsumerRecord, poison: UnprocessableEvent) -> None:
        """Set one record aside and hold its aggregate, in a transaction that also moves the cursor past it."""
        where = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error("event_parked", trouble=poison.trouble, **where)
        read = range(record.offset, record.offset + 1)
        async with self._runtime.transaction() as tx:
            inbox = Inbox(tx.connection, self._group)
            cursor = await inbox.move(partition.topic, partition.partition, self._cursors.get(partition), read)
            if aggregate := await self._set_aside(tx, record, poison):
                [subject] = (await inbox.subjects([aggregate])).values()
                if isinstance(envelope := decoded(record), Envelope):
                    await inbox.take([envelope])
                    _meet(subject, cursor, envelope.sequence)
                subject.blocked_since = subject.blocked_since or tx.now
                await inbox.remember({aggregate: subject})
        failpoints.point("consumer.parked")
        self._cursors[partition] = cursor

    async def _set_aside(self, tx: Transaction, record: ConsumerRecord, why: UnprocessableEvent) -> str:
        tx.after_commit(partial(self._metrics.parked, why.trouble))
        return await park(tx.connection, self._group, record, why)

    async def _acknowledge(self, client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell Kafka, for those who watch the lag; our cursor already knows, so a failure costs nothing. All partitions at
        once: those that are worked on later would wait for each answer."""
        with suppress(KafkaError, TimeoutError):
            await clients.answer(client.commit(offsets), STOP_SECONDS)


def _sound(record: ConsumerRecord) -> Envelope:
    found = decoded(record)
    if isinstance(found, UnprocessableEvent):
        raise found
    return found


def _meet(subject: Subject, cursor: Cursor, sequence: int) -> None:
    """Where the log was not read from its beginning, an aggregate's history starts with what is met of it first."""
    if subject.last_sequence == 0 and cursor.first_offset > 0:
        subject.last_sequence = sequence - 1


def _due(envelope: Envelope, said: int | None, subject: Subject, now: datetime) -> bool:
    """Whether the event is yet to be taken; False for one that comes again. UnprocessableEvent where it contradicts another one,
    or where one before it is missing. `said` is what the inbox knows of it."""
    if said is not None:
        if said != content_of(envelope):
            raise UnprocessableEvent(ParkReason.CONTRADICTION, "this event came before, with other content")
        return False
    trouble = misplaced(envelope.sequence, subject.last_sequence)
    if trouble is None or subject.blocked_since is not None:
        return True
    if envelope.sequence <= subject.last_sequence and maybe_forgotten(envelope, now):
        return False
    raise trouble
