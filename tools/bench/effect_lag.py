"""The time from a commit in one service to its effect in the next, at a part of the highest rate.

order-svc creates orders (`serve`), its `relay` publishes them, aftersale-svc copies them (`consume`): three processes.
Both ends are commit times of one PostgreSQL server: of the order's row, and of the row with the last sequence that
aftersale-svc has consumed of it.
"""

import asyncio
import itertools
import json
from collections.abc import Callable

from commit_lag import Lag, Path, per_second
from environment import Environment, script
from load import Load
from suite import ORDER

CONNECTIONS, TOP_SECONDS, WARM_UP_SECONDS = 8, 8.0, 3.0
PART, SECONDS = 0.3, 20.0


async def measure(environment: Environment, log: Callable[[str], None]) -> tuple[float, Lag]:
    """The highest rate, in commands per second, and the lag at a part of it."""
    order, aftersale = environment.variables("order-svc"), environment.variables("aftersale-svc")
    serving = await asyncio.to_thread(environment.start, "serve", [script("order-svc"), "serve"], order)
    await asyncio.to_thread(environment.start, "relay", [script("order-svc"), "relay"], order)
    await asyncio.to_thread(environment.start, "consume", [script("aftersale-svc"), "consume"], aftersale)
    token = environment.token("seller", "seller-1", "m-1")
    load = Load(serving.url, "/v1/orders", token, itertools.repeat(json.dumps(ORDER).encode()))
    path = Path(order["AFTERCARE_DATABASE_URL"], aftersale["AFTERCARE_DATABASE_URL"], "orders")
    await load.closed(CONNECTIONS, WARM_UP_SECONDS)
    await path.ends("")
    marker = await path.newest()
    await load.closed(CONNECTIONS, TOP_SECONDS)
    top = per_second(await path.ends(marker))
    log(f"{top:.0f} commands per second take effect in the next service at most")
    marker = await path.newest()
    await load.open(PART * top, SECONDS)
    ends = await path.ends(marker)
    for name in ("serve", "relay", "consume"):
        environment.stop(name)
    lag = Lag.of(ends)
    log(f"commit to effect: {lag}")
    return top, lag
