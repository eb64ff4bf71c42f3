"""The size of the outbox table while events pass through it: `python tools/bench/outbox_bloat.py [seconds]` (130)."""

import sys
import time
from typing import Any

import cs_svc.main
import cs_svc.settings
import uvloop
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from background import in_background
from environment import environment
from sample_events import sample_events

SIZES = """
SELECT pg_relation_size('outbox') / 1024 AS heap, pg_indexes_size('outbox') / 1024 AS indexes, n_dead_tup AS dead,
       vacuum_count AS cleanings, autovacuum_count AS vacuums, n_tup_ins AS passed FROM pg_stat_user_tables WHERE relid = 'outbox'::regclass
"""
# Orders in the outbox when the relay starts, and added in each step afterwards.
LOOKS, BACKLOG, AT_ONCE = 6, 2500, 50


async def watch(runtime: Runtime, seconds: float) -> None:
    """Publish a backlog and then a steady flow of events, and print the sizes from time to time."""
    await runtime.open()
    await _record(runtime, BACKLOG)
    end, last = time.monotonic() + seconds, 0.0
    async with in_background(Relay(runtime).run):
        while time.monotonic() < end:
            await _record(runtime, AT_ONCE)
            if time.monotonic() - last > seconds / LOOKS:
                last, found = time.monotonic(), await _sizes(runtime)
                print(f"after {found['passed']:>9,} events: heap {found['heap']:>7,} KiB,", end=" ")
                print(f"indexes {found['indexes']:>7,} KiB, {found['dead']:>8,} dead rows,", end=" ")
                print(f"{found['cleanings']} cleanings by the relay, {found['vacuums']} by autovacuum")
    await runtime.close()


async def _record(runtime: Runtime, number: int) -> None:
    for events in sample_events(number):
        async with runtime.transaction() as tx:
            tx.recorded.extend(events)


async def _sizes(runtime: Runtime) -> Any:
    return await runtime.pool.fetchrow(SIZES)


if __name__ == "__main__":
    with environment() as env:
        env.migrate("cs-svc")
        service = cs_svc.main.service(env.settings(cs_svc.settings.Settings, "cs-svc"))
        uvloop.run(watch(service.runtime, float(sys.argv[1]) if len(sys.argv) > 1 else 130.0))
