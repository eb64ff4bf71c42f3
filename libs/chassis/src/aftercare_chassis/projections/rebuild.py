"""The rebuild of a projection from the log, in a shadow beside the live tables: compared with them, and put in their place.

For the comparison the shadow is built up to where the live tables were at one moment, so that both must be equal. For the
switch it follows the live tables, locks them for the last few events, and takes their place in the same transaction.
"""

import asyncio
import re
import time

import asyncpg

from aftercare_chassis.projections.event_replay import EventReplay
from aftercare_chassis.projections.live_snapshot import LiveSnapshot
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.projections.shadow_schema import ShadowSchema, TableFingerprint
from aftercare_chassis.runtime import Runtime

SWITCH_SECONDS, SWITCH_BEHIND, SWITCH_TRIES = 8.0, 500, 5
"""A switch may take this long, begins when the shadow is at most this many records behind, and is tried this often."""
_FOLLOW_ROUNDS = 20


class ReplayError(Exception):
    """A replay is not possible. The message is one line for an operator."""


class Rebuild:
    """One rebuild of a projection, on one connection, under the name of a new consumer, which is the shadow's schema too."""

    def __init__(self, runtime: Runtime, connection: asyncpg.Connection, projection: Projection, consumer: str) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", consumer) or consumer.startswith(("pg_", "public")):
            raise ReplayError(
                "a consumer's name is lower-case letters, digits and underscores, and begins with a letter"
            )
        self._runtime, self._connection, self._projection = runtime, connection, projection
        self._consumer = consumer
        self.shadow = ShadowSchema(connection, projection, consumer)
        self.replay = EventReplay(runtime, connection, projection, consumer)

    async def compare(self, *, resume: bool) -> tuple[dict[str, TableFingerprint], dict[str, TableFingerprint]]:
        """Build the shadow up to where the live tables are now; return the fingerprints of both, the live ones first.

        Raises:
            ReplayError: There is no interrupted replay to resume.
            RangeUnavailable: The log cannot be read.
        """
        if not resume:
            await self.shadow.create()
        elif not await self.shadow.exists():
            raise ReplayError(f"no replay of {self._consumer} was interrupted here")
        await self.shadow.use()
        # A commit that a crash undoes is repeated. And a plan that was made while a table was empty would scan all of it.
        await self._connection.execute("SET synchronous_commit = off; SET enable_seqscan = off")
        live = await self._live(fingerprints=True)
        await self.replay.up_to(live)
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return live.fingerprints, await self.shadow.fingerprints(live=False)

    async def switch(self) -> float:
        """Put the shadow in the place of the live tables; return for how many seconds these were locked.

        Raises:
            ReplayError: The live tables are too busy to be locked.
            RangeUnavailable: The log cannot be read.
        """
        await self.shadow.complete()
        for _ in range(SWITCH_TRIES):
            await self._follow()
            began = time.monotonic()
            try:
                async with asyncio.timeout(SWITCH_SECONDS), self._connection.transaction():
                    await self._connection.execute("SET LOCAL lock_timeout = '3s'")
                    await self.shadow.lock_live()
                    began = time.monotonic()
                    await self.replay.up_to(await self._live())
                    await self.shadow.swap()
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError):
                self.replay.reset()
                continue
            return time.monotonic() - began
        raise ReplayError("the live tables are too busy to be locked; try again later: --switch --from last")

    async def _follow(self) -> None:
        """Catch up with the live tables, which move on meanwhile, to within SWITCH_BEHIND records."""
        for _ in range(_FOLLOW_ROUNDS):
            live = await self._live()
            behind = sum(live.ends.values()) - sum((await self.replay.cursors()).values())
            await self.replay.up_to(live)
            if behind < SWITCH_BEHIND:
                return

    async def _live(self, *, fingerprints: bool = False) -> LiveSnapshot:
        # Tables and cursors are read in one snapshot, since they change together. During the switch the lock has that effect.
        if self._connection.is_in_transaction():
            return await self._snapshot({})
        async with self._connection.transaction(isolation="repeatable_read", readonly=True):
            return await self._snapshot(await self.shadow.fingerprints(live=True) if fingerprints else {})

    async def _snapshot(self, fingerprints: dict[str, TableFingerprint]) -> LiveSnapshot:
        return await LiveSnapshot.read(self._connection, self._runtime.name, self._projection.topics, fingerprints)
