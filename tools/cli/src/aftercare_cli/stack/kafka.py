"""A real Kafka broker in one process (KRaft, broker and controller combined), on loopback."""

import base64
import socket
import struct
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import java, kafka_jars
from aftercare_cli.stack.interface import Piece, Progress, StackError, step
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.stack.waiting import wait_for

NAME = "kafka"
# The request that any broker answers: size, key 18, version 0, correlation 1, no client's name (Kafka protocol guide).
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
MEMORY = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
LOGGING = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
log.retention.ms=-1
log.segment.bytes=67108864
log.cleaner.dedupe.buffer.size=16777216
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
"""


def answers(port: int) -> bool:
    """Whether the broker on this loopback port works: it listens some time before, and ends early connections."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(API_VERSIONS)
            return len(connection.recv(8)) == 8
    except OSError:
        return False


@dataclass(slots=True)
class Kafka:
    """The broker of one stack; its data lives in `folder` and survives `stop`."""

    folder: Path
    processes: Processes

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._recorded()['broker']}"

    def _recorded(self) -> dict[str, int]:
        return ports.remembered(self.folder / "ports.json", ["broker", "controller"])

    def start(self, progress: Progress) -> None:
        """Start the broker unless it runs; returns when it answers."""
        if self.processes.find(NAME) and self._answers():
            return
        self.processes.stop(NAME)
        jars = kafka_jars(progress)
        with step(progress, NAME, "starting Kafka", "ready"):
            properties = self._configure()
            self._format(jars, properties)
            self.processes.start(NAME, [java(), *MEMORY, *LOGGING, "-cp", f"{jars}/*", "kafka.Kafka", str(properties)])
            wait_for(self._answers, seconds=60, otherwise="kafka does not answer after 60 s", alive=self._still_alive)

    def _configure(self) -> Path:
        """Write the properties; ports that were taken meanwhile are chosen anew."""
        if not all(port_is_free(port) for port in self._recorded().values()):
            (self.folder / "ports.json").unlink()
        properties = self.folder / "server.properties"
        properties.write_text(PROPERTIES.format(data=self.folder / "data", **self._recorded()), encoding="utf-8")
        return properties

    def _format(self, jars: Path, properties: Path) -> None:
        if (self.folder / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # An identifier that begins with a dash would be read as an option.
        command = [java(), *MEMORY, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{jars}/*"]
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", f"A{cluster[1:]}"]
        result = subprocess.run([*command, *tool, "-c", str(properties)], capture_output=True, text=True, timeout=60)
        if result.returncode:
            raise StackError(f"kafka could not format its storage: {(result.stderr or result.stdout).strip()[-300:]}")

    def _answers(self) -> bool:
        return answers(self._recorded()["broker"])

    def _still_alive(self) -> None:
        if self.processes.find(NAME) is None:
            raise self.processes.obituary(NAME)

    def stop(self) -> bool:
        return self.processes.stop(NAME, patience=20)

    def piece(self) -> Piece:
        if process := self.processes.find(NAME):
            return Piece(NAME, "up" if self._answers() else "broken", f"{self.bootstrap} · pid {process.pid}")
        if self.processes.was_started(NAME):
            return Piece(NAME, "broken", f"ended by itself · {self.processes.log(NAME)}")
        return Piece(NAME, "down", "")
