"""Everything at once: every process of the service killed at random, again and again, under load."""

import asyncio
import random
import time
from typing import Any

from meters import SHORT_SESSION, Meters


async def test_killed_at_random(meter: Meters, form: Any) -> None:
    """Three relays, five consumers, two that serve: every few seconds some of them are killed, and started again."""
    meter.clients.patience = 120
    await meter.start(serve=2, relay=form.pick(2, 3), consume=form.pick(2, 5), **SHORT_SESSION)
    await meter.make(form.pick(20, 100))
    kills = 0
    loading = asyncio.create_task(meter.load(form.pick(1500, 300_000), writers=8, times=form.pick(3, 20), mood=_mood))
    begun = time.monotonic()
    while not loading.done() or time.monotonic() - begun < form.pick(6, 60):
        await asyncio.sleep(form.pick(1.5, 5.0))
        part = random.choice(["serve", "relay", "consume"])
        for victim in {random.choice(meter.parts[part]), *random.sample(meter.all(), random.choice([0, 0, 1, 2]))}:
            victim.kill()
            kills += 1
        await asyncio.sleep(0.2)
        meter.revive()
    await loading
    meter.revive()
    report = await meter.judged(seconds=form.pick(120, 900))
    form.judged(report)
    form.note(
        f"{kills} processes killed, {report['one effect per (consumer, event)'].checked} echoes, {meter.clients.figures()}"
    )
    assert not meter.clients.failed


def _mood() -> str:
    """Now and then an event whose effect is an event of its own."""
    return random.choice(["", "", "", "echo"])
