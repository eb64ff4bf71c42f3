"""The one thing analytics-svc does: prove that what it keeps is a fold of the log and nothing else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

import asyncpg
from aftercare_chassis import replay
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.transaction import Transaction
from aftercare_events import Event, codec
from aiokafka import ConsumerRecord, TopicPartition
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import Table

from analytics_svc.tables import FOLDED

Keep = Callable[[Transaction, Event], Awaitable[None]]

HOUR = 3600.0
_CURSORS = "SELECT topic, partition, next_offset FROM consumer_cursor WHERE consumer = $1"
_PARKED = "SELECT topic, partition, log_offset, headers ->> 'ce_id' AS event_id FROM parked_event WHERE consumer = $1"


@dataclass(frozen=True, slots=True)
class Print:
    """What a table holds: how many rows, and one hash over all of them in the order of their key."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One table as it is and as the log makes it."""

    table: str
    live: Print
    rebuilt: Print


@dataclass(frozen=True, slots=True)
class Live:
    """The live tables at one moment, and how far into the log they had read then."""

    prints: dict[str, Print]
    ends: dict[TopicPartition, int]
    parked_places: frozenset[tuple[str, int, int]]
    parked_ids: frozenset[str]

    def has(self, record: ConsumerRecord) -> bool:
        """False for what is set aside: at its place, and in the further copies a relay may have sent of it."""
        if (record.topic, record.partition, record.offset) in self.parked_places:
            return False
        ids = {value.decode(errors="replace") for name, value in record.headers if name == "ce_id" and value}
        return not ids & self.parked_ids


async def rebuild(runtime: Runtime, keep: Keep) -> list[Comparison]:
    """Fold the whole log again into shadow tables, up to where the live ones had read, and compare the two.

    The shadows are temporary tables of one connection: its statements meet them in place of the live ones, so that the
    very same code folds. Nothing of the live tables is touched, and the service may go on meanwhile. replay.Unreadable
    where the log does not tell everything any more.
    """
    connection = await runtime.connect(statement_timeout="0", idle_in_transaction_session_timeout="0")
    try:
        live = await _live(connection, runtime.name)
        for table in FOLDED:
            await connection.execute(f"CREATE TEMPORARY TABLE {table.name} (LIKE public.{table.name} INCLUDING ALL)")
        await _fold(runtime, connection, live, keep)
        return [Comparison(t.name, live.prints[t.name], await _print(connection, "pg_temp", t)) for t in FOLDED]
    finally:
        await connection.close()


async def _live(connection: asyncpg.Connection, consumer: str) -> Live:
    # One snapshot for the tables and the cursors: they move together in every transaction of the consumer.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        prints = {table.name: await _print(connection, "public", table) for table in FOLDED}
        cursors = await connection.fetch(_CURSORS, consumer)
        parked = await connection.fetch(_PARKED, consumer)
    ends = {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in cursors}
    places = frozenset((row["topic"], row["partition"], row["log_offset"]) for row in parked)
    return Live(prints, ends, places, frozenset(row["event_id"] for row in parked))


async def _fold(runtime: Runtime, connection: asyncpg.Connection, live: Live, keep: Keep) -> None:
    # Each event on its own: one long transaction would keep the server from cleaning up behind the live tables.
    async for record in replay.records(runtime.settings.kafka, live.ends):
        if live.has(record):
            await _keep(runtime.begin(cast(PoolConnectionProxy, connection), SYSTEM, None), record, keep)


async def _keep(tx: Transaction, record: ConsumerRecord, keep: Keep) -> None:
    envelope = codec.decode(record.topic, record.key, record.value, record.headers)
    event = envelope.event()
    if event is not None:
        tx.cause = envelope
        await keep(tx, event)


async def _print(connection: asyncpg.Connection, schema: str, table: Table) -> Print:
    key = ", ".join(column.name for column in table.primary_key)
    row = await connection.fetchrow(
        f"SELECT count(*) AS rows, coalesce(string_agg(md5(t::text), '' ORDER BY {key}), '') AS hashes"  # noqa: S608
        f" FROM {schema}.{table.name} t",
        timeout=HOUR,
    )
    return Print(row["rows"], _sha256(row["hashes"])) if row else Print(0, _sha256(""))


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
