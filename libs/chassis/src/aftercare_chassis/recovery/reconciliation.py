"""Reconciliation of a database that was restored to an earlier time with the log, which kept what happened since.

The lost transactions are done again in the order of their times: those that an event of another service caused by handling that event
again, timers by firing them, and others by what the service declares in `redo`. Each is committed only where it records the events that
are on the log (`redo_transaction`); these are not published a second time. What cannot be done again is listed in `unrestored_event` for a person: its
number is passed, so that no number is used twice, and the row stays as it is.

Everything is repeatable: each step is a transaction of its own, and an interrupted reconciliation goes on where it ended.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic

import structlog
from aftercare_events import Envelope, Event, registry
from aiokafka import ConsumerRecord, TopicPartition
from sqlalchemy import MetaData

from aftercare_chassis.consumer.chunks import ChunkProcessor
from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.inbox import Inbox
from aftercare_chassis.consumer.parking import readable
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Deadlines
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.recovery import outbox_rows
from aftercare_chassis.recovery.lost_events import (
    LoggedEvent,
    LogReader,
    OwnLog,
    Place,
    Versions,
    read_own,
    restored_to,
)
from aftercare_chassis.recovery.redo_transaction import SAME_TIME, RedoClock, RedoLog, RedoTransaction
from aftercare_chassis.recovery.report import Report, Unread
from aftercare_chassis.recovery.unrestored import Unrestored
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

# Any: each function takes its own event class, which is the key beside it.
Redo = Mapping[type[Event], Callable[[Transaction[S], Any], Awaitable[object]]]
"""By the class of an own event: what does again what had recorded it. It takes the event as it is on the log."""


@dataclass(slots=True)
class _Step:
    """An event of another service that is handled again, with the own events that it has led to; or own events of one transaction that
    are to be recorded again."""

    at: datetime
    record: ConsumerRecord | None = None
    own: list[LoggedEvent] = field(default_factory=list)


class Reconciliation(Generic[S]):
    """One reconciliation of one service, which publishes on `topics`. Nothing else of the service may run meanwhile."""

    def __init__(
        self,
        runtime: Runtime[S],
        *,
        handlers: Handlers[S],
        deadlines: Deadlines[S],
        redo: Redo[S],
        metadata: MetaData,
        topics: Collection[str],
    ) -> None:
        self._runtime, self._handlers, self._deadlines, self._redo = runtime, handlers, deadlines, redo
        self._metadata, self._log = metadata, LogReader(runtime)
        self._topics = topics
        self._dispatcher = Dispatcher(handlers)

    async def run(self, *, since: datetime | None, apply: bool) -> Report:
        """Find what the database has lost, and mend it with `apply`. `since`: from when on the log is read; None: from shortly before the
        last work in the database.

        Raises:
            RangeUnavailable, TopicError: the log cannot be read.
        """
        report = Report(self._runtime.name, applied=apply)
        # Before the versions are read: what a running service publishes later is not lost.
        ends = await self._log.ends(self._topics)
        async with self._runtime.connection() as connection:
            report.restored_to, begin = await restored_to(connection)
            versions = await Versions.read(connection, self._metadata)
        own = await read_own(self._log, ends, f"/{self._runtime.name}", versions, since or begin)
        unrestored = await Unrestored.read(self._runtime)
        own.lost = [each for each in own.lost if each.envelope.id not in unrestored.known]
        report.found(own)
        await self._outbox(own, report)
        unread = await self._unread(report)
        if apply:
            redo = RedoLog({each.place: each for each in own.lost})
            await self._redo_all(await self._steps(own.lost, unread), redo, versions, unrestored)
            report.redone = len(redo.redone)
        report.unrestored = [*unrestored.rows, *unrestored.added]
        async with self._runtime.connection() as connection:
            report.parked = await connection.fetchval("SELECT count(*) FROM parked_event")
        return report

    async def _outbox(self, own: OwnLog, report: Report) -> None:
        async with self._runtime.connection() as connection:
            rows = await outbox_rows.read(connection, own)
            report.already_sent, report.contradicting = len(rows.sent), rows.contradicting
            if report.applied:
                await outbox_rows.mend(connection, rows)

    async def _unread(self, report: Report) -> dict[TopicPartition, range]:
        """The offsets of each partition that the consumer has not read as far as the database knows."""
        if not self._dispatcher.topics:
            return {}
        ends = await self._log.ends(self._dispatcher.topics)
        async with self._runtime.connection() as connection:
            cursors = await Inbox(connection, self._runtime.name).cursors()
        positions = {each: cursors[each].next_offset if each in cursors else 0 for each in ends}
        committed = await self._log.committed(self._runtime.name, positions, rewind=report.applied)
        for partition, start in positions.items():
            if start != ends[partition] or committed.get(partition, start) != start:
                report.unread.append(
                    Unread(partition.topic, partition.partition, start, ends[partition], committed.get(partition))
                )
        return {each: range(start, ends[each]) for each, start in positions.items() if start < ends[each]}

    async def _steps(self, lost: Sequence[LoggedEvent], unread: Mapping[TopicPartition, range]) -> list[_Step]:
        """What is done again, in order. Each partition is read up to the last event there that has led to a lost one."""
        caused: dict[str, list[LoggedEvent]] = {}
        for each in lost:
            if each.envelope.causation_id is not None:
                caused.setdefault(each.envelope.causation_id, []).append(each)
        steps = [_Step(some[0].envelope.time, own=some) for some in _by_transaction(lost)]
        handled: dict[TopicPartition, list[_Step]] = {}
        last: dict[TopicPartition, int] = {}
        starts, ends = ({each: getattr(area, name) for each, area in unread.items()} for name in ("start", "stop"))
        async for record in self._log.records(starts, ends):
            partition, envelope = TopicPartition(record.topic, record.partition), readable(record)
            led_to = caused.get(str(envelope.id), []) if envelope else []
            before = handled.setdefault(partition, [])
            at = led_to[0].envelope.time if led_to else envelope.time if envelope else None
            times = [each for each in (before[-1].at if before else None, at) if each is not None]
            before.append(_Step(max(times, default=self._runtime.clock.now()), record, led_to))
            if led_to:
                last[partition] = len(before)
        for partition, count in last.items():
            steps += handled[partition][:count]
        # At the same time an event is handled before what it has led to.
        return sorted(steps, key=lambda each: (each.at, each.record is None))

    async def _redo_all(
        self, steps: Sequence[_Step], redo: RedoLog, versions: Versions, unrestored: Unrestored
    ) -> None:
        runtime, clock = self._runtime, self._runtime.clock
        chunks = ChunkProcessor(runtime, self._dispatcher)
        async with runtime.connection() as connection:
            cursors = await Inbox(connection, runtime.name).cursors()
        chunks.cursors = {TopicPartition(*place): cursor for place, cursor in cursors.items()}
        transactions = runtime.transactions
        runtime.transactions = partial(RedoTransaction[S], redo=redo)
        try:
            for step in steps:
                runtime.clock = RedoClock(step.at)
                left = [each for each in step.own if each.place in redo.lost]
                if step.record is not None:
                    redo.begin(left)
                    await chunks.process(
                        TopicPartition(step.record.topic, step.record.partition), [step.record], may_wait=False
                    )
                else:
                    await self._record_again(redo, left, versions, unrestored)
        finally:
            runtime.clock, runtime.transactions = clock, transactions

    async def _record_again(
        self, redo: RedoLog, lost: Sequence[LoggedEvent], versions: Versions, unrestored: Unrestored
    ) -> None:
        """Do again what has recorded these events; note those for which that is not possible, and pass their numbers."""
        why = dict[Place, str]()
        for each in sorted(lost, key=lambda one: self._redo_of(one.envelope) is None):
            if each.place in redo.lost:
                self._runtime.clock = RedoClock(each.envelope.time)
                redo.begin(one for one in lost if one.place in redo.lost)
                why[each.place] = await self._try(each.envelope)
        for each in lost:
            if each.place in redo.lost:
                async with self._runtime.connection() as connection:
                    await versions.reread(connection, [each.envelope.subject])
                    table = versions.table.get(each.envelope.subject)
                    reason = why[each.place] if table else "the database has no row of its aggregate"
                    await unrestored.add(connection, each, reason, table)
                del redo.lost[each.place]

    async def _try(self, lost: Envelope) -> str:
        """Do again what has recorded an event, where that is known; why the event may still be lost then."""
        act = self._redo_of(lost)
        try:
            if act is not None:
                async with self._runtime.transaction() as tx:
                    await act(tx, lost.event())
            elif _handler_of(lost) == SYSTEM.id:
                await self._deadlines.fire_row(lost.subject)
            else:
                return "no command is known that records it"
        except Exception as error:
            if is_unavailable(error):
                raise
            return f"{type(error).__name__}: {error}"
        return "what had recorded it has recorded something else, or nothing, when it was done again"

    def _redo_of(self, lost: Envelope) -> Callable[..., Awaitable[object]] | None:
        cls = registry.reads(lost.type)
        return None if cls is None else self._redo.get(cls)


def _handler_of(lost: Envelope) -> object:
    """Who has made the change, as the event says."""
    return registry.fields_of(lost.type, lost.data).get("handler")


def _by_transaction(lost: Sequence[LoggedEvent]) -> list[list[LoggedEvent]]:
    """The events of each transaction, by their trace: the transaction of a command has one span."""
    groups: dict[tuple[str | None, str], list[LoggedEvent]] = {}
    made = list[list[LoggedEvent]]()
    for each in lost:
        key = each.envelope.traceparent, each.envelope.correlation_id
        group = groups.get(key)
        if group is None or each.envelope.time - group[-1].envelope.time > SAME_TIME:
            group = groups[key] = []
            made.append(group)
        group.append(each)
    return made
