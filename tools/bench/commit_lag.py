"""How long after a commit its effect in another service is committed, by the commit times of PostgreSQL."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any, Self

import asyncpg

WAIT_SECONDS = 60.0
NEWEST = "SELECT max(id) FROM {table}"
COMMITTED = "SELECT id, pg_xact_commit_timestamp(xmin) FROM {table} WHERE id > $1"
CONSUMED = "SELECT aggregateid, pg_xact_commit_timestamp(xmin) FROM subject_state WHERE aggregateid = ANY($1)"

Ends = list[tuple[datetime, datetime]]
"""Per command: when it was committed, and when its effect was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Commands per second, and percentiles of their lags in milliseconds."""

    rate: float
    events: int
    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, ends: Ends) -> Self:
        """The lags between these ends, of at least two commands."""
        waits = quantiles([1000 * (consumed - committed).total_seconds() for committed, consumed in ends], n=100)
        return cls(rate=per_second(ends), events=len(ends), p50=waits[49], p95=waits[94], p99=waits[98])

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f}, p95 {self.p95:.0f}, p99 {self.p99:.0f} ms at {self.rate:.0f}/s"


class Path:
    """The databases of the producer and the consumer, read after the load; `table` has the new aggregates of the producer."""

    def __init__(self, producer: str, consumer: str, table: str) -> None:
        self._producer, self._consumer, self._table = producer, consumer, table

    async def newest(self) -> str:
        """The id of the newest aggregate; later ids are greater."""
        [row] = await _fetch(self._producer, NEWEST.format(table=self._table))
        return str(row[0])

    async def ends(self, after: str) -> Ends:
        """Both ends of all later aggregates, once all of them have had their effect."""
        committed = dict(map(tuple, await _fetch(self._producer, COMMITTED.format(table=self._table), after)))
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            consumed = dict(map(tuple, await _fetch(self._consumer, CONSUMED, list(committed))))
            if len(consumed) == len(committed):
                return [(committed[each], consumed[each]) for each in committed]
            await asyncio.sleep(0.2)
        raise SystemExit(f"bench: {len(committed) - len(consumed)} events had no effect within {WAIT_SECONDS:.0f} s")


async def _fetch(dsn: str, sql: str, *args: object) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *args))
    finally:
        await connection.close()


def per_second(ends: Ends) -> float:
    first, last = min(committed for committed, _ in ends), max(consumed for _, consumed in ends)
    return len(ends) / (last - first).total_seconds()
