"""Kafka and PostgreSQL in containers of one test run, used where a Docker engine answers."""

import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.postgres import answers
from aftercare_cli.stack.processes import port_is_free
from aftercare_cli.stack.waiting import wait_for

# Any: the docker package has no types.
POSTGRES_IMAGE = os.environ.get("AFTERCARE_POSTGRES_IMAGE") or "postgres:18"
KAFKA_IMAGE = os.environ.get("AFTERCARE_KAFKA_IMAGE") or "apache/kafka:4.3.1"
NOT_DURABLE = "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
PASSWORD = "only-for-containers-of-tests"  # noqa: S105


def unavailable_reason() -> str | None:
    """Why containers cannot be used here, or None. An engine that cannot get the images counts as none."""
    try:
        import docker  # type: ignore[import-untyped]
    except ImportError:
        return "the docker package is not installed"
    try:
        engine = docker.from_env(timeout=5)
        engine.ping()
        present = {tag for image in engine.images.list() for tag in image.tags}
        for image in {POSTGRES_IMAGE, KAFKA_IMAGE} - present:
            engine.images.pull(image)
    except docker.errors.DockerException as error:
        return f"no Docker engine with our images ({type(error).__name__})"
    return None


@dataclass(slots=True)
class Containers:
    """Both servers as containers. Their names are recorded before they start, for the reaper."""

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
        container.with_env("POSTGRES_PASSWORD", PASSWORD).with_command(NOT_DURABLE)
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
            started = lambda: b"Kafka Server started" in b"".join(container.get_logs())  # noqa: E731
            wait_for(started, seconds=90, otherwise="the Kafka container does not start")

    def _run(self, container: Any) -> None:
        name = f"aftercare-test-{uuid.uuid4().hex}"
        (self.records / f"{name}.container").touch()
        self._running.append(container.with_name(name).start())

    def stop(self, progress: Progress) -> None:
        while self._running:
            self._running.pop().stop()
        self.postgres = self.kafka = ""

    def erase(self, progress: Progress) -> None:
        """Nothing to do: the data are removed with the containers."""

    def status(self) -> list[ComponentStatus]:
        return [ComponentStatus("containers", "up" if self._running else "down", f"{len(self._running)} running")]


def _container(image: str, inside: int) -> tuple[Any, int]:
    """A container, and the loopback port on which its port `inside` is published; the port is known before it starts."""
    # The reaper of testcontainers is another image, which many machines cannot pull; testing/reaper.py replaces it.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.core.container import DockerContainer

    port = ports.choose()
    if not port_is_free(port):
        raise StackError(f"port {port} has just been taken: try again")
    container = DockerContainer(image)
    # Loopback only. The library passes a tuple on to Docker, but its type allows an integer only.
    container.ports[str(inside)] = ("127.0.0.1", port)  # type: ignore[assignment]
    return container, port


def _broker(port: int) -> dict[str, str]:
    """The broker's settings. It advertises the published port, to which clients connect."""
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


def remove_recorded(records: Path) -> None:
    """Remove the recorded containers that are still there."""
    names = [file.stem for file in records.glob("*.container")]
    if not names:
        return
    import docker

    for container in docker.from_env(timeout=30).containers.list(all=True, filters={"name": names}):
        container.remove(force=True, v=True)
