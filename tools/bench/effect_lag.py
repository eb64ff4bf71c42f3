"""From a commit in one service to its effect in the next one, at a part of the highest rate of that path.

order-svc takes orders (`serve`), its `relay` brings them to the log, aftersale-svc copies them (`consume`): three
processes that meet only there. Both ends are commit times of one PostgreSQL server: of the order's row, and of the row
in which aftersale-svc notes how far it has heard of it.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Any

import asyncpg
from ground import Ground, script
from load import Load
from suite import ORDER

CONNECTIONS, TOP_SECONDS, WARM_UP_SECONDS = 8, 8.0, 3.0
PART, SECONDS = 0.3, 20.0
PATIENCE_SECONDS = 60.0
NEWEST = "SELECT max(id) FROM orders"
SAID = "SELECT id, pg_xact_commit_timestamp(xmin) FROM orders WHERE id > $1"
HEARD = "SELECT aggregateid, pg_xact_commit_timestamp(xmin) FROM subject_state WHERE aggregateid = ANY($1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Commands per second that took effect at the top, and at the rate that was measured; milliseconds."""

    top: float
    rate: float
    events: int
    p50: float
    p95: float
    p99: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.0f}, p95 {self.p95:.0f}, p99 {self.p99:.0f} ms at {self.rate:.0f}/s (top: {self.top:.0f}/s)"


Ends = list[tuple[datetime, datetime]]
"""Of each command: when it was committed, and when its effect was."""


async def measure(ground: Ground, tell: Callable[[str], None]) -> Lag:
    """Find the top rate of the path, then watch it at a part of that."""
    order, aftersale = ground.environment("order-svc"), ground.environment("aftersale-svc")
    serving = await asyncio.to_thread(ground.start, "serve", [script("order-svc"), "serve"], order)
    await asyncio.to_thread(ground.start, "relay", [script("order-svc"), "relay"], order)
    await asyncio.to_thread(ground.start, "consume", [script("aftersale-svc"), "consume"], aftersale)
    token = ground.token("seller", "seller-1", "m-1")
    load = Load(serving.url, "/v1/orders", token, json.dumps(ORDER).encode())
    path = Path(order["AFTERCARE_DATABASE_URL"], aftersale["AFTERCARE_DATABASE_URL"])
    await load.closed(CONNECTIONS, WARM_UP_SECONDS)
    await path.ends("")
    marker = await path.newest()
    await load.closed(CONNECTIONS, TOP_SECONDS)
    top = _per_second(await path.ends(marker))
    tell(f"{top:.0f} commands a second take effect in the next service, at the most")
    marker = await path.newest()
    await load.open(PART * top, SECONDS)
    ends = await path.ends(marker)
    for name in ("serve", "relay", "consume"):
        ground.stop(name)
    waits = quantiles([1000 * (heard - said).total_seconds() for said, heard in ends], n=100)
    lag = Lag(top=top, rate=_per_second(ends), events=len(ends), p50=waits[49], p95=waits[94], p99=waits[98])
    tell(f"commit to effect: {lag}")
    return lag


class Path:
    """Both databases, looked at when the load is over."""

    def __init__(self, teller: str, listener: str) -> None:
        self._teller, self._listener = teller, listener

    async def newest(self) -> str:
        """The id of the newest order: later ones sort behind it."""
        [row] = await _fetch(self._teller, NEWEST)
        return str(row[0])

    async def ends(self, after: str) -> Ends:
        """Both ends of all orders behind this one, once all of them have had their effect."""
        said = dict(map(tuple, await _fetch(self._teller, SAID, after)))
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            heard = dict(map(tuple, await _fetch(self._listener, HEARD, list(said))))
            if len(heard) == len(said):
                return [(said[order], heard[order]) for order in said]
            await asyncio.sleep(0.2)
        raise SystemExit(f"bench: {len(said) - len(heard)} events took no effect within {PATIENCE_SECONDS:.0f} s")


async def _fetch(dsn: str, sql: str, *args: object) -> list[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql, *args))
    finally:
        await connection.close()


def _per_second(ends: Ends) -> float:
    first, last = min(said for said, _ in ends), max(heard for _, heard in ends)
    return len(ends) / (last - first).total_seconds()
