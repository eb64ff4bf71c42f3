"""Who relays which aggregates: 64 buckets, each owned by one relay through a session advisory lock.

All locks hang on one connection, and everything a relay reads and deletes goes over that same connection: a relay whose
session has ended can read nothing more. The server ends a session that falls silent (a stopped process, a cut network),
so that others take over without anyone deciding who is dead.
"""

import asyncpg

from aftercare_chassis.database.outbox import BUCKETS

_OWNER, _MEMBER = 0x0AC0, 0x0AC1  # classes of two-part advisory locks; the second part is the bucket, or the session
SILENCE_SECONDS = 20

_JOIN = "SELECT pg_advisory_lock($1, pg_backend_pid())"
_MEMBERS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = $1 AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_TAKE = "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)"
_GIVE = "SELECT pg_advisory_unlock($2, b) FROM unnest($1::int[]) AS b"


class ShardLeases:
    """This relay's share. `refresh` is called between rounds, when nothing of it is in flight."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._owned: set[int] = set()

    async def join(self) -> None:
        """Be counted among the relays of this database."""
        await self._connection.execute(_JOIN, _MEMBER)

    async def refresh(self) -> list[int]:
        """Take or give up buckets until this relay holds its fair share; the buckets it owns now.

        Relays that are started or stopped move the share; what is left free is taken by whoever asks first.
        """
        relays = max(1, await self._connection.fetchval(_MEMBERS, _MEMBER))
        share = -(-BUCKETS // relays)
        if len(self._owned) > share:
            surplus = sorted(self._owned)[share:]
            await self._connection.execute(_GIVE, surplus, _OWNER)
            self._owned.difference_update(surplus)
        elif len(self._owned) < share:
            await self._take(share - len(self._owned))
        return sorted(self._owned)

    async def _take(self, wanted: int) -> None:
        for bucket in (b for b in range(BUCKETS) if b not in self._owned):
            if wanted == 0:
                return
            if await self._connection.fetchval(_TAKE, [bucket], _OWNER) is not None:
                self._owned.add(bucket)
                wanted -= 1
