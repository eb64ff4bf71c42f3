"""Loss of a primary, of a broker's disk, and of a zone that had both, while commands, relays and consumers run."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from aiokafka.admin import AIOKafkaAdminClient
from counter_service import CounterService, counter_service
from proxy import Proxy
from server_copies import REPLICA, Backups, ServerCopy, port_of, with_port
from servers import Servers, servers

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("scale", [pytest.param(True, id="long")], indirect=True),
]


@pytest.fixture(scope="module")
async def replicated() -> AsyncIterator[tuple[Servers, ServerCopy]]:
    """Three brokers, a PostgreSQL server, and a replica of it that confirms each commit."""
    with servers(3) as made:
        backups = Backups.at(made)
        replica = await asyncio.to_thread(backups.base, REPLICA, "--write-recovery-conf")
        replica.start()
        await _set(made.postgres.admin, synchronous_standby_names="*")

        async def confirms() -> bool:
            return await _value(made.postgres.admin, "SELECT sync_state FROM pg_stat_replication") == "sync"

        await until(confirms, "the replica confirms commits", 30)
        yield made, replica
        replica.stop()


async def _set(admin: str, **settings: str) -> None:
    connection = await asyncpg.connect(admin, timeout=20)
    try:
        for name, value in settings.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def _value(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _load(service: CounterService, proxy: Proxy, primary: str) -> None:
    proxied = with_port(service.dsn, proxy.port)
    await service.start(serve=2, relay=2, consume=2, AFTERCARE_DATABASE_URL=proxied)
    assert port_of(primary) == proxy.target
    await service.create_counters(20)
    await service.wait_effects(20)
    service.clients.timeout = 120


async def _promote(replica: ServerCopy, proxy: Proxy, service: CounterService) -> None:
    """Let the address point to the replica, and promote it once commands have met it: until then it is read-only."""
    proxy.cut()
    proxy.target = replica.port
    proxy.restore()
    await service.clients.wait_rejected(3)
    await _set(replica.admin, synchronous_standby_names="")
    await _value(replica.admin, "SELECT pg_promote()")


async def test_a_broker_loses_its_disk(replicated: tuple[Servers, ServerCopy], scale: Any) -> None:
    """An empty disk takes the place of the lost one: its broker fetches everything from the others."""
    made, _ = replicated
    broker = made.kafka.brokers[0]
    async with counter_service(made) as service:
        await service.start(serve=1, relay=2, consume=2)
        await service.create_counters(20)
        await service.wait_effects(20, 120)
        async with service.under_load(times=3, pause=0.01):
            await service.wait_acknowledged(100, 120)
            await asyncio.to_thread(broker.lose_disk)
            await service.wait_acknowledged(100, 120)
            await asyncio.to_thread(broker.start)
            await asyncio.to_thread(broker.wait)
            await service.wait_acknowledged(100, 120)
        scale.count(await service.verify(seconds=120))
        await _in_sync(made, service.topic)
        assert not service.clients.rejected
        # What the broker has fetched is whole: the others are gone, and the log is read from it and one more.
        made.kafka.brokers[1].kill()
        await service.increment(service.counters[0])
        scale.count(await service.verify(seconds=120))
        await asyncio.to_thread(made.kafka.start_stopped)


async def _in_sync(made: Servers, topic: str) -> None:
    """Wait until every partition of the topic has three replicas in sync."""
    admin = AIOKafkaAdminClient(bootstrap_servers=made.kafka.bootstrap)

    async def in_sync() -> bool:
        [found] = await admin.describe_topics([topic])
        return all(len(each["isr"]) == 3 for each in found["partitions"])

    await admin.start()
    try:
        await until(in_sync, "three replicas are in sync", 120)
    finally:
        await admin.close()


async def test_the_address_points_to_a_replica_for_a_while(replicated: tuple[Servers, ServerCopy], scale: Any) -> None:
    """New connections reach a replica, which reads and does not write; when the address is right again, so is every process."""
    made, replica = replicated
    primary = made.postgres.admin
    async with Proxy.listening(ports.choose()) as proxy, counter_service(made) as service:
        proxy.target = port_of(primary)
        await _load(service, proxy, primary)
        async with service.under_load(times=3, pause=0.01):
            await service.wait_acknowledged(100, 120)
            proxy.cut()
            proxy.target = replica.port
            proxy.restore()
            await service.clients.wait_rejected(3)
            proxy.target = port_of(primary)  # the connections to the replica stay open: the address alone has changed
            await service.wait_acknowledged(100, 60)
        scale.count(await service.verify(seconds=90))
        scale.note(service.clients.summary())
        assert not service.clients.failed


async def test_a_zone_is_lost(replicated: tuple[Servers, ServerCopy], scale: Any) -> None:
    """A broker with its disk and the primary are gone at once. The replica has every commit that was answered, and nobody restarts a process."""
    made, replica = replicated
    primary = made.postgres.admin
    async with Proxy.listening(ports.choose()) as proxy, counter_service(made) as service:
        proxy.target = port_of(primary)
        await _load(service, proxy, primary)
        pids = [each.find().pid for each in service.all()]
        async with service.under_load(times=3, pause=0.01):
            await service.wait_acknowledged(200, 120)
            await asyncio.gather(
                asyncio.to_thread(made.kafka.brokers[2].lose_disk), asyncio.to_thread(made.kill_postgres)
            )
            lost_at = time.monotonic()
            await _promote(replica, proxy, service)
            await service.wait_acknowledged(200, 120)
            scale.note(f"{time.monotonic() - lost_at:.1f} s until 200 further events; {service.clients.summary()}")
        service.dsn = with_port(service.dsn, replica.port)
        await service.wait_outbox_empty(60)  # two brokers are enough
        await asyncio.to_thread(made.kafka.start_stopped)
        scale.count(await service.verify(seconds=120))
        assert not service.clients.failed
        assert pids == [each.find().pid for each in service.all()]
