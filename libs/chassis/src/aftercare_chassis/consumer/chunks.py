"""Handling of a chunk: up to 100 records, of one partition or of several, in one transaction with everything that they lead to.

The transaction holds the cursors, the inbox rows, the effects and the outgoing events, so each event has its effects exactly
once and in the order of its aggregate. A transient error rolls the chunk back. An event that cannot be handled is parked,
and with it every later event of its aggregate; others go on. `ParkReason` lists what that can be.

The order of an aggregate is the sequence of its events, 1 to n without a gap, including the types that this service ignores.
Only where this consumer did not read a partition from offset 0 (it was added later, and retention had deleted the beginning)
an aggregate may begin with any sequence: the first one read is accepted, and from there on there is no gap. An event that
arrives again is recognised by its id and ignored if its content is the same (the inbox states for how long).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Generic

import structlog
from aftercare_events import Envelope
from aiokafka import ConsumerRecord, TopicPartition

from aftercare_chassis import failpoints
from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.consumer.errors import Retry, UnprocessableEvent, check_sequence, decode, handler_error
from aftercare_chassis.consumer.inbox import (
    AggregateProgress,
    Cursor,
    Fenced,
    Inbox,
    PartitionRead,
    content_digest,
    may_be_deleted,
)
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.consumer.parking import REDRIVE, park, readable
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.observability import message_spans
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

Records = Mapping[TopicPartition, Sequence[ConsumerRecord]]
"""Records by partition, in the order of their offsets and without a gap."""

WAITS = (Retry, NewerRow)
"""Errors that pass while the partition waits: an event is on its way, or the writers of a row are replacing this build."""


def chunks_of(records: Records, size: int) -> Iterator[Records]:
    """Divide the records into chunks of `size`, partition after partition; only the last one may be smaller."""
    chunk: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
    free = size
    for partition, waiting in records.items():
        while waiting:
            chunk[partition], waiting = waiting[:free], waiting[free:]
            free -= len(chunk[partition])
            if not free:
                yield chunk
                chunk, free = {}, size
    if chunk:
        yield chunk


class ChunkProcessor(Generic[S]):
    """Handles the chunks of one consumer. `cursors` are those of its partitions, as far as they are in memory."""

    def __init__(self, runtime: Runtime[S], dispatcher: Dispatcher[S]) -> None:
        self._runtime, self._dispatcher, self._group = runtime, dispatcher, runtime.name
        self._metrics = runtime.metrics.of(ConsumerMetrics)
        self.cursors: dict[TopicPartition, Cursor | None] = {}

    async def process(
        self, partition: TopicPartition, records: Sequence[ConsumerRecord], *, may_wait: bool = True
    ) -> None:
        """Handle the records; where one of them is unprocessable, one by one, so that only that one is parked.

        `may_wait`: whether the partition may still wait for a Retry; otherwise such an event is parked.

        Raises:
            Fenced: Another consumer owns the partition by now.
            Retry: An event waits for one of another aggregate.
            NewerRow, SchemaMismatch: This build cannot work with what a newer one has written.
            Exception: The database is not available (`is_unavailable`).
        """
        try:
            await self.handle({partition: records}, may_wait=may_wait)
        except UnprocessableEvent as error:
            if len(records) == 1:
                if error.park_reason is ParkReason.REFUSED:
                    await self._runtime.need_schema()  # else the database refuses this build, and not this event
                await self._park(records[0], error)
                return
            for record in records:
                await self.process(partition, [record], may_wait=may_wait)

    async def handle(self, chunk: Records, *, may_wait: bool = True) -> None:
        """Handle the records in one transaction, all or none of them.

        Raises:
            UnprocessableEvent: One of them cannot be handled.
            Exception: As `process`; of several partitions, one of them is the cause.
        """
        reads = [self._read(partition, records) for partition, records in chunk.items()]
        try:
            events = [(record, decode(record)) for records in chunk.values() for record in records]
            with message_spans.receive([envelope for _, envelope in events], self._group):
                async with self._runtime.transaction() as tx:
                    await self._apply(tx, reads, events, may_wait)
                    failpoints.point("consumer.handled")
        except Exception as error:
            if isinstance(error, (Fenced, UnprocessableEvent, *WAITS)) or is_unavailable(error):
                raise
            raise handler_error(error) from error  # raised by the last statements, or by the COMMIT
        failpoints.point("consumer.committed")
        self._moved(reads)

    def _read(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> PartitionRead:
        return PartitionRead(partition, self.cursors.get(partition), range(records[0].offset, records[-1].offset + 1))

    def _moved(self, reads: Sequence[PartitionRead]) -> None:
        for read in reads:
            self.cursors[read.partition] = read.cursor

    async def _apply(
        self,
        tx: Transaction[S],
        reads: Sequence[PartitionRead],
        events: Sequence[tuple[ConsumerRecord, Envelope]],
        may_wait: bool,
    ) -> None:
        inbox = Inbox(tx.connection, self._group)
        before = await inbox.begin(reads, [envelope for _, envelope in events])
        cursors = {read.partition: read.cursor for read in reads}
        changed, new = dict[str, AggregateProgress](), list[Envelope]()
        for (record, envelope), digest in zip(events, before.digests, strict=True):
            progress = before.progress[envelope.subject]
            _begin(progress, cursors[TopicPartition(record.topic, record.partition)], envelope.sequence)
            if not _is_new(envelope, digest, progress, tx.now):
                continue
            if progress.blocked_since is not None:
                await self._store(tx, record, UnprocessableEvent(ParkReason.BEHIND, "behind a parked event"))
                continue
            progress.last_sequence = envelope.sequence
            changed[envelope.subject] = progress
            new.append(envelope)
        if changed:  # before the handlers, to be sent with what they write first
            tx.writes.upsert(*inbox.saved(changed))
            last = {aggregate: progress.last_sequence for aggregate, progress in changed.items()}
            tx.after_commit(partial(self._runtime.progress.handled, last))
        for envelope in new:
            await self._dispatch(tx, envelope, may_wait)
            self._metrics.handled(envelope.type, (tx.now - envelope.time).total_seconds())

    async def _dispatch(self, tx: Transaction[S], envelope: Envelope, may_wait: bool) -> None:
        try:
            await self._dispatcher.dispatch(tx, envelope)
        except Exception as error:
            waits = isinstance(error, WAITS) and may_wait
            if isinstance(error, UnprocessableEvent) or is_unavailable(error) or waits:
                raise
            log.exception("event_refused", event_type=envelope.type, event_id=str(envelope.id))
            raise handler_error(error) from error

    async def _park(self, record: ConsumerRecord, why: UnprocessableEvent) -> None:
        """Store one record and block its aggregate, in a transaction that also moves the cursor."""
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        log.error("event_parked", reason=why.park_reason, **place)
        read = self._read(TopicPartition(record.topic, record.partition), [record])
        envelope = readable(record)
        async with self._runtime.transaction() as tx:
            inbox = Inbox(tx.connection, self._group)
            await inbox.begin([read], [envelope] if envelope else [])
            if aggregate := await self._store(tx, record, why):
                [progress] = (await inbox.progress([aggregate])).values()
                if envelope:
                    _begin(progress, read.cursor, envelope.sequence)
                progress.blocked_since = progress.blocked_since or tx.now
                await inbox.save_progress({aggregate: progress})
        failpoints.point("consumer.parked")
        self._moved([read])

    async def _store(self, tx: Transaction, record: ConsumerRecord, why: UnprocessableEvent) -> str:
        tx.after_commit(partial(self._metrics.parked, why.park_reason))
        if why.park_reason is ParkReason.EVENT_MISSING:
            tx.wake(REDRIVE)
        return await park(tx.connection, self._group, record, why)


def _begin(progress: AggregateProgress, cursor: Cursor, sequence: int) -> None:
    """Accept the first event read of an aggregate whatever its sequence, where the log was not read from offset 0."""
    if progress.last_sequence == 0 and cursor.first_offset > 0:
        progress.last_sequence = sequence - 1


def _is_new(envelope: Envelope, digest: int | None, progress: AggregateProgress, now: datetime) -> bool:
    """Return False for an event that arrives again. `digest` is the one in the inbox, None where it is not there.

    Raises:
        UnprocessableEvent: It contradicts another event, or events before it are missing.
    """
    if digest is not None:
        if digest != content_digest(envelope):
            raise UnprocessableEvent(ParkReason.CONTRADICTION, "this event came before, with other content")
        return False
    if progress.blocked_since is not None:
        return True
    if envelope.sequence <= progress.last_sequence and may_be_deleted(envelope, now):
        return False
    check_sequence(envelope.sequence, progress.last_sequence)
    return True
