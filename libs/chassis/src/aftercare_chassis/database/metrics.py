"""The figures of the connection pool: how much of it is used, and whether work waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, Histogram

from aftercare_chassis.observability.metrics import SECONDS


class Pool(Protocol):
    """What the figures read of asyncpg's pool."""

    def get_size(self) -> int:
        """Open connections."""

    def get_idle_size(self) -> int:
        """Those that nobody uses."""

    def get_max_size(self) -> int:
        """The most that there may be."""


class PoolMetrics:
    """Use and saturation. What the pool knows is read when the figures are scraped."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge(
            "aftercare_pool_connections",
            "Open connections to the database, by whether somebody uses them.",
            ["state"],
            registry=registry,
        )
        self._most = Gauge(
            "aftercare_pool_connections_max",
            "The most connections to the database that there may be.",
            registry=registry,
        )
        for state in ("idle", "used"):  # exported from the start, as every series is
            self._open.labels(state)
        self._waiting = Gauge(
            "aftercare_pool_waiting", "Transactions and reads that wait for a connection.", registry=registry
        )
        self._waits = Histogram(
            "aftercare_pool_wait_seconds",
            "How long transactions and reads waited that found no idle connection; five seconds where they gave up.",
            buckets=SECONDS,
            registry=registry,
        )

    def watch(self, pool: Pool) -> None:
        """Read the pool from now on."""
        self._open.labels("idle").set_function(pool.get_idle_size)
        self._open.labels("used").set_function(lambda: pool.get_size() - pool.get_idle_size())
        self._most.set_function(pool.get_max_size)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Count somebody who found no idle connection, and measure how long the block takes."""
        with self._waiting.track_inprogress(), self._waits.time():
            yield
