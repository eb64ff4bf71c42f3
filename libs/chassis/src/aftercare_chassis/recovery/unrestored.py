"""The table `unrestored_event`: events on the log whose change a restored database does not have, for a person to decide."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.recovery.lost_events import LoggedEvent
from aftercare_chassis.runtime import Runtime

_READ = """
SELECT event_id, topic, aggregateid, sequence, type, happened_at, reason FROM unrestored_event WHERE closed_at IS NULL
ORDER BY happened_at, sequence
"""
_CLOSED = "SELECT event_id FROM unrestored_event WHERE closed_at IS NOT NULL"
_CLOSE = """
UPDATE unrestored_event SET closed_at = clock_timestamp(), closed_by = $2, closing_reason = $3
WHERE event_id = $1 AND closed_at IS NULL
"""
_INSERT = """
INSERT INTO unrestored_event (event_id, topic, aggregateid, sequence, type, happened_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class UnrestoredEvent:
    """One row of the table."""

    event_id: UUID
    topic: str
    aggregateid: str
    sequence: int
    type: str
    happened_at: datetime
    reason: str


@dataclass(slots=True)
class Unrestored:
    """The rows that were there and are open, the ids of those that somebody has closed, and the rows that this reconciliation adds."""

    rows: list[UnrestoredEvent] = field(default_factory=list)
    closed: frozenset[UUID] = frozenset()
    added: list[UnrestoredEvent] = field(default_factory=list)

    @classmethod
    async def read(cls, runtime: Runtime) -> "Unrestored":
        """Read what earlier reconciliations have left."""
        async with runtime.connection() as connection:
            rows = [UnrestoredEvent(*row) for row in await connection.fetch(_READ)]
            return cls(rows, frozenset(row["event_id"] for row in await connection.fetch(_CLOSED)))

    @property
    def known(self) -> set[UUID]:
        """The ids of the events that were there. One that is closed is not found again: its aggregate may still have no row."""
        return {*self.closed, *(row.event_id for row in self.rows)}

    async def add(self, connection: PoolConnectionProxy, lost: LoggedEvent, reason: str, table: str | None) -> None:
        """Note an event, and pass its number in the row of its aggregate, so that the next change has another."""
        envelope = lost.envelope
        place = (envelope.topic, envelope.subject, envelope.sequence, envelope.type, envelope.time, reason)
        row = UnrestoredEvent(envelope.id, *place)
        async with connection.transaction():
            await connection.execute(_INSERT, row.event_id, *place)
            if table is not None:
                pass_number = f'UPDATE "{table}" SET version = $2 WHERE id = $1 AND version < $2'  # noqa: S608 - a table of ours
                await connection.execute(pass_number, envelope.subject, envelope.sequence)
        self.added.append(row)


async def close(runtime: Runtime, event_id: UUID, *, by: str, reason: str) -> bool:
    """Note who has dealt with the event and how; False where it is not among the open ones."""
    async with runtime.connection() as connection:
        return await connection.execute(_CLOSE, event_id, by, reason) == "UPDATE 1"
