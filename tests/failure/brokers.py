"""Kafka brokers that tests kill: one, or three with replication, each with its own folder."""

import base64
import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import java, kafka_jars
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.kafka import answers
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.stack.waiting import wait_for
from hosts import LOOPBACK, Host

MEMORY = ["-Xms96m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
LOGGING = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
log.retention.ms=-1
log.segment.bytes={segment}
log.cleaner.dedupe.buffer.size=16777216
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=6000
offsets.topic.num.partitions=1
offsets.topic.replication.factor={replicas}
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr=1
"""


@dataclass(slots=True)
class Broker:
    """One node. Clients connect to `advertised`, which is another port than `port` where a proxy is between."""

    node: int
    folder: Path
    processes: Processes
    port: int
    controller: int
    advertised: int
    host: Host = LOOPBACK

    @property
    def name(self) -> str:
        return f"kafka-{self.node}"

    def start(self) -> None:
        """Start the process, once its port is free; `wait` waits until it answers."""
        jars = kafka_jars(NoProgress())
        wait_for(lambda: port_is_free(self.port), seconds=60, otherwise=f"the port of {self.name} stays taken")
        properties = str(self.folder / "server.properties")
        command = [java(), *MEMORY, *LOGGING, "-cp", f"{jars}/*", "kafka.Kafka", properties]
        self.processes.start(self.name, [*self.host.enter(), *command])

    def wait(self, seconds: float = 60) -> None:
        wait_for(
            lambda: answers(self.port, self.host.address),
            seconds=seconds,
            otherwise=f"{self.name} does not answer",
            check=self._check_running,
        )

    def _check_running(self) -> None:
        if self.processes.find(self.name) is None:
            raise self.processes.exit_error(self.name)

    def running(self) -> bool:
        return self.processes.find(self.name) is not None

    def kill(self) -> None:
        """Send SIGKILL and wait until it has ended."""
        if process := self.processes.find(self.name):
            process.kill()
            process.wait(10)

    def lose_disk(self) -> None:
        """Kill the broker and give it an empty disk in the place of its own; `start` starts it there."""
        self.kill()
        data = self.folder / "data"
        [cluster] = re.findall(r"^cluster\.id=(\S+)$", (data / "meta.properties").read_text(), re.M)
        shutil.rmtree(data)
        self._format(cluster)

    def prepare(self, voters: str, replicas: int, cluster: str, segment: int) -> None:
        """Write the properties and format the storage."""
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        text = PROPERTIES.format(
            node=self.node,
            voters=voters,
            host=self.host.address,
            port=self.port,
            controller=self.controller,
            advertised=self.advertised,
            data=self.folder / "data",
            segment=segment,
            replicas=replicas,
        )
        properties.write_text(text, encoding="utf-8")
        self._format(cluster)

    def _format(self, cluster: str) -> None:
        properties = self.folder / "server.properties"
        tool = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
        command = [java(), *MEMORY, *LOGGING, "-cp", f"{kafka_jars(NoProgress())}/*", *tool]
        subprocess.run(command, capture_output=True, check=True, timeout=60)


@dataclass(slots=True)
class Cluster:
    """All brokers of one cluster."""

    brokers: list[Broker] = field(default_factory=list)

    @classmethod
    def make(
        cls,
        home: Path,
        processes: Processes,
        size: int = 1,
        *,
        advertised: Sequence[int] = (),
        folder: Path | None = None,
        segment: int = 67_108_864,
        hosts: Sequence[Host] = (),
    ) -> "Cluster":
        """A prepared cluster that is not started. `advertised`: ports of proxies; `folder`: a place on another disk; `hosts`: one per broker."""
        free = [ports.choose() for _ in range(size * 2)]
        brokers = []
        for node in range(1, size + 1):
            port, controller = free[node - 1], free[size + node - 1]
            public = advertised[node - 1] if advertised else port
            place = (folder or home) / f"kafka-{node}"
            host = hosts[node - 1] if hosts else LOOPBACK
            brokers.append(Broker(node, place, processes, port, controller, public, host))
        voters = ",".join(f"{one.node}@{one.host.address}:{one.controller}" for one in brokers)
        cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        for one in brokers:
            one.prepare(voters, min(3, size), cluster, segment)
        return cls(brokers)

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{one.host.address}:{one.advertised}" for one in self.brokers)

    @property
    def direct(self) -> str:
        return ",".join(f"{one.host.address}:{one.port}" for one in self.brokers)

    def start(self) -> None:
        for one in self.brokers:
            one.start()
        for one in self.brokers:
            one.wait()

    def start_stopped(self) -> None:
        """Start the brokers that are not running, and wait until they answer."""
        stopped = [one for one in self.brokers if not one.running()]
        for one in stopped:
            one.start()
        for one in stopped:
            one.wait()

    def stop(self) -> None:
        for one in self.brokers:
            one.kill()
