"""Rows of a restored outbox whose events are on the log already: the relay had sent and deleted them after the time of the backup."""

from dataclasses import dataclass, field

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.recovery.lost_events import OwnLog

_ROWS = "SELECT id, event_id::text AS event_id, topic, aggregateid, aggregate_version, type FROM outbox ORDER BY id"
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BLOCK = """
INSERT INTO outbox_blocked (aggregateid, event_id, reason) SELECT aggregateid, event_id, $2 FROM outbox WHERE id = $1
ON CONFLICT (aggregateid) DO NOTHING
"""
_CONTRADICTS = "the log has another event with its number"


@dataclass(slots=True)
class OutboxRows:
    """`sent` are the ids of rows that are on the log; `blocked` of those whose number another event has there."""

    sent: list[int] = field(default_factory=list)
    blocked: list[int] = field(default_factory=list)
    contradicting: list[str] = field(default_factory=list)


async def read(connection: PoolConnectionProxy, own: OwnLog) -> OutboxRows:
    """Compare the outbox with the log."""
    found = OutboxRows()
    for row in await connection.fetch(_ROWS):
        logged = own.ids.get((row["topic"], row["aggregateid"], row["aggregate_version"]))
        if logged == row["event_id"]:
            found.sent.append(row["id"])
        elif logged is not None:
            found.blocked.append(row["id"])
            found.contradicting.append(f"{row['aggregateid']} #{row['aggregate_version']} {row['type']}")
    return found


async def mend(connection: PoolConnectionProxy | asyncpg.Connection, rows: OutboxRows) -> None:
    """Delete what was sent, and block the aggregates of what must not be sent."""
    async with connection.transaction():
        await connection.execute(_DELETE, rows.sent)
        for row_id in rows.blocked:
            await connection.execute(_BLOCK, row_id, _CONTRADICTS)
