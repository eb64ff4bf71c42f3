"""What operators do with parked events: look, try again in order, or give one up with a reason. Each step is kept.

An aggregate is free again when nothing of it is parked any more. Its events are tried in the order of the log: to try a
later one first would be the very disorder that parking prevents.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from aftercare_events import codec
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer import Handlers, dispatch
from aftercare_chassis.refusals import Kind, NotFound, Refusal
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.transaction import Transaction

_COLUMNS = "id, topic, partition, log_offset, aggregateid, type, headers, payload, reason, parked_at"
_LIST = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 ORDER BY id LIMIT $2"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND id = $2"  # noqa: S608
_FIRST = f"SELECT {_COLUMNS} FROM parked_event WHERE consumer = $1 AND aggregateid = $2 ORDER BY id LIMIT 1"  # noqa: S608
_HOLD = "SELECT 1 FROM subject_state WHERE consumer = $1 AND aggregateid = $2 FOR UPDATE"
_GONE = "DELETE FROM parked_event WHERE consumer = $1 AND id = $2"
_FREE = """
UPDATE subject_state SET blocked_since = NULL WHERE consumer = $1 AND aggregateid = $2
AND NOT EXISTS (SELECT 1 FROM parked_event p WHERE p.consumer = $1 AND p.aggregateid = $2)
"""
_DECIDED = """
INSERT INTO parked_decision (consumer, event_id, aggregateid, type, decision, decided_by, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class NotTheFirst(Refusal):
    """An earlier event of the same aggregate is parked before this one."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "not_the_first"
    zh: ClassVar[str] = "同一对象还有更早的事件被搁置（编号 {first}），必须先处理它。"
    en: ClassVar[str] = "An earlier event of the same aggregate is parked (number {first}); it comes first."


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that was set aside, and why."""

    id: int
    topic: str
    partition: int
    log_offset: int
    aggregateid: str
    type: str
    headers: dict[str, str]
    payload: bytes
    reason: str
    parked_at: datetime

    @property
    def event_id(self) -> str:
        return self.headers.get("ce_id", "")


class ParkedEvents:
    """The parked events of one service. `by` is who decides."""

    def __init__(self, runtime: Runtime, handlers: Handlers) -> None:
        self._runtime, self._handlers, self._consumer = runtime, handlers, runtime.name

    async def list(self, limit: int = 100) -> list[Parked]:
        """The oldest ones, in the order of the log."""
        found: Any = await self._runtime.pool.fetch(_LIST, self._consumer, limit)
        return [Parked(**row) for row in found]

    async def show(self, parked_id: int) -> Parked:
        """One of them, with its bytes; NotFound."""
        found: Any = await self._runtime.pool.fetchrow(_ONE, self._consumer, parked_id)
        if found is None:
            raise NotFound(what="parked_event")
        return Parked(**found)

    async def retry(self, parked_id: int, *, by: str) -> None:
        """Handle one event again; NotTheFirst, or whatever its handler raises, and then nothing has changed."""
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            first = await self._hold(tx.connection, parked.aggregateid)
            if first is None or first.id != parked_id:
                raise NotTheFirst(first=first.id if first else None)
            await self._handle(tx, first, by)

    async def retry_key(self, aggregate: str, *, by: str) -> int:
        """Handle every parked event of an aggregate in order; how many. The first that fails raises and stays."""
        done = 0
        while True:
            async with self._runtime.transaction() as tx:
                first = await self._hold(tx.connection, aggregate)
                if first is None:
                    return done
                await self._handle(tx, first, by)
            done += 1

    async def discard(self, parked_id: int, *, by: str, reason: str) -> None:
        """Give one event up for good; its aggregate goes on without it. NotFound."""
        parked = await self.show(parked_id)
        async with self._runtime.transaction() as tx:
            await self._hold(tx.connection, parked.aggregateid)
            await self._close(tx.connection, parked, "discarded", by, reason)

    async def _hold(self, connection: PoolConnectionProxy, aggregate: str) -> Parked | None:
        """Keep the consumer from adding to this aggregate meanwhile; its first parked event."""
        await connection.execute(_HOLD, self._consumer, aggregate)
        found: Any = await connection.fetchrow(_FIRST, self._consumer, aggregate)
        return None if found is None else Parked(**found)

    async def _handle(self, tx: Transaction, parked: Parked, by: str) -> None:
        headers = [(name, text.encode()) for name, text in parked.headers.items()]
        envelope = codec.decode(parked.topic, parked.aggregateid.encode(), parked.payload, headers)
        await dispatch(self._handlers, tx, envelope)
        await self._close(tx.connection, parked, "retried", by, "")

    async def _close(
        self, connection: PoolConnectionProxy, parked: Parked, decision: str, by: str, reason: str
    ) -> None:
        await connection.execute(_GONE, self._consumer, parked.id)
        await connection.execute(_FREE, self._consumer, parked.aggregateid)
        who = (decision, by, reason)
        await connection.execute(_DECIDED, self._consumer, parked.event_id, parked.aggregateid, parked.type, *who)
