"""Random processes of a service are killed again and again under load."""

import asyncio
import random
import time
from typing import Any

from counter_service import SHORT_SESSION, CounterService


async def test_processes_killed_at_random(service: CounterService, scale: Any) -> None:
    """Every few seconds some processes of all roles are killed, and started again."""
    service.clients.timeout = 120
    await service.start(serve=2, relay=scale.pick(2, 3), consume=scale.pick(2, 5), **SHORT_SESSION)
    await service.create_counters(scale.pick(20, 100))
    kills = 0
    loading = asyncio.create_task(
        service.load(scale.pick(1500, 300_000), writers=8, times=scale.pick(3, 20), mode=_mode)
    )
    begun = time.monotonic()
    while not loading.done() or time.monotonic() - begun < scale.pick(6, 60):
        await asyncio.sleep(scale.pick(1.5, 5.0))
        role = random.choice(["serve", "relay", "consume"])
        some = random.sample(service.all(), random.choice([0, 0, 1, 2]))
        for process in {random.choice(service.roles[role]), *some}:
            process.kill()
            kills += 1
        await asyncio.sleep(0.2)
        service.start_stopped()
    await loading
    service.start_stopped()
    report = await service.verify(seconds=scale.pick(120, 900))
    scale.count(report)
    echoes = report["one effect per (consumer, event)"].checked
    scale.note(f"{kills} processes killed, {echoes} echoes, {service.clients.summary()}")
    assert not service.clients.failed


def _mode() -> str:
    """For a quarter of the events, the effect is an event itself."""
    return random.choice(["", "", "", "echo"])
