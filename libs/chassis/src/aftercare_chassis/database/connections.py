"""What every connection of a service to its database has: the settings of its session, the codec of JSON, and the prepared look-up
of Idempotency-Keys."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic_core import from_json, to_json

SESSION = {
    "timezone": "UTC",
    "jit": "off",
    # A plan lasts as long as its connection: one that was made while a table was small would go on to scan all of it.
    "enable_seqscan": "off",
    "idle_in_transaction_session_timeout": "30s",
}
_JSONB_VERSION = b"\x01"
# Prepared by its name, so that it can be executed in one simple query with the BEGIN of each command: as a text of its own it was
# parsed and planned each time, 63 µs of PostgreSQL's CPU in place of 23.
_LOOK_UP = """
PREPARE idempotency_look_up (uuid, bigint) AS
SELECT 1 FROM idempotency_key WHERE scope = $1 UNION ALL SELECT 1 WHERE NOT pg_try_advisory_xact_lock($2)
"""


async def prepare(connection: asyncpg.Connection) -> None:
    """Let a new connection read and write JSON, and look Idempotency-Keys up."""
    # In binary, since within a row of an array asyncpg reads every field so, whatever its codec is for.
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + to_json(value),
        decoder=lambda data: from_json(data[len(_JSONB_VERSION) :]),
    )
    with suppress(asyncpg.UndefinedTableError):  # a pod may start before its migration has run
        await prepare_look_up(connection)


async def prepare_look_up(connection: asyncpg.Connection | PoolConnectionProxy) -> None:
    """Prepare `idempotency_look_up (scope, lock)`: it reserves a key for the transaction, and returns a row unless the key is free.

    Raises: asyncpg.UndefinedTableError before the first migration.
    """
    await connection.execute(_LOOK_UP)


async def connect(url: Callable[[], str], *_: object, **options: Any) -> asyncpg.Connection:  # Any: those of asyncpg
    """For a pool: each connection is made to the address of that moment, since passwords change while a process runs."""
    return await asyncpg.connect(url(), **options)


async def no_reset(_: asyncpg.Connection) -> None:
    """Nothing: our sessions have no state beyond a transaction, and asyncpg's own reset costs a round trip per release."""
