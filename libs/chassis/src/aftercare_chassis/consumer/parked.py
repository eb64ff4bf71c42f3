"""What operators do with parked events: look, try again in order, or give one up with a reason. Each step is kept.

An aggregate's events are decided on in the order of their numbers, not of the log: what was missing may have been
published anew, behind those that wait for it. What has no number that can be read comes before all others. Each is judged
again as it came, by this build, and its place too: it has to be the next one. A gap that will never be filled is passed
only with a reason. The aggregate is free again when nothing of it is parked any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic

from aftercare_events import Envelope
from aiokafka import ConsumerRecord
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.dispatcher import Dispatcher, Handlers
from aftercare_chassis.consumer.errors import UnprocessableEvent, decoded, misplaced
from aftercare_chassis.consumer.parking import as_headers
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.refusals import Kind, NotFound, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

_COLUMNS = """id, topic, partition, log_offset, aggregateid, type, sequence, content, headers, payload, trouble, reason,
parked_at"""
_LIST = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 ORDER BY id LIMIT $2"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND id = $2"  # noqa: S608
_FIRST = f"""
SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND aggregateid = $2 ORDER BY sequence NULLS FIRST, id LIMIT 1
"""  # noqa: S608
_HOLD = "SELECT last_sequence FROM subject_state WHERE consumer = $1 AND aggregateid = $2 FOR UPDATE"
_GONE = "DELETE FROM parked_event WHERE consumer = $1 AND id = $2"
# One that is given up leaves its place empty behind it, if that was the next one and nobody else claims it. What was beyond
# a gap never had a place: its number may be anything, and a gap is passed by nothing but a retry that says so.
_ADVANCE = """
UPDATE subject_state SET last_sequence = $3 WHERE consumer = $1 AND aggregateid = $2 AND last_sequence < $3
AND ($4 OR last_sequence = $3 - 1
           AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.consumer = $1 AND p.aggregateid = $2 AND p.sequence = $3))
"""
_FREE = """
UPDATE subject_state SET blocked_since = NULL WHERE consumer = $1 AND aggregateid = $2
AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.consumer = $1 AND p.aggregateid = $2)
"""
_DECIDED = """
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
class Parked:
    """One event that was set aside, and why. `aggregateid` is empty where its key names none."""

    id: int
    topic: str
    partition: int
    log_offset: int
    aggregateid: str
    type: str
    sequence: int | None
    content: int | None
    headers: dict[str, Any]
    payload: bytes | None
    trouble: str
    reason: str
    parked_at: datetime

    @property
    def event_id(self) -> str:
        """As its header says; empty where that says nothing, or several things."""
        said = self.headers.get("ce_id", "")
        return said if isinstance(said, str) else ""

    def envelope(self) -> Envelope:
        """The event as it came; UnprocessableEvent where this build cannot read it either."""
        headers = as_headers(self.headers)
        place = (self.topic, self.partition, self.log_offset)
        key = self.aggregateid.encode() or None
        found = decoded(ConsumerRecord(*place, 0, 0, key, self.payload, None, 0, 0, tuple(headers)))
        if isinstance(found, UnprocessableEvent):
            raise found
        return found


class ParkedEvents(Generic[S]):
    """The parked events of one service. `by` is who decides."""

    def __init__(self, runtime: Runtime[S], handlers: Handlers[S]) -> None:
        self._runtime, self._ears, self._consumer = runtime, Dispatcher(handlers), runtime.name

    async def list(self, limit: int = 100) -> list[Parked]:
        """The oldest ones, in the order in which they were parked."""
        found: Any = await self._runtime.pool.fetch(_LIST, self._consumer, limit)
        return [Parked(**row) for row in found]

    async def show(self, parked_id: int) -> Parked:
        """One of them, with its bytes; NotFound."""
        found: Any = await self._runtime.pool.fetchrow(_ONE, self._consumer, parked_id)
        if found is None:
            raise NotFound(what="parked_event")
        return Parked(**found)

    async def retry(self, parked_id: int, *, by: str, despite_gap: str = "") -> None:
        """Handle one event again; NotTheFirst, UnprocessableEvent, or whatever its handler raises, and then nothing has changed.

        `despite_gap` is the reason why it may go on without the events that are missing before it.
        """
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            last = await self._decide(tx.connection, parked)
            await self._handle(tx, parked, last, by, despite_gap)

    async def retry_key(self, aggregate: str, *, by: str) -> int:
        """Handle every parked event of an aggregate in order; how many. The first that fails raises and stays."""
        done = 0
        while True:
            async with self._runtime.transaction() as tx:
                last, first = await self._hold(tx.connection, aggregate)
                if first is None:
                    return done
                await self._handle(tx, first, last, by)
            done += 1

    async def discard(self, parked_id: int, *, by: str, reason: str) -> None:
        """Give one up for good; its aggregate goes on without it. NotFound, NotTheFirst."""
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            await self._decide(tx.connection, parked)
            await self._close(tx.connection, parked, "discarded", by, reason)

    async def _decide(self, connection: PoolConnectionProxy, parked: Parked) -> int:
        """Make sure that it is this one's turn, and stays so; where its aggregate stands."""
        last, first = await self._hold(connection, parked.aggregateid)
        if first is None:
            raise NotFound(what="parked_event")
        if parked.aggregateid and first.id != parked.id:
            raise NotTheFirst(first=first.id)
        return last

    async def _hold(self, connection: PoolConnectionProxy, aggregate: str) -> tuple[int, Parked | None]:
        """Keep the consumer from adding to this aggregate meanwhile; where it stands, and its first parked event."""
        last: int | None = await connection.fetchval(_HOLD, self._consumer, aggregate)
        found: Any = await connection.fetchrow(_FIRST, self._consumer, aggregate)
        return last or 0, None if found is None else Parked(**found)

    async def _handle(self, tx: Transaction[S], parked: Parked, last: int, by: str, despite_gap: str = "") -> None:
        envelope = parked.envelope()
        trouble = misplaced(envelope.sequence, last)
        if trouble and not (despite_gap and trouble.trouble is ParkReason.SEQUENCE_GAP):
            raise trouble
        await self._ears.hand(tx, envelope)
        await tx.flush()
        await self._close(tx.connection, parked, "retried", by, despite_gap)

    async def _close(
        self, connection: PoolConnectionProxy, parked: Parked, decision: str, by: str, reason: str
    ) -> None:
        if await connection.execute(_GONE, self._consumer, parked.id) != "DELETE 1":
            raise NotFound(what="parked_event")  # somebody else has decided on one that belongs to no aggregate
        taken = decision == "retried"
        await connection.execute(_ADVANCE, self._consumer, parked.aggregateid, parked.sequence, taken)
        await connection.execute(_FREE, self._consumer, parked.aggregateid)
        event = (parked.event_id, parked.topic, parked.partition, parked.log_offset, parked.aggregateid, parked.type)
        await connection.execute(_DECIDED, self._consumer, *event, parked.content, decision, by, reason)
