"""Failures of the consumer: killed around its commits, suspended past its session, restarted, deadlocked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.database.outbox import shard_of
from aftercare_chassis.kafka.clients import key_hash
from aftercare_chassis.testing import until
from counter_service import PARTITIONS, SHORT_SESSION, CounterService, Pause
from servers import Process


@pytest.mark.parametrize("label", ["consumer.handled", "consumer.committed"])
async def test_consumer_killed_around_its_commit(service: CounterService, scale: Any, label: str) -> None:
    """Killed before its commit, a consumer has had no effect; killed before the offset commit, it has had it once."""
    await service.start(serve=1, relay=1)
    await service.create_counters(20)
    kills = scale.pick([1, 2], list(range(1, 21)))
    async with service.under_load(times=scale.pick(4, 25), pause=scale.pick(0.05, 0.0)):
        for number in kills:
            ending = service.new("consume", AFTERCARE_CRASH_AT=f"{label}:{number}", **SHORT_SESSION).start()
            await ending.wait_ended(120)
        await service.wait_acknowledged(scale.pick(20, 100_000), 1200)
    await service.wait_outbox_empty(600)
    inbox_incomplete = label == "consumer.committed"
    if inbox_incomplete:  # without inbox rows, the consumer's own cursor alone prevents a second effect
        await service.fetch("DELETE FROM inbox")
    await service.start(consume=1, **SHORT_SESSION)
    report = await service.verify(seconds=scale.pick(90, 600), inbox_incomplete=inbox_incomplete)
    scale.count(report)
    scale.note(f"{len(kills)} consumers killed at {label}")


async def test_a_zombie_changes_nothing(service: CounterService, scale: Any, tmp_path: Path) -> None:
    """A consumer is suspended inside a handler until another one has its partitions, and then resumed."""
    pause = Pause(tmp_path / "pause")
    environment = pause.environment | SHORT_SESSION
    [zombie] = await service.start(consume=1, **environment)
    await service.start(serve=1, relay=1)
    await service.create_counters(12)
    await service.wait_effects(12)
    rounds = scale.pick(1, 5)
    for _ in range(rounds):
        pause.begin()
        await service.increment(service.counters[0], 3, mode="pause")
        await pause.reached()
        ports = service.servers.postgres_ports(zombie)
        zombie.suspend()
        [successor] = await service.start(consume=1, **environment)
        pause.end()
        if not scale.long:  # the server would end the idle transaction after 30 s
            await service.servers.terminate_sessions(ports)
        await service.load(scale.pick(50, 20_000), times=scale.pick(5, 50))
        await service.wait_effects(service.acknowledged, 300)
        zombie.resume()
        await service.load(scale.pick(50, 20_000), times=scale.pick(5, 50))
        zombie.stop()
        zombie = successor
    report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"{rounds} zombies")


async def test_rolling_restart(service: CounterService, scale: Any) -> None:
    """Consumers and relays are replaced one by one under load: no event is lost or doubled, and effects go on."""
    await service.start(serve=1, relay=2, consume=2)
    await service.create_counters(40)
    rounds = scale.pick(1, 6)
    async with service.under_load(times=scale.pick(3, 20), pause=0.02):
        await service.wait_effects(200, 120)
        for _ in range(rounds):
            for role in ("consume", "relay"):
                for old in list(service.roles[role]):
                    await service.start(**{role: 1})
                    old.stop()
                    service.roles[role].remove(old)
            await service.wait_acknowledged(scale.pick(50, 10_000), 300)
    report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    gap = await service.longest_gap()
    scale.note(f"{rounds} rolling restarts of 2 consumers and 2 relays, longest gap between effects {gap:.1f} s")
    assert gap < 10
    assert not service.clients.failed


async def test_deadlocks_and_an_old_snapshot(service: CounterService, scale: Any) -> None:
    """The consumer is the victim of deadlocks while another transaction keeps an old snapshot."""
    async with _other_session(service) as other, _old_snapshot(service):
        await service.start(serve=1, consume=1)
        [relay] = await service.start(relay=1)
        await service.create_counters(2 * PARTITIONS + 1)
        await service.wait_effects(2 * PARTITIONS + 1)
        pair = _sent_in_one_batch(service.counters)
        rounds = scale.pick(2, 20)
        for _ in range(rounds):
            await _deadlock(service, relay, other, *pair)
            await service.load(scale.pick(50, 2500), times=scale.pick(5, 50))
        report = await service.verify(seconds=scale.pick(90, 300))
    scale.count(report)
    scale.note(f"{rounds} deadlocks")

    async def counted() -> bool:
        return bool((await service.fetch(_DEADLOCKS))[0]["deadlocks"] == rounds)

    await until(counted, f"PostgreSQL counts {rounds} deadlocks")


_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
_LOCK = "SELECT 1 FROM totals WHERE subject = $1 FOR UPDATE"
_BLOCKED = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def _sent_in_one_batch(counters: list[str]) -> tuple[str, str]:
    """Two counters of one partition and one half of the shards. Among 25 counters there is always such a pair."""
    places: dict[tuple[int, int], str] = {}
    for counter in counters:
        place = key_hash(counter.encode()) % PARTITIONS, shard_of(counter) % 2
        if place in places:
            return places[place], counter
        places[place] = counter
    raise AssertionError("too few")


@asynccontextmanager
async def _other_session(service: CounterService) -> AsyncIterator[asyncpg.Connection]:
    """A session that does not look for deadlocks, so that the consumer, which does after 3 s, is always the victim."""
    await service.fetch(f'ALTER DATABASE "{service.name.replace("-", "_")}" SET deadlock_timeout = 3000')
    other = await asyncpg.connect(service.dsn)
    await other.execute("SET deadlock_timeout = '10min'")
    try:
        yield other
    finally:
        await other.close()


@asynccontextmanager
async def _old_snapshot(service: CounterService) -> AsyncIterator[None]:
    connection = await asyncpg.connect(service.dsn)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            await connection.fetch("SELECT count(*) FROM effects")
            yield
    finally:
        await connection.close()


async def _deadlock(
    service: CounterService, relay: Process, other: asyncpg.Connection, first: str, second: str
) -> None:
    """The consumer locks `first` and waits for `second`, which the other session has; then that one asks for `first`."""
    await service.wait_effects(service.acknowledged)
    relay.suspend()  # both events are sent in one batch, and so consumed in one transaction
    await service.increment(first)
    await service.increment(second)

    async def blocked() -> bool:
        return bool(await other.fetchval(_BLOCKED))

    async with other.transaction():
        await other.execute(_LOCK, second)
        relay.resume()
        await until(blocked, "the consumer waits for the other session", 60)
        await other.execute(_LOCK, first)
