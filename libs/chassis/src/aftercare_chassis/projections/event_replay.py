"""The replay of events into a shadow: in the order of each aggregate, in batches, refused events one by one as in a consumer."""

import sys
import time
from dataclasses import dataclass, field
from typing import cast

import asyncpg
from aftercare_events import Envelope
from aiokafka import ConsumerRecord, TopicPartition
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.dispatcher import Dispatcher
from aftercare_chassis.consumer.errors import UnprocessableEvent, decode
from aftercare_chassis.consumer.inbox import AggregateProgress, Inbox
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.kafka import range_reader
from aftercare_chassis.projections.batch_transaction import BatchTransaction
from aftercare_chassis.projections.live_snapshot import LiveSnapshot, offsets
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.runtime import Runtime

_CURSORS = "SELECT topic, partition, next_offset FROM consumer_cursor WHERE consumer = $1"
_MOVE_CURSORS = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[])
ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""


@dataclass(slots=True)
class Progress:
    """How many events were handled and how many records read, printed on stderr at most once a second."""

    events: int = 0
    read: int = 0
    started: float = field(default_factory=time.monotonic)
    printed: float = 0.0

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / max(time.monotonic() - self.started, 1e-6)

    def print(self, total: int) -> None:
        """Print the share of `total` records that were read, unless that was printed within the last second."""
        if time.monotonic() - self.printed < 1.0:
            return
        self.printed = time.monotonic()
        share = 100 * self.read / max(total, 1)
        print(f"replay: {self.read:,} of {total:,} ({share:.0f} %) · {self.rate:,.0f} events/s", file=sys.stderr)


class EventReplay:
    """Replays into the tables that the connection's search path finds, under the name of a consumer.

    `refused`: by aggregate (or by place in the log, for records that cannot be read) why its events could not be handled.
    """

    def __init__(self, runtime: Runtime, connection: asyncpg.Connection, projection: Projection, consumer: str) -> None:
        self._runtime, self._connection, self._consumer = runtime, connection, consumer
        self._proxy = cast(PoolConnectionProxy, connection)
        self._dispatcher, self._inbox = Dispatcher(projection.handlers), Inbox(self._proxy, consumer)
        self._early: dict[str, dict[int, Envelope]] = {}
        self.progress, self.refused = Progress(), dict[str, str]()
        self._batch = runtime.begin_as(BatchTransaction, self._proxy)
        self._batch.begin([table.name for table in projection.tables])

    async def cursors(self) -> dict[TopicPartition, int]:
        """Return how far the replay has come."""
        return offsets(await self._connection.fetch(_CURSORS, self._consumer))

    async def up_to(self, live: LiveSnapshot) -> None:
        """Handle all events up to where the live tables are, without those that the live tables have left out.

        Raises:
            RangeUnavailable: The log cannot be read.
        """
        starts = await self.cursors()
        self._early.clear()
        total = self.progress.read + sum(max(0, end - starts.get(place, 0)) for place, end in live.ends.items())
        bootstrap, security = self._runtime.settings.kafka, self._runtime.kafka.options()
        async for records in range_reader.read(bootstrap, starts, live.ends, security):
            async with self._connection.transaction():
                await self._chunk([envelope for record in records if (envelope := self._readable(live, record))])
                await self._move_cursors(records)
            self.progress.read += len(records)
            self.progress.print(total)
        async with self._connection.transaction():
            await self._pass_gaps()

    def reset(self) -> None:
        """Discard what was collected in a transaction that was rolled back."""
        self._batch.reset()

    def _readable(self, live: LiveSnapshot, record: ConsumerRecord) -> Envelope | None:
        """Return the event unless the live tables have left it out. One that they should have parked counts as refused."""
        if live.left_out(record):
            return None
        try:
            envelope = decode(record)
        except UnprocessableEvent as error:
            self.refused[f"{record.topic}/{record.partition}/{record.offset}"] = error.explanation
            return None
        return None if live.left_out_copy(envelope) else envelope

    async def _chunk(self, envelopes: list[Envelope]) -> None:
        aggregates = await self._inbox.progress(envelope.subject for envelope in envelopes)
        await self._handle_all(self._in_order(envelopes, aggregates), aggregates)

    def _in_order(self, envelopes: list[Envelope], aggregates: dict[str, AggregateProgress]) -> list[Envelope]:
        """Return the events that are the next ones of their aggregates. Later ones wait: a missing event may have been
        published after them."""
        ordered = []
        for envelope in envelopes:
            progress = aggregates[envelope.subject]
            if progress.blocked_since is not None or envelope.sequence <= progress.last_sequence:
                continue
            if envelope.sequence > progress.last_sequence + 1:
                self._early.setdefault(envelope.subject, {})[envelope.sequence] = envelope
                continue
            early: dict[int, Envelope] = self._early.get(envelope.subject, {})
            following: Envelope | None = envelope
            while following is not None:
                ordered.append(following)
                progress.last_sequence = following.sequence
                following = early.pop(following.sequence + 1, None)
        return ordered

    async def _pass_gaps(self) -> None:
        """Handle the events that still wait: the live tables hold them, so an operator retried them despite the gap."""
        waiting = [early[sequence] for early in self._early.values() for sequence in sorted(early)]
        if not waiting:
            return
        aggregates = await self._inbox.progress(envelope.subject for envelope in waiting)
        for envelope in waiting:
            aggregates[envelope.subject].last_sequence = envelope.sequence
        await self._handle_all(waiting, aggregates)

    async def _handle_all(self, envelopes: list[Envelope], aggregates: dict[str, AggregateProgress]) -> None:
        try:
            async with self._connection.transaction():
                for envelope in envelopes:
                    await self._handle(self._batch, envelope)
                await self._batch.send()
        except Exception as error:
            if is_unavailable(error):
                raise
            self._batch.reset()
            await self._one_by_one(envelopes, aggregates)
        if aggregates:
            await self._inbox.save_progress(aggregates)
        self.progress.events += len(envelopes)

    async def _one_by_one(self, envelopes: list[Envelope], aggregates: dict[str, AggregateProgress]) -> None:
        """As the consumer does: an event that its handler refuses blocks its aggregate, and nothing else."""
        for envelope in envelopes:
            if aggregates[envelope.subject].blocked_since is not None:
                continue
            try:
                async with self._connection.transaction():
                    await self._handle(self._runtime.begin_as(Transaction, self._proxy), envelope)
            except Exception as error:
                if is_unavailable(error):
                    raise
                self.refused[envelope.subject] = f"{envelope.type}: {type(error).__name__}: {error}"[:300]
                aggregates[envelope.subject].blocked_since = self._runtime.clock.now()

    async def _handle(self, tx: Transaction, envelope: Envelope) -> None:
        found = self._dispatcher.handler_of(envelope)
        if found is not None:
            handler, event = found
            tx.cause = envelope
            await handler(tx, event)
            await tx.flush()

    async def _move_cursors(self, records: list[ConsumerRecord]) -> None:
        ends = {(record.topic, record.partition): record.offset + 1 for record in records}
        places = [(topic, partition, offset) for (topic, partition), offset in ends.items()]
        await self._connection.execute(_MOVE_CURSORS, self._consumer, *map(list, zip(*places, strict=True)))
