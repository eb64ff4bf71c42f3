"""What one event costs on its way: `python tools/bench/spine_cost.py [events] [seconds]`.

Wants AFTERCARE_KAFKA and AFTERCARE_POSTGRES, servers that may be written to. CPU per event of this process and of
PostgreSQL's backends for the outbox insert, the relay and a consumer with one effect per event (cs-svc's copy of orders),
then how large the outbox gets while events pass it for some seconds.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import uuid4

import cs_svc.main
import psutil
from aftercare_chassis import topics
from aftercare_chassis.consumer import Consumer
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, Envelope, OrderCancelled
from replay_rate import CURSOR, ends

BOOTSTRAP, POSTGRES = os.environ["AFTERCARE_KAFKA"], os.environ["AFTERCARE_POSTGRES"]
SIZES = """
SELECT pg_relation_size('outbox') / 1024 AS heap, pg_indexes_size('outbox') / 1024 AS indexes, n_dead_tup AS dead,
       autovacuum_count AS vacuums, n_tup_ins AS passed FROM pg_stat_user_tables WHERE relid = 'outbox'::regclass
"""
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


def orders() -> Iterator[Envelope]:
    """Events of ever new orders, four of each."""
    ids = Uuid7Ids()
    while True:
        order = f"ord_{uuid4().hex}"
        six = {"affected_party": "buyer-1", "applicant": "buyer-1", "handler": "buyer-1", "result": "cancelled"}
        for sequence in range(1, 5):
            event = OrderCancelled.model_validate(
                {
                    **six,
                    "time": datetime.now(UTC),
                    "order_id": order,
                    "buyer_id": "buyer-1",
                    "merchant_id": "m-1",
                    "cause": "buyer",
                }
            )
            yield Envelope.of(event, id=ids.uuid7(), source="/order-svc", sequence=sequence, correlation_id=order)


async def insert(harness: Harness, envelopes: Sequence[Envelope]) -> None:
    for start in range(0, len(envelopes), 4):
        async with harness.runtime.transaction() as tx:
            tx.recorded.extend(envelopes[start : start + 4])


async def spent(harness: Harness) -> tuple[float, dict[int, float]]:
    rows: Any = await harness.runtime.pool.fetch(BACKENDS)
    return time.process_time(), {row["pid"]: sum(psutil.Process(row["pid"]).cpu_times()[:2]) for row in rows}


@asynccontextmanager
async def measured(harness: Harness, what: str, events: int) -> AsyncIterator[None]:
    ours, theirs = await spent(harness)
    began = time.perf_counter()
    yield
    seconds, (ours_now, theirs_now) = time.perf_counter() - began, await spent(harness)
    here = 1e6 * (ours_now - ours) / events
    there = 1e6 * sum(now - theirs.get(pid, 0.0) for pid, now in theirs_now.items()) / events
    print(
        f"{what:<22} {here:>6.0f} µs here {there:>6.0f} µs in PostgreSQL   {events / seconds:>8,.0f}/s on this machine now"
    )


@asynccontextmanager
async def running(loop: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(loop(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def size(harness: Harness) -> Any:
    return await harness.runtime.pool.fetchrow(SIZES)


async def costs(harness: Harness, events: int) -> None:
    envelopes = list(islice(orders(), events))

    async def empty() -> bool:
        return bool(await harness.runtime.pool.fetchval("SELECT NOT EXISTS (SELECT 1 FROM outbox)"))

    async def taken() -> bool:
        found: Any = await harness.runtime.pool.fetchval(
            "SELECT count(*) FROM inbox WHERE event_id = $1", envelopes[-1].id
        )
        return bool(found)

    async with measured(harness, "outbox insert, by 4", events):
        await insert(harness, envelopes)
    # A backend's CPU is read while it lives: the loop ends after its measurement.
    async with running(Relay(harness.runtime).run), measured(harness, "relay", events):
        await until(empty, "the outbox is empty", 120)
    consumer = Consumer(harness.runtime, harness.service.handlers)
    async with running(consumer.run), measured(harness, "consumer, one effect", events):
        await until(taken, "the last event is taken", 120)


async def bloat(harness: Harness, seconds: float) -> None:
    source, end, last = orders(), time.monotonic() + seconds, 0.0
    first = (await size(harness))["passed"]
    async with running(Relay(harness.runtime).run):
        while time.monotonic() < end:
            await insert(harness, list(islice(source, 400)))
            if time.monotonic() - last > seconds / 6:
                last, now = time.monotonic(), await size(harness)
                print(f"outbox after {now['passed'] - first:>8,} events: heap {now['heap']:>6,} KiB,", end=" ")
                print(f"indexes {now['indexes']:>6,} KiB, {now['dead']:>6,} dead rows, {now['vacuums']} vacuums")


async def main() -> None:
    events, seconds = (int(word) for word in (sys.argv[1:] + ["20000", "90"][len(sys.argv) - 1 :]))
    await topics.create(BOOTSTRAP, replication=1, min_isr=1, partitions=None, retention_ms=-1)
    async with Harness.start(cs_svc.main.service, POSTGRES, kafka=BOOTSTRAP) as harness:
        harness.runtime.ids, harness.runtime.name = Uuid7Ids(), f"bench-{uuid4().hex[:8]}"
        # What other runs have left on the log is none of this consumer's business.
        rows = [(harness.runtime.name, *place, end) for place, end in (await ends(sorted(TOPICS))).items()]
        await harness.runtime.pool.executemany(CURSOR, rows)
        await costs(harness, events)
        await bloat(harness, seconds)


if __name__ == "__main__":
    asyncio.run(main())
