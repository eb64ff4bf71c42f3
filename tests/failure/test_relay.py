"""The relay on trial: killed, raced, frozen."""

import asyncio
import random
from pathlib import Path
from typing import Any

from aftercare_chassis.testing import until
from meters import Meters, Pause

REPETITIONS = "sequence 1..n per aggregate"


async def test_relay_killed_between_acknowledgement_and_deletion(meter: Meters, form: Any) -> None:
    """Each relay kills itself after Kafka has acknowledged and before the rows are deleted; the next one takes over."""
    await meter.start(serve=1, consume=1)
    await meter.make(20)
    deaths = form.pick([1, 2], [*range(1, 16), 20, 30, 50, 80])
    async with meter.loaded(pause=form.pick(0.05, 0.0), times=form.pick(5, 25)):
        for number in deaths:
            dying = meter.new("relay", AFTERCARE_CRASH_AT=f"relay.acknowledged:{number}").start()
            await dying.gone()
        for _ in range(form.pick(1, 5)):
            await _killed_while_waiting_for_kafka(meter)
        await meter.start(relay=1)
        await meter.told_more(form.pick(50, 100_000), 1200)
    report = await meter.judged(seconds=form.pick(120, 600))
    form.judged(report)
    form.note(f"{len(deaths)} relays killed, {report[REPETITIONS].notes[0]}")
    assert ", 0 repetitions" not in report[REPETITIONS].notes[0], "no relay died where it hurts"
    assert not meter.clients.failed


async def _killed_while_waiting_for_kafka(meter: Meters) -> None:
    """A relay dies with batches on their way that no broker has taken yet."""
    [relay] = await meter.start(relay=1)
    await meter.until_effects(await meter.effects() + 50)  # it is in the middle of its work
    await asyncio.to_thread(meter.servers.kafka.stop)
    await meter.told_more(60)
    await asyncio.sleep(0.5)  # long enough for a round to begin
    relay.kill()
    await asyncio.to_thread(meter.servers.kafka.revive)


async def test_commits_in_another_order_than_their_numbers(meter: Meters, form: Any, tmp_path: Path) -> None:
    """A takes its place in the outbox and sleeps, B takes the next and commits first: both arrive, each in its order."""
    pause = Pause(tmp_path / "pause")
    await meter.start(serve=2, **pause.environment)
    await meter.make(50)
    first, second = meter.meters[:2]
    # A few aggregates with much to say, and two relays that fall upon it at the same time.
    await asyncio.gather(*(meter.up(each, 100) for each in meter.meters[:3] for _ in range(10)))
    await asyncio.gather(meter.start(relay=2), meter.start(consume=1))
    await meter.until_effects(meter.told)
    pause.begin()
    slow = asyncio.create_task(meter.up(first, mood="hold"))
    await pause.reached()
    for _ in range(5):
        await meter.up(second)
    await meter.until_effects(meter.told)
    pause.end()
    await slow

    async def write(some: int) -> None:
        for _ in range(form.pick(25, 2500)):
            await meter.up(random.choice(meter.meters), random.choice([1, 2, 5]), wait=random.choice([0, 0, 0, 0.03]))

    await asyncio.gather(*(write(number) for number in range(8)))
    # Everybody wants the same one at once.
    await asyncio.gather(*(meter.up(second, wait=0.03) for _ in range(20)))
    report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"8 writers × 50 aggregates, 2 relays, {report[REPETITIONS].notes[0]}")
    assert ", 0 repetitions" in report[REPETITIONS].notes[0], "two relays sent the same event: nobody owns it"
    assert not meter.clients.turned_away, "commands got in each other's way"


async def test_a_relay_frozen_with_its_buckets(meter: Meters, form: Any) -> None:
    """Three relays, one stopped in its tracks; the others take its buckets; it wakes up and does no harm."""
    await meter.start(serve=1, consume=1)
    relays = await meter.start(relay=3)
    await meter.make(30)
    rounds = form.pick(1, 6)
    async with meter.loaded(pause=0.02, times=form.pick(3, 20)):
        for number in range(rounds):
            victim = relays[number % 3]
            await meter.told_more(50)
            ports = meter.servers.of(victim)
            victim.freeze()
            if not form.long:  # the server would end the silent session by itself, after 20 s
                await meter.servers.cut_sessions(ports)
            await meter.told_more(50)
            await _moves_everywhere(meter)
            victim.thaw()
            await meter.told_more(50)
    report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"{rounds} × frozen and woken, {report[REPETITIONS].notes[0]}")
    assert all(each.found() for each in relays), f"a relay died of it\n{meter.servers.testimony()}"


async def _moves_everywhere(meter: Meters) -> None:
    """Every meter that has something to say now gets it through."""
    numbers = await meter.fetch("SELECT max(id) AS n FROM outbox")
    newest = numbers[0]["n"] or 0

    async def gone() -> bool:
        return not await meter.fetch("SELECT 1 FROM outbox WHERE id <= $1 LIMIT 1", newest)

    await until(gone, "others take over what the frozen relay held", 60)
