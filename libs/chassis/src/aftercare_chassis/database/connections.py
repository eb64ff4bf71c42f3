"""What every connection of a service to its database has: the settings of its session, and the codec of JSON."""

import asyncpg
from pydantic_core import from_json, to_json

SESSION = {
    "timezone": "UTC",
    "jit": "off",
    # A plan lasts as long as its connection: one that was made while a table was small would go on to scan all of it.
    "enable_seqscan": "off",
    "idle_in_transaction_session_timeout": "30s",
}
_JSONB_VERSION = b"\x01"


async def prepare(connection: asyncpg.Connection) -> None:
    """Let a new connection read and write JSON."""
    # In binary, since within a row of an array asyncpg reads every field so, whatever its codec is for.
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: _JSONB_VERSION + to_json(value),
        decoder=lambda data: from_json(data[len(_JSONB_VERSION) :]),
    )


async def no_reset(_: asyncpg.Connection) -> None:
    """Nothing: our sessions have no state beyond a transaction, and asyncpg's own reset costs a round trip per release."""
