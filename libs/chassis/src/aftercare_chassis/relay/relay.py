"""The relay: sends outbox rows to Kafka, in order per aggregate, each at least once.

Which events it may send is decided by its leases (`shards`), how by `sender`. A partition whose batch failed keeps its rows,
and so everything behind them. An event that Kafka refuses permanently blocks its own aggregate alone. After a fatal error of
the producer, or a timeout with batches still queued, the producer is replaced, so that nothing old is sent behind something
newer (aiokafka issue 1017: OutOfOrderSequence is fatal).
"""

import asyncio
import time
from contextlib import suppress

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.notifications import OUTBOX
from aftercare_chassis.database.outbox import SHARDS
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.relay.sender import ProducerUnusable, Sender
from aftercare_chassis.relay.shards import IDLE_SESSION_SECONDS, ShardLeases
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

LEASE_SECONDS = 2.0
"""How long the sender runs until the leases are refreshed. So long may an event wait whose notification was lost."""
STALL_SECONDS = 60.0
_MEASURE_SECONDS = 5.0

SESSION = {
    "idle_session_timeout": f"{IDLE_SESSION_SECONDS}s",
    # Without waiting for the disk: a deletion that a crash undoes is an event sent twice, which its sequence shows.
    "synchronous_commit": "off",
    # The rows of a shard are read in the order of its index. Sorted, each round would read the whole backlog.
    "enable_sort": "off",
}

_READ_ONLY = "SELECT current_setting('transaction_read_only')::bool"
_BACKLOG = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) AS rows) AS backlog,
       (SELECT count(*) FROM outbox_blocked) AS blocked,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8 AS age
"""


class Relay:
    """Runs until it is stopped, through outages of Kafka and PostgreSQL."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._metrics = runtime.metrics.of(RelayMetrics)
        self._measured = 0.0
        self._progress = time.monotonic()
        self._wakeup = runtime.wakeup(OUTBOX)
        self._wakeup.alone = False

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set. A lost connection or producer is replaced."""
        self._runtime.watchdogs["relay"] = self._problem
        with self._wakeup.ending(stop):
            while not stop.is_set():
                try:
                    await self._session(stop)
                except DATABASE_ERRORS as error:
                    log.warning("relay_database_lost", error=type(error).__name__)
                    await set_within(stop, 1.0)

    async def _session(self, stop: asyncio.Event) -> None:
        connection = await self._runtime.connect(**SESSION)
        try:
            if await connection.fetchval(_READ_ONLY):  # a replica has the outbox too, and nothing can be deleted there
                raise asyncpg.ReadOnlySQLTransactionError
            leases = ShardLeases(connection)
            await leases.join()
            while not stop.is_set():
                try:
                    await self._with_producer(connection, leases, stop)
                except (KafkaError, ProducerUnusable, TimeoutError) as error:
                    log.warning("relay_kafka_lost", error=type(error).__name__)
                    owned = await leases.refresh()  # keeps the session from being idle while Kafka is away
                    await self._measure(connection, len(owned))
                    await set_within(stop, 0.5)
        finally:
            self._wakeup.alone = False
            self._metrics.session_ended()
            with suppress(Exception):
                await connection.close(timeout=2)

    async def _with_producer(self, connection: asyncpg.Connection, leases: ShardLeases, stop: asyncio.Event) -> None:
        runtime = self._runtime
        producer = clients.producer(runtime.settings.kafka, f"{runtime.name}-relay", runtime.kafka.options())
        try:
            await clients.result(producer.start(), 5.0)
            sender = Sender(connection, producer, self._runtime)
            while not stop.is_set():
                owned = await leases.refresh()
                self._wakeup.alone = len(owned) == SHARDS
                await self._measure(connection, len(owned))
                await sender.run(owned, LEASE_SECONDS, stop)
                self._progress = time.monotonic()
        finally:
            await clients.close(producer, 2.0)

    async def _measure(self, connection: asyncpg.Connection, owned: int) -> None:
        if time.monotonic() - self._measured > _MEASURE_SECONDS:
            self._measured = time.monotonic()
            [found] = await connection.fetch(_BACKLOG)
            self._metrics.measured(**found, owned=owned)

    def _problem(self) -> str | None:
        """Return why this process does not work: for long no round was completed."""
        return "no_progress" if time.monotonic() - self._progress > STALL_SECONDS else None
