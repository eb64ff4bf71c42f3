"""What the suite stands on breaks: a broker, three brokers in turn, PostgreSQL, a disk, the network, a clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from disks import small_disk
from meters import Meters, meters
from proxy import Proxy
from servers import Servers, servers


async def test_broker_down_under_load(meter: Meters, one_server: Servers, form: Any) -> None:
    """Commands go on while Kafka is away; after its return everything goes out, and nobody restarts anything."""
    await meter.start(serve=1, relay=2, consume=2)
    await meter.make(20)
    await meter.until_effects(20)
    pids = [each.found().pid for each in meter.all()]
    seconds = form.pick(4, 60)
    async with meter.loaded(times=form.pick(2, 20), pause=0.02):
        await meter.told_more(50)
        one_server.kafka.stop()
        away = time.monotonic()
        while time.monotonic() - away < seconds:
            await meter.told_more(10)
            await asyncio.sleep(0.2)
        await asyncio.to_thread(one_server.kafka.revive)
    drained = await meter.outbox_empty(60)
    report = await meter.judged(seconds=form.pick(90, 120))
    form.judged(report)
    form.note(f"Kafka away {seconds} s, drained {drained:.1f} s after the load, {meter.clients.figures()}")
    assert not meter.clients.turned_away, "a command failed because Kafka was away"
    assert drained <= 30
    assert pids == [each.found().pid for each in meter.all()]


@pytest.fixture(scope="module")
def three_servers() -> Any:
    with servers(3) as made:
        yield made


async def test_leaders_killed_in_turn(three_servers: Servers, form: Any) -> None:
    """Three brokers, replication 3, two in-sync replicas at least; one of them is killed again and again."""
    async with meters(three_servers) as meter:
        await meter.start(serve=1, relay=2, consume=2)
        await meter.make(30)
        await meter.until_effects(30, 120)
        kills = form.pick(1, 12)
        async with meter.loaded(times=form.pick(2, 20), pause=0.02):
            for number in range(kills):
                victim = three_servers.kafka.brokers[number % 3]
                begun = time.monotonic()
                victim.kill()
                await meter.told_more(form.pick(50, 200), 120)
                await asyncio.to_thread(three_servers.kafka.revive)
                await asyncio.sleep(max(0.0, form.pick(3, 10) - (time.monotonic() - begun)))
        report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"{kills} brokers killed, {meter.clients.figures()}")
    assert not meter.clients.turned_away


async def test_postgres_killed_in_mid_chunk(one_server: Servers, form: Any) -> None:
    """PostgreSQL stops at once, sessions and all, while commands, relays and consumers are in the middle of things."""
    async with meters(one_server) as meter:
        await meter.start(serve=2, relay=2, consume=2)
        await meter.make(30)
        await meter.until_effects(30)
        meter.clients.patience = 90
        deaths = form.pick(2, 12)
        async with meter.loaded(times=form.pick(3, 25), pause=0.0):
            for _ in range(deaths):
                await meter.told_more(form.pick(50, 3000), 300)
                await asyncio.to_thread(one_server.kill_postgres)
                await asyncio.to_thread(one_server.revive_postgres)
        report = await meter.judged(seconds=form.pick(90, 300))
        form.judged(report)
        form.note(f"{deaths} × killed, {meter.clients.figures()}")
        assert not meter.clients.failed
        assert all(each.found() for each in meter.all()), "a process died of it"


async def test_the_database_disk_full(form: Any) -> None:
    """The disk under PostgreSQL is full, then freed: commands are refused meanwhile, and nothing answered is lost."""
    with small_disk(form.pick(180, 400)) as disk, servers(postgres_disk=disk.path) as made:
        async with meters(made) as meter:
            await meter.start(serve=1, relay=1, consume=1)
            await meter.make(10)
            await meter.until_effects(10)
            meter.clients.patience = 240
            async with meter.loaded(times=form.pick(5, 25), pause=0.0):
                for _ in range(form.pick(1, 3)):
                    await meter.told_more(100, 120)
                    before = sum(meter.clients.turned_away.values())
                    await asyncio.to_thread(disk.fill)
                    await _turned_away(meter, before)
                    disk.free()
                    await asyncio.to_thread(made.revive_postgres)
                    await meter.told_more(form.pick(50, 5000), 240)
            report = await meter.judged(seconds=120)
            form.judged(report)
            form.note(meter.clients.figures())
            assert not meter.clients.failed


async def _turned_away(meter: Meters, before: int) -> None:
    async def some() -> bool:
        return sum(meter.clients.turned_away.values()) > before + 3

    await until(some, "commands are refused while the disk is full", 120)


async def test_the_broker_disk_full(form: Any) -> None:
    """The disk under the broker is full, then freed and the broker started again: commands never noticed."""
    with small_disk(form.pick(120, 400)) as disk, servers(kafka_disk=disk.path, segment=1_048_576) as made:
        async with meters(made) as meter:
            await meter.start(serve=1, relay=1, consume=1)
            await meter.make(10)
            await meter.until_effects(10)
            async with meter.loaded(times=2, pause=0.02):
                for _ in range(form.pick(1, 3)):
                    await meter.told_more(50, 120)
                    await asyncio.to_thread(disk.fill)
                    await _stuck(meter)
                    disk.free()
                    made.kafka.stop()
                    await asyncio.to_thread(made.kafka.revive)
                    await meter.told_more(form.pick(20, 500), 120)
            report = await meter.judged(seconds=120)
            form.judged(report)
            form.note(meter.clients.figures())
            assert not meter.clients.turned_away


async def _stuck(meter: Meters) -> None:
    """Write big events until none goes out any more."""

    async def waiting() -> bool:
        await asyncio.gather(*(meter.up(each, 5, pad=8000) for each in meter.meters))
        rows = await meter.fetch("SELECT count(*) AS n FROM outbox WHERE created_at < now() - interval '5 seconds'")
        return bool(rows[0]["n"])

    await until(waiting, "the broker takes nothing more", 120)


@pytest.fixture(scope="module")
async def far_servers() -> AsyncIterator[tuple[Servers, Proxy]]:
    """A broker that clients reach only through a proxy."""
    async with Proxy.open(ports.choose()) as way:
        with servers(advertised=[way.port]) as made:
            way.target = made.kafka.brokers[0].port
            yield made, way


async def test_the_network_to_kafka(far_servers: tuple[Servers, Proxy], form: Any) -> None:
    """Slow, cut and half-open ways to the broker: commands go on, everything arrives once the way is good again."""
    made, way = far_servers
    async with meters(made) as meter:
        await meter.start(serve=1, relay=2, consume=2)
        await meter.make(20)
        await meter.until_effects(20, 120)
        async with meter.loaded(times=form.pick(2, 10), pause=0.02):
            for _ in range(form.pick(1, 6)):
                for fault in (way.slow, way.cut, way.half_open):
                    fault()
                    await _for(meter, form.pick(2, 20))
                    way.heal()
                    await meter.told_more(form.pick(20, 500), 120)
        report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"{way.figures()}, {meter.clients.figures()}")
    assert not meter.clients.turned_away


async def test_the_network_to_postgres(one_server: Servers, form: Any) -> None:
    """Slow, cut and half-open ways to the database: refused at worst, never lost or doubled."""
    there = int(one_server.postgres.admin.rpartition(":")[2].partition("/")[0])
    async with Proxy.open(ports.choose()) as way, meters(one_server) as meter:
        way.target = there
        through = meter.environment["AFTERCARE_DATABASE_URL"].replace(f":{there}/", f":{way.port}/")
        await meter.start(serve=2, relay=2, consume=2, AFTERCARE_DATABASE_URL=through)
        await meter.make(20)
        await meter.until_effects(20)
        meter.clients.patience = 120
        async with meter.loaded(times=form.pick(2, 10), pause=0.02):
            for _ in range(form.pick(1, 6)):
                for fault in (way.slow, way.cut, way.half_open):
                    fault()
                    await asyncio.sleep(form.pick(2, 20))
                    way.heal()
                    await meter.told_more(form.pick(20, 500), 240)
        report = await meter.judged(seconds=form.pick(120, 300))
        form.judged(report)
        form.note(f"{way.figures()}, {meter.clients.figures()}")
        assert not meter.clients.failed


async def _for(meter: Meters, seconds: float) -> None:
    """Load goes on for so long, and is answered."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        await meter.told_more(5, 60)
        await asyncio.sleep(0.1)


async def test_the_clock_of_one_host_jumps(meter: Meters, form: Any, tmp_path: Any) -> None:
    """One of two hosts is an hour ahead, then an hour behind, then right again: order does not come from clocks."""
    wrong = tmp_path / "clock"
    wrong.write_text("0")
    await meter.start(serve=1, relay=1, consume=1)
    await meter.start(serve=1, relay=1, consume=1, FAILURE_CLOCK=str(wrong))
    await meter.make(30)
    jumps = ["3600", "-3600", "0"] * form.pick(1, 5)
    async with meter.loaded(times=form.pick(3, 20), pause=0.01):
        for jump in jumps:
            await meter.told_more(form.pick(50, 4000), 300)
            wrong.write_text(jump)
        await meter.told_more(form.pick(50, 4000), 300)
    report = await meter.judged(seconds=form.pick(120, 300))
    form.judged(report)
    form.note(f"{len(jumps)} jumps, {meter.clients.figures()}")
    assert not meter.clients.failed
