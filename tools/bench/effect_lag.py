"""The time from a commit in one service to its effect in the next, at a part of the highest rate.

order-svc creates orders (`serve`), its `relay` publishes them, aftersale-svc copies them (`consume`): three processes.
Both ends are commit times of one PostgreSQL server: of the order's row, and of the row with the last sequence that
aftersale-svc has consumed of it.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any

import asyncpg
from environment import Environment, script
from load import Load
from suite import ORDER

CONNECTIONS, TOP_SECONDS, WARM_UP_SECONDS = 8, 8.0, 3.0
PART, SECONDS = 0.3, 20.0
WAIT_SECONDS = 60.0
NEWEST = "SELECT max(id) FROM orders"
COMMITTED = "SELECT id, pg_xact_commit_timestamp(xmin) FROM orders WHERE id > $1"
CONSUMED = "SELECT aggregateid, pg_xact_commit_timestamp(xmin) FROM subject_state WHERE aggregateid = ANY($1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Commands per second at the highest and at the measured rate, and percentiles of the lag in milliseconds."""

    top: float
    rate: float
    events: int
    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f}, p95 {self.p95:.0f}, p99 {self.p99:.0f} ms at {self.rate:.0f}/s (highest rate: {self.top:.0f}/s)"


Ends = list[tuple[datetime, datetime]]
"""Per command: when it was committed, and when its effect was."""


async def measure(environment: Environment, log: Callable[[str], None]) -> Lag:
    """Find the highest rate, then measure the lag at a part of it."""
    order, aftersale = environment.variables("order-svc"), environment.variables("aftersale-svc")
    serving = await asyncio.to_thread(environment.start, "serve", [script("order-svc"), "serve"], order)
    await asyncio.to_thread(environment.start, "relay", [script("order-svc"), "relay"], order)
    await asyncio.to_thread(environment.start, "consume", [script("aftersale-svc"), "consume"], aftersale)
    token = environment.token("seller", "seller-1", "m-1")
    load = Load(serving.url, "/v1/orders", token, itertools.repeat(json.dumps(ORDER).encode()))
    path = Path(order["AFTERCARE_DATABASE_URL"], aftersale["AFTERCARE_DATABASE_URL"])
    await load.closed(CONNECTIONS, WARM_UP_SECONDS)
    await path.ends("")
    marker = await path.newest()
    await load.closed(CONNECTIONS, TOP_SECONDS)
    top = _per_second(await path.ends(marker))
    log(f"{top:.0f} commands per second take effect in the next service at most")
    marker = await path.newest()
    await load.open(PART * top, SECONDS)
    ends = await path.ends(marker)
    for name in ("serve", "relay", "consume"):
        environment.stop(name)
    waits = quantiles([1000 * (consumed - committed).total_seconds() for committed, consumed in ends], n=100)
    lag = Lag(top=top, rate=_per_second(ends), events=len(ends), p50=waits[49], p95=waits[94], p99=waits[98])
    log(f"commit to effect: {lag}")
    return lag


class Path:
    """The databases of the producer and the consumer, read after the load."""

    def __init__(self, producer: str, consumer: str) -> None:
        self._producer, self._consumer = producer, consumer

    async def newest(self) -> str:
        """The id of the newest order; later ids are greater."""
        [row] = await _fetch(self._producer, NEWEST)
        return str(row[0])

    async def ends(self, after: str) -> Ends:
        """Both ends of all later orders, once all of them have had their effect."""
        committed = dict(map(tuple, await _fetch(self._producer, COMMITTED, after)))
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            consumed = dict(map(tuple, await _fetch(self._consumer, CONSUMED, list(committed))))
            if len(consumed) == len(committed):
                return [(committed[order], consumed[order]) for order in committed]
            await asyncio.sleep(0.2)
        raise SystemExit(f"bench: {len(committed) - len(consumed)} events had no effect within {WAIT_SECONDS:.0f} s")


async def _fetch(dsn: str, sql: str, *args: object) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *args))
    finally:
        await connection.close()


def _per_second(ends: Ends) -> float:
    first, last = min(committed for committed, _ in ends), max(consumed for _, consumed in ends)
    return len(ends) / (last - first).total_seconds()
