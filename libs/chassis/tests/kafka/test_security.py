"""Connections to a real broker with TLS: by password and by certificate, and what is refused."""

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.kafka import clients, range_reader, topics
from aftercare_chassis.kafka.security import Security
from aftercare_chassis.settings import KafkaSettings, SettingsInvalid
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import java, kafka_jars
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.kafka import LOGGING, MEMORY, PROPERTIES, answers
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for
from aftercare_cli.testing.reaper import reaper
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from certificates import Authority

PASSWORD = "a password of tests"
SECURED = """
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller},CERTIFICATE://127.0.0.1:{certificate},PASSWORD://127.0.0.1:{password}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller},CERTIFICATE://127.0.0.1:{certificate},PASSWORD://127.0.0.1:{password}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CERTIFICATE:SSL,PASSWORD:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.certificate.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.password.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
connections.max.idle.ms=600000
"""


class Broker:
    """A broker that takes certificates of its authority on one port, and a password on another."""

    def __init__(self, home: Path) -> None:
        self.home, self.authority = home, Authority(home, "authority")
        self.ports = {name: ports.choose() for name in ("broker", "controller", "certificate", "password")}
        for folder in ("run", "logs"):
            (home / folder).mkdir()
        self._processes = Processes(home / "run", home / "logs")
        server = self.authority.issue("server")
        self._properties = home / "server.properties"
        text = PROPERTIES.format(data=home / "data", **self.ports)
        kept = [
            line for line in text.splitlines() if "listener" not in line or line.startswith(("controller.", "inter."))
        ]
        more = SECURED.format(keystore=server.both, truststore=self.authority.file, **self.ports)
        self._properties.write_text("\n".join(kept) + more, encoding="utf-8")

    def start(self) -> None:
        jars = kafka_jars(NoProgress())
        command = [java(), *MEMORY, *LOGGING, "-cp", f"{jars}/*"]
        user = f"SCRAM-SHA-512=[name=order-svc,password={PASSWORD}]"
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", "A" + "b" * 21]
        subprocess.run(
            [*command, *tool, "-c", self._properties, "--add-scram", user], check=True, capture_output=True, timeout=120
        )
        self._processes.start("kafka", [*command, "kafka.Kafka", str(self._properties)])
        wait_for(lambda: answers(self.ports["broker"]), seconds=120, otherwise="the broker does not answer")

    def stop(self) -> None:
        self._processes.stop("kafka", grace_seconds=20)

    def by_password(self, **other: Any) -> KafkaSettings:
        given = {"kafka_username": "order-svc", "kafka_password": PASSWORD, "kafka_ca_file": str(self.authority.file)}
        address = f"127.0.0.1:{self.ports['password']}"
        return KafkaSettings(kafka=address, kafka_security_protocol="SASL_SSL", **(given | other))

    def by_certificate(self, authority: Authority | None = None) -> KafkaSettings:
        own = (authority or self.authority).issue("client")
        return KafkaSettings(
            kafka=f"127.0.0.1:{self.ports['certificate']}",
            kafka_security_protocol="SSL",
            kafka_ca_file=str(self.authority.file),
            kafka_certificate_file=str(own.certificate),
            kafka_key_file=str(own.key),
        )


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("secured"))
    with reaper(broker.home):
        broker.start()
        yield broker
        broker.stop()


@pytest.fixture(scope="module")
async def topic(broker: Broker) -> str:
    """A topic of the catalogue, made by the command that operators use."""
    settings = broker.by_password()
    options = {"replication": 1, "min_isr": 1, "partitions": 1, "retention_ms": -1}
    await topics.create(settings.kafka, security=Security(settings).options(), **options)
    return "aftercare.orders.v1"


async def exchange(settings: KafkaSettings, topic: str) -> None:
    """Send a message and read it back."""
    options, value = Security(settings).options(), uuid4().bytes
    producer = clients.producer(settings.kafka, "test", options)
    consumer = clients.consumer(settings.kafka, f"group-{uuid4().hex}", options)
    try:
        await clients.result(producer.start(), 20)
        await clients.result(consumer.start(), 20)
        consumer.subscribe([topic])
        await producer.send_and_wait(topic, value)
        async with asyncio.timeout(30):
            async for record in consumer:
                if record.value == value:
                    return
    finally:
        await clients.close(producer, 5)
        await clients.close(consumer, 5)


async def refused(settings: KafkaSettings) -> str:
    """Why a producer cannot start."""
    producer = clients.producer(settings.kafka, "test", Security(settings).options())
    try:
        with pytest.raises((KafkaError, OSError)) as error:
            await clients.result(producer.start(), 20)
        return type(error.value).__name__
    finally:
        await clients.close(producer, 5)


async def test_events_go_by_password_over_tls(broker: Broker, topic: str) -> None:
    await exchange(broker.by_password(), topic)


async def test_events_go_by_certificate(broker: Broker, topic: str) -> None:
    await exchange(broker.by_certificate(), topic)


async def test_a_wrong_password_is_refused(broker: Broker, topic: str) -> None:
    await refused(broker.by_password(kafka_password="another"))


async def test_a_certificate_of_another_authority_is_refused(broker: Broker, topic: str, tmp_path: Path) -> None:
    await refused(broker.by_certificate(Authority(tmp_path, "other")))


async def test_a_broker_of_another_authority_is_not_trusted(broker: Broker, topic: str, tmp_path: Path) -> None:
    await refused(broker.by_password(kafka_ca_file=str(Authority(tmp_path, "other").file)))


async def test_a_new_certificate_is_used_while_events_are_sent(broker: Broker, topic: str) -> None:
    """Every message is there once, though all connections were cut after the first one had ended."""
    settings = broker.by_certificate()
    own, lasts = Security(settings), timedelta(seconds=5)
    broker.authority.issue("client", lasts=lasts)
    ends = datetime.now(UTC) + lasts
    producer, sent, stop = clients.producer(settings.kafka, "test", own.options()), list[bytes](), asyncio.Event()
    keeping = asyncio.create_task(own.keep(stop))
    await clients.result(producer.start(), 20)
    start = await end_of(broker, topic)

    async def send() -> bool:
        sent.append(uuid4().bytes)
        await clients.result(producer.send_and_wait(topic, sent[-1]), 30)
        return datetime.now(UTC) > ends and own.generation > 1

    await send()
    broker.authority.issue("client")
    await until(send, "the first certificate has ended, and the next one was read", 30)
    for connection in list(producer.client._conns.values()):
        connection.close()
    for _ in range(20):
        await send()
    stop.set()
    await keeping
    await clients.close(producer, 5)
    assert await values(broker, topic, start) == sent


async def test_a_certificate_that_has_ended_is_refused(broker: Broker, topic: str) -> None:
    """Else the test of a new one would show nothing."""
    settings = broker.by_certificate()
    broker.authority.issue("client", lasts=timedelta(hours=-1))
    await refused(settings)


async def test_a_new_password_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "AFTERCARE_KAFKA_PASSWORD"
    file.write_text("first\n")
    monkeypatch.setenv("AFTERCARE_SECRETS_DIR", str(tmp_path))
    settings = KafkaSettings(kafka="127.0.0.1:9", kafka_security_protocol="SASL_PLAINTEXT", kafka_username="order-svc")
    own = Security(settings)
    assert own.options()["sasl_plain_password"] == "first"
    file.write_text("second")
    assert own.options()["sasl_plain_password"] == "second"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "AFTERCARE_KAFKA_PASSWORD are needed"),
        ({"kafka_username": "order-svc", "kafka_password": "x"}, "have no effect"),
        ({"kafka_security_protocol": "SSL", "kafka_key_file": "k.pem"}, "are set together"),
        ({"kafka_security_protocol": "TLS"}, "AFTERCARE_KAFKA_SECURITY_PROTOCOL is malformed"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_named(given: dict[str, Any], why: str) -> None:
    with pytest.raises(SettingsInvalid, match=why):
        KafkaSettings(kafka="127.0.0.1:9", **given)


async def end_of(broker: Broker, topic: str) -> int:
    """The offset of the next message."""
    reader = clients.reader(f"127.0.0.1:{broker.ports['broker']}", "test")
    await clients.result(reader.start(), 20)
    [end] = (await reader.end_offsets([TopicPartition(topic, 0)])).values()
    await clients.close(reader, 5)
    return int(end)


async def values(broker: Broker, topic: str, start: int) -> list[bytes]:
    """What the messages from this offset on contain."""
    place, bootstrap = TopicPartition(topic, 0), f"127.0.0.1:{broker.ports['broker']}"
    ends = {place: await end_of(broker, topic)}
    return [each.value async for records in range_reader.read(bootstrap, {place: start}, ends) for each in records]
