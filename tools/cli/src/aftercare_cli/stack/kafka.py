"""A Kafka broker in one process (KRaft, combined broker and controller), on loopback."""

import base64
import socket
import struct
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import java, kafka_jars
from aftercare_cli.stack.interface import ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.stack.waiting import wait_for

NAME = "kafka"
# ApiVersions, which any broker answers: size, key 18, version 0, correlation id 1, null client id (Kafka protocol guide).
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


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether the broker at this port answers a request. It listens for some time before it does."""
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.sendall(API_VERSIONS)
            return len(connection.recv(8)) == 8
    except OSError:
        return False


@dataclass(slots=True)
class Kafka:
    """The broker of one stack; its data in `folder` outlive `stop`."""

    folder: Path
    processes: Processes

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._ports()['broker']}"

    def _ports(self) -> dict[str, int]:
        return ports.recorded(self.folder / "ports.json", ["broker", "controller"])

    def start(self, progress: Progress) -> None:
        """Start the broker unless it runs, and wait until it answers.

        Raises:
            StackError: it does not start; the message quotes its log.
        """
        if self.processes.find(NAME) and self._answers():
            return
        self.processes.stop(NAME)
        jars = kafka_jars(progress)
        with step(progress, NAME, "starting Kafka", "ready"):
            properties = self._configure()
            self._format(jars, properties)
            self.processes.start(NAME, [java(), *MEMORY, *LOGGING, "-cp", f"{jars}/*", "kafka.Kafka", str(properties)])
            wait_for(self._answers, seconds=60, otherwise="kafka does not answer after 60 s", check=self._check_running)

    def _configure(self) -> Path:
        """Write the properties, with new ports where another process has taken the recorded ones."""
        if not all(port_is_free(port) for port in self._ports().values()):
            (self.folder / "ports.json").unlink()
        properties = self.folder / "server.properties"
        properties.write_text(PROPERTIES.format(data=self.folder / "data", **self._ports()), encoding="utf-8")
        return properties

    def _format(self, jars: Path, properties: Path) -> None:
        if (self.folder / "data" / "meta.properties").exists():
            return
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # The tool would read an id that begins with a dash as an option: ours begins with A.
        command = [java(), *MEMORY, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{jars}/*"]
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted", "-t", f"A{cluster[1:]}"]
        result = subprocess.run([*command, *tool, "-c", str(properties)], capture_output=True, text=True, timeout=60)
        if result.returncode:
            raise StackError(f"kafka could not format its storage: {(result.stderr or result.stdout).strip()[-300:]}")

    def _answers(self) -> bool:
        return answers(self._ports()["broker"])

    def _check_running(self) -> None:
        if self.processes.find(NAME) is None:
            raise self.processes.exit_error(NAME)

    def stop(self) -> bool:
        return self.processes.stop(NAME, grace_seconds=20)

    def status(self) -> ComponentStatus:
        if process := self.processes.find(NAME):
            return ComponentStatus(NAME, "up" if self._answers() else "broken", f"{self.bootstrap} · pid {process.pid}")
        if self.processes.was_started(NAME):
            return ComponentStatus(NAME, "broken", f"ended unexpectedly · {self.processes.log(NAME)}")
        return ComponentStatus(NAME, "down", "")
