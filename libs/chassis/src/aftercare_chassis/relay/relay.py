"""The relay: outbox rows to Kafka, in order per aggregate, each at least once.

Whose events it may send is settled by buckets, how by rounds. A partition whose batch failed keeps its rows, and so
everything behind them. An event that Kafka will never take blocks its aggregate alone. After a fatal error of the
producer, or a deadline that passed with batches still queued, the producer is thrown away, so that nothing old is sent
behind something new.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.relay.sender import ProducerSpent, Sender
from aftercare_chassis.relay.shards import SILENCE_SECONDS, ShardLeases
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

TURN_SECONDS = 1.0
STILL_SECONDS = 60.0

_BACKLOG = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) AS rows) AS backlog,
       (SELECT count(*) FROM outbox_blocked) AS blocked,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8 AS age
"""


class Relay:
    """Runs until told to stop; survives Kafka and PostgreSQL going away and coming back."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._metrics = runtime.metrics.of(RelayMetrics)
        self._last_look = 0.0
        self._progress = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set, building connection and producer anew whenever one of them is lost."""
        self._runtime.watchdogs["relay"] = self._trouble
        while not stop.is_set():
            try:
                await self._session(stop)
            except DATABASE_ERRORS as error:
                log.warning("relay_database_lost", error=type(error).__name__)
                await _pause(stop, 1.0)

    async def _session(self, stop: asyncio.Event) -> None:
        # A deletion that a crash undoes is an event sent twice, which its sequence tells: not worth waiting for the disk.
        session = {"idle_session_timeout": f"{SILENCE_SECONDS}s", "synchronous_commit": "off"}
        connection = await self._runtime.connect(**session)
        try:
            buckets = ShardLeases(connection)
            await buckets.join()
            while not stop.is_set():
                try:
                    await self._with_producer(connection, buckets, stop)
                except (KafkaError, ProducerSpent, TimeoutError) as error:
                    log.warning("relay_kafka_lost", error=type(error).__name__)
                    owned = await buckets.refresh()  # keeps the session from falling silent while Kafka is away
                    await self._measure(connection, len(owned))
                    await _pause(stop, 0.5)
        finally:
            self._metrics.session_ended()
            with suppress(Exception):
                await connection.close(timeout=2)

    async def _with_producer(self, connection: asyncpg.Connection, buckets: ShardLeases, stop: asyncio.Event) -> None:
        producer = clients.producer(self._runtime.settings.kafka, f"{self._runtime.name}-relay")
        try:
            await clients.answer(producer.start(), 5.0)
            rounds = Sender(connection, producer, self._runtime)
            while not stop.is_set():
                owned = await buckets.refresh()
                await self._measure(connection, len(owned))
                await rounds.run(owned, TURN_SECONDS, stop)
                self._progress = time.monotonic()
        finally:
            await clients.dismiss(producer, 2.0)

    async def _measure(self, connection: asyncpg.Connection, owned: int) -> None:
        if time.monotonic() - self._last_look > 5.0:
            self._last_look = time.monotonic()
            found: Any = await connection.fetchrow(_BACKLOG)
            self._metrics.measured(**found, owned=owned)

    def _trouble(self) -> str | None:
        """Why this process is of no use: for long nothing was acknowledged, or nobody could be asked."""
        return "no_progress" if time.monotonic() - self._progress > STILL_SECONDS else None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
