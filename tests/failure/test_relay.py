"""Failures of the relay: killed, suspended, and several at once."""

import asyncio
import random
from pathlib import Path
from typing import Any

from aftercare_chassis.testing import until
from counter_service import CounterService, Pause

REPETITIONS = "sequence 1..n per aggregate"


async def test_relay_killed_between_acknowledgement_and_deletion(service: CounterService, scale: Any) -> None:
    """A relay ends after Kafka has acknowledged and before it deletes the rows; the next one takes over."""
    await service.start(serve=1, consume=1)
    await service.create_counters(20)
    deaths = scale.pick([1, 2], [*range(1, 16), 20, 30, 50, 80])
    async with service.under_load(pause=scale.pick(0.05, 0.0), times=scale.pick(5, 25)):
        for number in deaths:
            ending = service.new("relay", AFTERCARE_CRASH_AT=f"relay.acknowledged:{number}").start()
            await ending.wait_ended()
        for _ in range(scale.pick(1, 5)):
            await _killed_while_waiting_for_kafka(service)
        await service.start(relay=1)
        await service.wait_acknowledged(scale.pick(50, 100_000), 1200)
    report = await service.verify(seconds=scale.pick(120, 600))
    scale.count(report)
    scale.note(f"{len(deaths)} relays killed, {report[REPETITIONS].notes[0]}")
    assert ", 0 repetitions" not in report[REPETITIONS].notes[0], "no relay ended between acknowledgement and deletion"
    assert not service.clients.failed


async def _killed_while_waiting_for_kafka(service: CounterService) -> None:
    """A relay is killed while it waits for the acknowledgement of batches."""
    [relay] = await service.start(relay=1)
    await service.wait_effects(await service.effects() + 50)  # it is sending
    await asyncio.to_thread(service.servers.kafka.stop)
    await service.wait_acknowledged(60)
    await asyncio.sleep(0.5)  # long enough for a round to begin
    relay.kill()
    await asyncio.to_thread(service.servers.kafka.start_stopped)


async def test_commits_in_another_order_than_their_numbers(service: CounterService, scale: Any, tmp_path: Path) -> None:
    """A transaction with a later outbox id commits first: all events are published, in order per aggregate."""
    pause = Pause(tmp_path / "pause")
    await service.start(serve=2, **pause.environment)
    await service.create_counters(50)
    first, second = service.counters[:2]
    # A few aggregates with many events, and two relays that start at the same time.
    await asyncio.gather(*(service.increment(each, 100) for each in service.counters[:3] for _ in range(10)))
    await asyncio.gather(service.start(relay=2), service.start(consume=1))
    await service.wait_effects(service.acknowledged)
    pause.begin()
    slow = asyncio.create_task(service.increment(first, mode="hold"))
    await pause.reached()
    for _ in range(5):
        await service.increment(second)
    await service.wait_effects(service.acknowledged)
    pause.end()
    await slow

    async def write(some: int) -> None:
        for _ in range(scale.pick(25, 2500)):
            await service.increment(
                random.choice(service.counters), random.choice([1, 2, 5]), wait=random.choice([0, 0, 0, 0.03])
            )

    await asyncio.gather(*(write(number) for number in range(8)))
    # All commands lock the same aggregate.
    await asyncio.gather(*(service.increment(second, wait=0.03) for _ in range(20)))
    report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"8 writers × 50 aggregates, 2 relays, {report[REPETITIONS].notes[0]}")
    assert ", 0 repetitions" in report[REPETITIONS].notes[0], "two relays sent the same event"
    assert not service.clients.rejected, "a command was rejected"


async def test_a_suspended_relay_loses_its_shards(service: CounterService, scale: Any) -> None:
    """A relay is suspended, the others take over its shards, and it is resumed."""
    await service.start(serve=1, consume=1)
    relays = await service.start(relay=3)
    await service.create_counters(30)
    rounds = scale.pick(1, 6)
    async with service.under_load(pause=0.02, times=scale.pick(3, 20)):
        for number in range(rounds):
            suspended = relays[number % 3]
            await service.wait_acknowledged(50)
            ports = service.servers.postgres_ports(suspended)
            suspended.suspend()
            if not scale.long:  # the server would end the silent session after 20 s
                await service.servers.terminate_sessions(ports)
            await service.wait_acknowledged(50)
            await _wait_all_published(service)
            suspended.resume()
            await service.wait_acknowledged(50)
    report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"{rounds} × suspended and resumed, {report[REPETITIONS].notes[0]}")
    assert all(each.find() for each in relays), f"a relay has ended\n{service.servers.log_excerpts()}"


async def _wait_all_published(service: CounterService) -> None:
    """Wait until everything that is in the outbox now is published."""
    numbers = await service.fetch("SELECT max(id) AS n FROM outbox")
    newest = numbers[0]["n"] or 0

    async def published() -> bool:
        return not await service.fetch("SELECT 1 FROM outbox WHERE id <= $1 LIMIT 1", newest)

    await until(published, "the other relays publish the events of the suspended one", 60)
