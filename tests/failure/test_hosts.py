"""Five services on nine hosts, three brokers and two PostgreSQL servers on hosts of their own: hosts fall silent while people buy and return."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import databases, ports
from aftercare_cli.stack.layout import SERVICES
from customers import Customers, customers
from hosts import Host, Network, network
from server_copies import Backups, ServerCopy
from servers import servers
from suite_processes import PASSWORDS, SuiteProcesses, suite_processes

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(2400),
    pytest.mark.parametrize("scale", [pytest.param(True, id="long")], indirect=True),
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nsenter"),
        reason="network namespaces need root, ip (iproute2) and nsenter (util-linux)",
    ),
]
SECOND = {one.database for one in SERVICES if one.name not in ("order-svc", "aftersale-svc")}
"""The databases on the second PostgreSQL server."""
SILENCE = 20.0
"""How long a host is silent, in seconds: longer than a session of a consumer, a lease and the patience of a client."""


@dataclass(slots=True)
class Cluster:
    """The suite, and the hosts of everything it runs on."""

    network: Network
    suite: SuiteProcesses
    brokers: list[Host]
    databases: list[Host]

    def host(self, service: str, role: str) -> Host:
        return self.suite.roles[service, role][0].host


@asynccontextmanager
async def _cluster() -> AsyncIterator[Cluster]:
    with network() as made:
        brokers = [made.host() for _ in range(3)]
        with servers(3, hosts=brokers) as running:
            await databases.create(running.postgres.admin, PASSWORDS, PASSWORDS)
            backups = Backups.at(running)
            first, second = [await _copied(backups, name, made.host()) for name in ("first", "second")]

            def address(dsn: str) -> str:
                """The address of a database at its server."""
                return (second if urlsplit(dsn).path.strip("/") in SECOND else first).address(dsn)

            try:
                async with suite_processes(running, address=address, place=made.host, here=made.here) as suite:
                    yield Cluster(made, suite, brokers, [first.host, second.host])
            finally:
                for each in (first, second):
                    each.stop()


async def _copied(backups: Backups, name: str, host: Host) -> ServerCopy:
    """A PostgreSQL server with the same databases, at this host, which takes connections of all hosts."""
    base = await asyncio.to_thread(backups.base, name)
    with (base.data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
        rules.write(f"host all all {host.address.rpartition('.')[0]}.0/24 scram-sha-256\n")
    made = ServerCopy(backups.servers, base.name, base.data, ports.choose(), host)
    await asyncio.to_thread(made.start)
    return made


async def _silence(silent: Sequence[Host], ended: Customers, further: int) -> float:
    """Unplug these hosts for a while; the seconds from then until so many further scenarios have ended."""
    for each in silent:
        each.unplug()
    over = time.monotonic() + SILENCE
    await until(lambda: _passed(over), "the silence is over", SILENCE * 2)
    for each in silent:
        each.plug_in()
    return await _recovery(ended, further)


async def _recovery(ended: Customers, further: int) -> float:
    begun = time.monotonic()
    await ended.further(further)
    return time.monotonic() - begun


async def _passed(end: float) -> bool:
    return time.monotonic() > end


async def test_hosts_fall_silent_one_after_the_other(scale: Any) -> None:
    """Nobody restarts a process: connections to a silent host are given up, and made again once it is back."""
    async with _cluster() as cluster:
        suite = cluster.suite
        suite.clients.timeout = 240
        pids = [each.find().pid for each in suite.all()]
        assert len({each.host.address for each in suite.all()}) == 9
        async with customers(suite, 3) as ended:
            await ended.further(3)
            took: dict[str, float] = {}
            for service, role in (("order-svc", "relay"), ("aftersale-svc", "consume"), ("aftersale-svc", "serve")):
                took[f"{service} {role}"] = await _silence([cluster.host(service, role)], ended, 3)
            for number, host in enumerate(cluster.brokers, 1):
                took[f"broker {number}"] = await _silence([host], ended, 3)
            for number, host in enumerate(cluster.databases, 1):
                took[f"database {number}"] = await _silence([host], ended, 3)
            took["broker and database"] = await _silence([cluster.brokers[0], cluster.databases[0]], ended, 3)
            await _two_brokers_apart(cluster, ended)
        scale.count(await suite.verify(seconds=240))
        scale.note(" · ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items()))
        scale.note(f"{len(ended.names)} scenarios; {suite.clients.summary()}")
        assert not suite.clients.failed
        assert pids == [each.find().pid for each in suite.all()]


async def _two_brokers_apart(cluster: Cluster, ended: Customers) -> None:
    """Two brokers do not reach each other while the third one and every client reach both."""
    apart = cluster.brokers[:2]
    cluster.network.separate(apart)
    await ended.further(3)
    cluster.network.join(apart)
    await ended.further(3)
