"""Outages of Kafka, PostgreSQL, their disks and the network, and a wrong clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from counter_service import CounterService, counter_service
from disks import small_disk
from proxy import Proxy
from servers import Servers, servers


async def test_broker_down_under_load(service: CounterService, one_server: Servers, scale: Any) -> None:
    """Commands succeed while Kafka is down; when it is up again, all events are published without any restart."""
    await service.start(serve=1, relay=2, consume=2)
    await service.create_counters(20)
    await service.wait_effects(20)
    pids = [each.find().pid for each in service.all()]
    seconds = scale.pick(4, 60)
    async with service.under_load(times=scale.pick(2, 20), pause=0.02):
        await service.wait_acknowledged(50)
        one_server.kafka.stop()
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            await service.wait_acknowledged(10)
            await asyncio.sleep(0.2)
        await asyncio.to_thread(one_server.kafka.start_stopped)
    drained = await service.wait_outbox_empty(60)
    report = await service.verify(seconds=scale.pick(90, 120))
    scale.count(report)
    scale.note(f"Kafka down {seconds} s, drained {drained:.1f} s after the load, {service.clients.summary()}")
    assert not service.clients.rejected, "a command was rejected while Kafka was down"
    assert drained <= 30
    assert pids == [each.find().pid for each in service.all()]


@pytest.fixture(scope="module")
def three_servers() -> Any:
    with servers(3) as made:
        yield made


async def test_leaders_killed_in_turn(three_servers: Servers, scale: Any) -> None:
    """Three brokers with replication 3 and at least two in-sync replicas are killed in turn."""
    async with counter_service(three_servers) as service:
        await service.start(serve=1, relay=2, consume=2)
        await service.create_counters(30)
        await service.wait_effects(30, 120)
        kills = scale.pick(1, 12)
        async with service.under_load(times=scale.pick(2, 20), pause=0.02):
            for number in range(kills):
                broker = three_servers.kafka.brokers[number % 3]
                begun = time.monotonic()
                broker.kill()
                await service.wait_acknowledged(scale.pick(50, 200), 120)
                await asyncio.to_thread(three_servers.kafka.start_stopped)
                await asyncio.sleep(max(0.0, scale.pick(3, 10) - (time.monotonic() - begun)))
        report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"{kills} brokers killed, {service.clients.summary()}")
    assert not service.clients.rejected


async def test_postgres_killed_under_load(one_server: Servers, scale: Any) -> None:
    """PostgreSQL stops immediately, and all sessions of commands, relays and consumers with it."""
    async with counter_service(one_server) as service:
        await service.start(serve=2, relay=2, consume=2)
        await service.create_counters(30)
        await service.wait_effects(30)
        service.clients.timeout = 90
        kills = scale.pick(2, 12)
        async with service.under_load(times=scale.pick(3, 25), pause=0.0):
            for _ in range(kills):
                await service.wait_acknowledged(scale.pick(50, 3000), 300)
                await asyncio.to_thread(one_server.kill_postgres)
                await asyncio.to_thread(one_server.start_postgres)
        report = await service.verify(seconds=scale.pick(90, 300))
        scale.count(report)
        scale.note(f"{kills} × killed, {service.clients.summary()}")
        assert not service.clients.failed
        assert all(each.find() for each in service.all()), "a process has ended"


async def test_the_database_disk_full(scale: Any) -> None:
    """The disk of PostgreSQL is full, then freed: commands are rejected meanwhile, and no acknowledged one is lost."""
    with small_disk(scale.pick(180, 400)) as disk, servers(postgres_disk=disk.path) as made:
        async with counter_service(made) as service:
            await service.start(serve=1, relay=1, consume=1)
            await service.create_counters(10)
            await service.wait_effects(10)
            service.clients.timeout = 240
            async with service.under_load(times=scale.pick(5, 25), pause=0.0):
                for _ in range(scale.pick(1, 3)):
                    await service.wait_acknowledged(100, 120)
                    await asyncio.to_thread(disk.fill)
                    await service.clients.wait_rejected(4, 120)
                    disk.free()
                    await asyncio.to_thread(made.start_postgres)
                    await service.wait_acknowledged(scale.pick(50, 5000), 240)
            report = await service.verify(seconds=120)
            scale.count(report)
            scale.note(service.clients.summary())
            assert not service.clients.failed


async def test_the_broker_disk_full(scale: Any) -> None:
    """The disk of the broker is full, then freed, and the broker is restarted: no command is rejected."""
    with small_disk(scale.pick(120, 400)) as disk, servers(kafka_disk=disk.path, segment=1_048_576) as made:
        async with counter_service(made) as service:
            await service.start(serve=1, relay=1, consume=1)
            await service.create_counters(10)
            await service.wait_effects(10)
            async with service.under_load(times=2, pause=0.02):
                for _ in range(scale.pick(1, 3)):
                    await service.wait_acknowledged(50, 120)
                    await asyncio.to_thread(disk.fill)
                    await _wait_stuck(service)
                    disk.free()
                    made.kafka.stop()
                    await asyncio.to_thread(made.kafka.start_stopped)
                    await service.wait_acknowledged(scale.pick(20, 500), 120)
            report = await service.verify(seconds=120)
            scale.count(report)
            scale.note(service.clients.summary())
            assert not service.clients.rejected


async def _wait_stuck(service: CounterService) -> None:
    """Write large events until none is published any more."""

    async def waiting() -> bool:
        await asyncio.gather(*(service.increment(each, 5, pad=8000) for each in service.counters))
        rows = await service.fetch("SELECT count(*) AS n FROM outbox WHERE created_at < now() - interval '5 seconds'")
        return bool(rows[0]["n"])

    await until(waiting, "the broker accepts nothing more", 120)


@pytest.fixture(scope="module")
async def proxied_servers() -> AsyncIterator[tuple[Servers, Proxy]]:
    """A broker that clients reach through a proxy only."""
    async with Proxy.listening(ports.choose()) as proxy:
        with servers(advertised=[proxy.port]) as made:
            proxy.target = made.kafka.brokers[0].port
            yield made, proxy


async def test_network_faults_to_kafka(proxied_servers: tuple[Servers, Proxy], scale: Any) -> None:
    """Slow, cut and half-open connections to the broker: commands succeed, and all events arrive afterwards."""
    made, proxy = proxied_servers
    async with counter_service(made) as service:
        await service.start(serve=1, relay=2, consume=2)
        await service.create_counters(20)
        await service.wait_effects(20, 120)
        async with service.under_load(times=scale.pick(2, 10), pause=0.02):
            for _ in range(scale.pick(1, 6)):
                for fault in (proxy.slow, proxy.cut, proxy.half_open):
                    fault()
                    await _load_for(service, scale.pick(2, 20))
                    proxy.restore()
                    await service.wait_acknowledged(scale.pick(20, 500), 120)
        report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"{proxy.summary()}, {service.clients.summary()}")
    assert not service.clients.rejected


async def test_network_faults_to_postgres(one_server: Servers, scale: Any) -> None:
    """Slow, cut and half-open connections to the database: commands may be rejected, but none is lost or applied twice."""
    port = int(one_server.postgres.admin.rpartition(":")[2].partition("/")[0])
    async with Proxy.listening(ports.choose()) as proxy, counter_service(one_server) as service:
        proxy.target = port
        proxied = service.environment["AFTERCARE_DATABASE_URL"].replace(f":{port}/", f":{proxy.port}/")
        await service.start(serve=2, relay=2, consume=2, AFTERCARE_DATABASE_URL=proxied)
        await service.create_counters(20)
        await service.wait_effects(20)
        service.clients.timeout = 120
        async with service.under_load(times=scale.pick(2, 10), pause=0.02):
            for _ in range(scale.pick(1, 6)):
                for fault in (proxy.slow, proxy.cut, proxy.half_open):
                    fault()
                    await asyncio.sleep(scale.pick(2, 20))
                    proxy.restore()
                    await service.wait_acknowledged(scale.pick(20, 500), 240)
        report = await service.verify(seconds=scale.pick(120, 300))
        scale.count(report)
        scale.note(f"{proxy.summary()}, {service.clients.summary()}")
        assert not service.clients.failed


async def _load_for(service: CounterService, seconds: float) -> None:
    """Let the load run for some seconds, and check that commands are acknowledged."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        await service.wait_acknowledged(5, 60)
        await asyncio.sleep(0.1)


async def test_a_wrong_clock_on_one_host(service: CounterService, scale: Any, tmp_path: Any) -> None:
    """The clock of one of two hosts is an hour ahead, then an hour behind: the order of events does not depend on it."""
    wrong = tmp_path / "clock"
    wrong.write_text("0")
    await service.start(serve=1, relay=1, consume=1)
    await service.start(serve=1, relay=1, consume=1, FAILURE_CLOCK=str(wrong))
    await service.create_counters(30)
    jumps = ["3600", "-3600", "0"] * scale.pick(1, 5)
    async with service.under_load(times=scale.pick(3, 20), pause=0.01):
        for jump in jumps:
            await service.wait_acknowledged(scale.pick(50, 4000), 300)
            wrong.write_text(jump)
        await service.wait_acknowledged(scale.pick(50, 4000), 300)
    report = await service.verify(seconds=scale.pick(120, 300))
    scale.count(report)
    scale.note(f"{len(jumps)} jumps, {service.clients.summary()}")
    assert not service.clients.failed
