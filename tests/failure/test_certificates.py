"""Certificates of Kafka's clients, of PostgreSQL and of the broker end and are replaced while people buy and return, and all connections are cut."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from certificates import Authority
from customers import Customers, customers
from proxy import Proxy
from server_copies import port_of, with_port
from servers import Servers, servers
from suite_processes import suite_processes
from tls_terminator import TlsTerminator

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.parametrize("scale", [pytest.param(True, id="long")], indirect=True),
]
LASTS = timedelta(seconds=20)
SECURED = """
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.certificate.ssl.client.auth=required
"""


@dataclass(slots=True)
class Secured:
    """The servers with TLS, and what is between them and the processes. Each connection of these goes through one of the two."""

    made: Servers
    authority: Authority
    kafka: Proxy
    postgres: TlsTerminator

    @property
    def environment(self) -> dict[str, str]:
        own = self.authority.folder
        return {
            "AFTERCARE_KAFKA": f"127.0.0.1:{self.kafka.port}",
            "AFTERCARE_KAFKA_SECURITY_PROTOCOL": "SSL",
            "AFTERCARE_KAFKA_CA_FILE": str(self.authority.file),
            "AFTERCARE_KAFKA_CERTIFICATE_FILE": str(own / "client.crt"),
            "AFTERCARE_KAFKA_KEY_FILE": str(own / "client.key"),
        }

    def address(self, dsn: str) -> str:
        """The address of a database through the terminator, whose certificate is verified."""
        return f"{with_port(dsn, self.postgres.port)}?sslmode=verify-full&sslrootcert={self.authority.file}"

    def issue(self, lasts: timedelta = timedelta(days=1)) -> datetime:
        """Replace the certificates of the clients of Kafka and of PostgreSQL; the time at which they end."""
        self.authority.issue("client", lasts=lasts)
        self.postgres.use(self.authority.issue("postgres", lasts=lasts))
        return datetime.now(UTC) + lasts

    def cut(self) -> None:
        """Cut every connection: each process has to make new ones."""
        self.kafka.cut()
        self.kafka.restore()
        self.postgres.cut()

    async def replace_brokers_certificate(self) -> None:
        """Give the broker another certificate, for which it is restarted."""
        self.authority.issue("broker")
        [broker] = self.made.kafka.brokers
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(broker.wait)


@asynccontextmanager
async def _secured() -> AsyncIterator[Secured]:
    with servers() as made:
        authority, inner, outer = Authority(made.home, "authority"), ports.choose(), ports.choose()
        _add_listener(made, authority, inner, outer)
        [broker] = made.kafka.brokers
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(broker.wait)
        target = port_of(made.postgres.admin)
        async with Proxy.listening(outer) as kafka, TlsTerminator.listening(ports.choose(), target) as postgres:
            kafka.target = inner
            yield Secured(made, authority, kafka, postgres)


def _add_listener(made: Servers, authority: Authority, inner: int, outer: int) -> None:
    """A listener that takes clients with a certificate of the authority, and advertises the port of the proxy."""
    own = authority.issue("broker")
    file = made.kafka.brokers[0].folder / "server.properties"
    text = file.read_text(encoding="utf-8")
    for name, more in (
        ("listeners", f"CERTIFICATE://127.0.0.1:{inner}"),
        ("advertised.listeners", f"CERTIFICATE://127.0.0.1:{outer}"),
        ("listener.security.protocol.map", "CERTIFICATE:SSL"),
    ):
        text, found = re.subn(rf"^{re.escape(name)}=.*$", rf"\g<0>,{more}", text, flags=re.MULTILINE)
        assert found == 1, name
    file.write_text(text + SECURED.format(keystore=own.both, truststore=authority.file), encoding="utf-8")


async def test_certificates_end_and_are_replaced_under_load(scale: Any) -> None:
    async with _secured() as secured:
        secured.issue()
        options = {"environment": secured.environment, "address": secured.address}
        async with suite_processes(secured.made, **options) as suite:
            suite.clients.timeout = 240
            async with customers(suite, 3) as ended:
                await ended.further(2)
                for _ in range(2):
                    await _end_and_replace(secured, ended)
                await secured.replace_brokers_certificate()
                await ended.further(3)
            scale.count(await suite.verify(seconds=180))
            connections = f"{secured.postgres.served} connections to PostgreSQL"
            scale.note(f"{len(ended.names)} scenarios, {connections}; {suite.clients.summary()}")
            assert not suite.clients.failed


async def _end_and_replace(secured: Secured, ended: Customers) -> None:
    """Let every connection be made with certificates that end soon, and again with their successors after that."""
    ends = secured.issue(LASTS)
    secured.cut()

    async def over() -> bool:
        return datetime.now(UTC) > ends

    await until(over, "the certificates have ended", 60)
    secured.issue()
    served = secured.postgres.served
    secured.cut()
    await ended.further(3)
    assert secured.postgres.served > served
