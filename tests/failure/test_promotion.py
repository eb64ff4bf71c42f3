"""Loss of a primary: its replica is promoted while commands, relays and consumers run."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from counter_service import CounterService, counter_service
from proxy import Proxy
from server_copies import REPLICA, Backups, ServerCopy, port_of, with_port
from servers import Servers, servers

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture
async def replicated() -> AsyncIterator[tuple[Servers, ServerCopy]]:
    """A server, and a replica that confirms each commit."""
    with servers() as made:
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


async def test_a_replica_is_promoted_under_load(replicated: tuple[Servers, ServerCopy]) -> None:
    """The primary is gone at once. Its replica has every commit that was answered, and nobody restarts anything."""
    made, replica = replicated
    primary = made.postgres.admin
    async with Proxy.listening(ports.choose()) as proxy, counter_service(made) as service:
        proxy.target = port_of(primary)
        await _load(service, proxy, primary)
        pids = [each.find().pid for each in service.all()]
        async with service.under_load(times=3, pause=0.01):
            await service.wait_acknowledged(200, 120)
            await asyncio.to_thread(made.kill_postgres)
            lost_at = time.monotonic()
            # The address points to the replica before it is promoted: until then every command meets a read-only server.
            proxy.cut()
            proxy.target = replica.port
            proxy.restore()
            await service.clients.wait_rejected(3)
            await _set(replica.admin, synchronous_standby_names="")
            await _value(replica.admin, "SELECT pg_promote()")
            await service.wait_acknowledged(200, 120)
            print(f"{time.monotonic() - lost_at:.1f} s until 200 further commands; {service.clients.summary()}")
        service.dsn = with_port(service.dsn, replica.port)
        await service.verify(seconds=90)
        assert not service.clients.failed
        assert pids == [each.find().pid for each in service.all()]


async def test_the_address_points_to_a_replica_for_a_while(replicated: tuple[Servers, ServerCopy]) -> None:
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
        report = await service.verify(seconds=90)
        assert not service.clients.failed
        repeated = [note for note in report["sequence 1..n per aggregate"].notes if "repetitions" in note]
        print(repeated, service.clients.summary())
