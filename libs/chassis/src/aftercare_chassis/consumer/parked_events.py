"""What operators do with parked events: look at them, retry them in order, or discard one with a reason. Decisions are kept.

The events of an aggregate are decided in the order of their sequences, not of the log: a missing event may have been
published later than those that wait for it. Events without a readable sequence come first. A retried event is read by this
build, as it arrived, and it must be the next one of its aggregate; a gap is passed only with a reason. The aggregate is
released when no event of it is parked any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic

from aftercare_events import Envelope
from aiokafka import ConsumerRecord
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.errors import check_sequence, decode
from aftercare_chassis.consumer.parking import JsonHeaders, headers_from_json
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import Kind, NotFound, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

_COLUMNS = """id, topic, partition, log_offset, aggregateid, type, sequence, content, headers, payload,
trouble AS park_reason, reason, parked_at"""
_LIST = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 ORDER BY id LIMIT $2"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND id = $2"  # noqa: S608
_FIRST = f"""
SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND aggregateid = $2 ORDER BY sequence NULLS FIRST, id LIMIT 1
"""  # noqa: S608
_LOCK_PROGRESS = "SELECT last_sequence FROM subject_state WHERE consumer = $1 AND aggregateid = $2 FOR UPDATE"
_DELETE = "DELETE FROM parked_event WHERE consumer = $1 AND id = $2"
# A discarded event counts as the aggregate's last one only if it was the next one and no other parked event has its
# sequence. An event beyond a gap may have any number, so discarding it does not pass the gap.
_ADVANCE = """
UPDATE subject_state SET last_sequence = $3 WHERE consumer = $1 AND aggregateid = $2 AND last_sequence < $3
AND ($4 OR last_sequence = $3 - 1
           AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.consumer = $1 AND p.aggregateid = $2 AND p.sequence = $3))
"""
_RELEASE = """
UPDATE subject_state SET blocked_since = NULL WHERE consumer = $1 AND aggregateid = $2
AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.consumer = $1 AND p.aggregateid = $2)
"""
_INSERT_DECISION = """
INSERT INTO parked_decision (consumer, event_id, topic, partition, log_offset, aggregateid, type, content, decision,
  decided_by, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


class NotTheFirst(Refusal):
    """An earlier event of the same aggregate is parked before this one."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "not_the_first"
    zh: ClassVar[str] = "同一对象还有更早的事件被搁置（编号 {first}），必须先处理它。"
    en: ClassVar[str] = "An earlier event of the same aggregate is parked (number {first}); it comes first."


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A row of the table: one event, where it is in the log, and why it was parked.

    `aggregateid` is empty where the message's key names no aggregate. `content` is the event's digest, None where it could
    not be read. `park_reason` is a ParkReason, `reason` its explanation.
    """

    id: int
    topic: str
    partition: int
    log_offset: int
    aggregateid: str
    type: str
    sequence: int | None
    content: int | None
    headers: JsonHeaders
    payload: bytes | None
    park_reason: str
    reason: str
    parked_at: datetime

    @property
    def event_id(self) -> str:
        """The id in the header `ce_id`; empty where there is none, or several."""
        written = self.headers.get("ce_id", "")
        return written if isinstance(written, str) else ""

    def envelope(self) -> Envelope:
        """Return the event as it arrived.

        Raises:
            UnprocessableEvent: This build cannot read it either.
        """
        place, key = (self.topic, self.partition, self.log_offset), self.aggregateid.encode() or None
        headers = tuple(headers_from_json(self.headers))
        return decode(ConsumerRecord(*place, 0, 0, key, self.payload, None, 0, 0, headers))


class ParkedEvents(Generic[S]):
    """The parked events of one service. The argument `by` names who decides."""

    def __init__(self, runtime: Runtime[S], handlers: Handlers[S]) -> None:
        self._runtime, self._dispatcher, self._consumer = runtime, Dispatcher(handlers, runtime.name), runtime.name

    async def list(self, limit: int = 100) -> list[ParkedEvent]:
        """Return the oldest ones, in the order in which they were parked."""
        rows = await self._runtime.pool.fetch(_LIST, self._consumer, limit)
        return [ParkedEvent(**row) for row in rows]

    async def show(self, parked_id: int) -> ParkedEvent:
        """Return one of them.

        Raises:
            NotFound: There is no such parked event.
        """
        row = await self._runtime.pool.fetchrow(_ONE, self._consumer, parked_id)
        if row is None:
            raise NotFound(what="parked_event")
        return ParkedEvent(**row)

    async def retry(self, parked_id: int, *, by: str, despite_gap: str = "") -> None:
        """Handle one event again. `despite_gap` is the reason to go on without the events that are missing before it.

        Raises:
            NotFound: There is no such parked event.
            NotTheFirst: An earlier event of its aggregate is parked.
            UnprocessableEvent: It cannot be read, or is not the next one of its aggregate.
            Exception: Whatever its handler raises. Nothing has changed in any of these cases.
        """
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            last = await self._lock_first(tx.connection, parked)
            await self._handle(tx, parked, last, by, despite_gap)

    async def retry_key(self, aggregate: str, *, by: str) -> int:
        """Handle every parked event of an aggregate in order; return how many.

        Raises:
            Exception: As `retry`, for the first one that fails. It stays parked, those before it are handled.
        """
        done = 0
        while True:
            async with self._runtime.transaction() as tx:
                last, first = await self._lock(tx.connection, aggregate)
                if first is None:
                    return done
                await self._handle(tx, first, last, by)
            done += 1

    async def discard(self, parked_id: int, *, by: str, reason: str) -> None:
        """Discard one event, which is final; the aggregate's later events are handled without it.

        Raises:
            NotFound: There is no such parked event.
            NotTheFirst: An earlier event of its aggregate is parked.
        """
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            await self._lock_first(tx.connection, parked)
            await self._close(tx.connection, parked, "discarded", by, reason)

    async def _lock_first(self, connection: PoolConnectionProxy, parked: ParkedEvent) -> int:
        """Check that this event is the first one parked of its aggregate, and lock it; return the last sequence."""
        last, first = await self._lock(connection, parked.aggregateid)
        if first is None:
            raise NotFound(what="parked_event")
        if parked.aggregateid and first.id != parked.id:
            raise NotTheFirst(first=first.id)
        return last

    async def _lock(self, connection: PoolConnectionProxy, aggregate: str) -> tuple[int, ParkedEvent | None]:
        """Keep the consumer from parking more of this aggregate; return its last sequence and its first parked event."""
        last: int | None = await connection.fetchval(_LOCK_PROGRESS, self._consumer, aggregate)
        row = await connection.fetchrow(_FIRST, self._consumer, aggregate)
        return last or 0, None if row is None else ParkedEvent(**row)

    async def _handle(self, tx: Transaction[S], parked: ParkedEvent, last: int, by: str, despite_gap: str = "") -> None:
        envelope = parked.envelope()
        if not (despite_gap and envelope.sequence > last + 1):
            check_sequence(envelope.sequence, last)
        await self._dispatcher.dispatch(tx, envelope)
        await tx.flush()
        await self._close(tx.connection, parked, "retried", by, despite_gap)

    async def _close(
        self, connection: PoolConnectionProxy, parked: ParkedEvent, decision: str, by: str, reason: str
    ) -> None:
        if await connection.execute(_DELETE, self._consumer, parked.id) != "DELETE 1":
            raise NotFound(what="parked_event")  # an event without an aggregate, on which somebody else has decided
        handled = decision == "retried"
        await connection.execute(_ADVANCE, self._consumer, parked.aggregateid, parked.sequence, handled)
        await connection.execute(_RELEASE, self._consumer, parked.aggregateid)
        event = (parked.event_id, parked.topic, parked.partition, parked.log_offset, parked.aggregateid, parked.type)
        await connection.execute(_INSERT_DECISION, self._consumer, *event, parked.content, decision, by, reason)
