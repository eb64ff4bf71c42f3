"""Kafka and PostgreSQL in throw-away containers: what the tests take where a Docker engine answers."""

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import Piece, Progress, StackError, step
from aftercare_cli.stack.postgres import answers
from aftercare_cli.stack.processes import port_is_free
from aftercare_cli.stack.waiting import wait_for

POSTGRES_IMAGE = os.environ.get("AFTERCARE_POSTGRES_IMAGE") or "postgres:17"
KAFKA_IMAGE = os.environ.get("AFTERCARE_KAFKA_IMAGE") or "apache/kafka:4.3.1"
CARELESS = "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
PASSWORD = "only-for-a-throw-away-container"  # noqa: S105


def trouble() -> str | None:
    """Why containers cannot be used here, or None. An engine without the images counts as none."""
    try:
        import docker  # type: ignore[import-untyped]
    except ImportError:
        return "the docker package is not installed"
    try:
        engine = docker.from_env(timeout=5)
        engine.ping()
        known = {tag for image in engine.images.list() for tag in image.tags}
        for image in {POSTGRES_IMAGE, KAFKA_IMAGE} - known:
            engine.images.pull(image)
    except docker.errors.DockerException as error:
        return f"no Docker engine with our images ({type(error).__name__})"
    return None


@dataclass(slots=True)
class Containers:
    """Both servers as containers of one test run; their names are recorded for the guardian before they start."""

    records: Path
    kafka: str = ""
    postgres: str = field(default="", repr=False)
    kind: str = "docker"
    _running: list[Any] = field(default_factory=list)

    def start(self, progress: Progress) -> None:
        if not self.postgres:
            self.start_postgres(progress)
        if not self.kafka:
            self.start_kafka(progress)

    def start_postgres(self, progress: Progress) -> None:
        container, port = _container(POSTGRES_IMAGE, 5432)
        container.with_env("POSTGRES_PASSWORD", PASSWORD).with_command(CARELESS)
        with step(progress, "postgres", "starting a PostgreSQL container", "ready"):
            self._run(container)
            self.postgres = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"
            wait_for(lambda: answers(self.postgres), seconds=60, otherwise="the PostgreSQL container does not answer")

    def start_kafka(self, progress: Progress) -> None:
        container, port = _container(KAFKA_IMAGE, 9092)
        for key, value in _broker(port).items():
            container.with_env(key, value)
        with step(progress, "kafka", "starting a Kafka container", "ready"):
            self._run(container)
            self.kafka = f"127.0.0.1:{port}"
            said = lambda: b"Kafka Server started" in b"".join(container.get_logs())  # noqa: E731
            wait_for(said, seconds=90, otherwise="the Kafka container does not start")

    def _run(self, container: Any) -> None:
        name = f"aftercare-test-{uuid.uuid4().hex}"
        (self.records / f"{name}.container").touch()
        self._running.append(container.with_name(name).start())

    def stop(self, progress: Progress) -> None:
        while self._running:
            self._running.pop().stop()
        self.postgres = self.kafka = ""

    def erase(self, progress: Progress) -> None:
        """Nothing is left: the containers took their data along."""

    def pieces(self) -> list[Piece]:
        return [Piece("containers", "up" if self._running else "down", f"{len(self._running)} running")]


def _container(image: str, inside: int) -> tuple[Any, int]:
    """A container whose port is published on a loopback port that we know before it starts."""
    # The reaper is an image of its own that many machines cannot pull; the run stops its containers itself.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    port = ports.choose()
    if not port_is_free(port):
        raise StackError(f"port {port} was taken in this moment, try again")
    container = DockerContainer(image)
    # Loopback only; the library types the value narrower than what it passes on.
    container.ports[str(inside)] = ("127.0.0.1", port)  # type: ignore[assignment]
    return container, port


def _broker(port: int) -> dict[str, str]:
    """The advertised address has to be the one outside, so clients come back to the published port."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_HEAP_OPTS": "-Xms128m -Xmx384m",
    }


def remove_left_over(records: Path) -> None:
    """Remove containers that a killed run could not."""
    names = [file.stem for file in records.glob("*.container")]
    if not names:
        return
    import docker

    for container in docker.from_env(timeout=30).containers.list(all=True, filters={"name": names}):
        container.remove(force=True, v=True)
