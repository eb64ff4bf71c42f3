"""Which relay sends which aggregates: 64 shards of aggregates, each leased by one relay through a session advisory lock.

All locks belong to one connection, and the relay reads and deletes through that same connection: a relay whose session has
ended can read nothing more. The server ends a session that is idle for too long (a stopped process, a cut network), so that
others take over without a decision about which relay has failed.
"""

import asyncpg

from aftercare_chassis.database.outbox import SHARDS

_OWNER, _MEMBER = 0x0AC0, 0x0AC1  # classes of two-part advisory locks; the second part is the shard, or the session
IDLE_SESSION_SECONDS = 20

_JOIN = "SELECT pg_advisory_lock($1, pg_backend_pid())"
_MEMBERS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = $1 AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_ACQUIRE = "SELECT b FROM unnest($1::int[]) AS b WHERE pg_try_advisory_lock($2, b)"
_RELEASE = "SELECT pg_advisory_unlock($2, b) FROM unnest($1::int[]) AS b"


class ShardLeases:
    """The shards of this relay. Call `refresh` only while no event of them is being sent."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._owned: set[int] = set()

    async def join(self) -> None:
        """Count as one of the relays of this database."""
        await self._connection.execute(_JOIN, _MEMBER)

    async def refresh(self) -> list[int]:
        """Acquire or release shards until this relay has its fair share; return those it owns.

        The share changes when relays start or stop; a free shard goes to the relay that requests it first.
        """
        relays = max(1, await self._connection.fetchval(_MEMBERS, _MEMBER))
        share = -(-SHARDS // relays)
        if len(self._owned) > share:
            surplus = sorted(self._owned)[share:]
            await self._connection.execute(_RELEASE, surplus, _OWNER)
            self._owned.difference_update(surplus)
        elif len(self._owned) < share:
            await self._acquire(share - len(self._owned))
        return sorted(self._owned)

    async def _acquire(self, wanted: int) -> None:
        for shard in (b for b in range(SHARDS) if b not in self._owned):
            if wanted == 0:
                return
            if await self._connection.fetchval(_ACQUIRE, [shard], _OWNER) is not None:
                self._owned.add(shard)
                wanted -= 1
