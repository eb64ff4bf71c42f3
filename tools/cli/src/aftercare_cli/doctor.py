"""Checks of what a machine needs to run the local stack."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from aftercare_cli.stack.artifacts import KAFKA_VERSION, cache, java
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import SERVERS, Layout
from aftercare_cli.stack.postgres import as_user, binaries
from aftercare_cli.stack.processes import Processes, port_is_free

JAVA, MINIMUM_JAVA, MINIMUM_DISK_GIB = "java 17 or newer", 17, 2
DOCKER, POSTGRES = "docker compose (optional)", "PostgreSQL 18"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `needed` is False for what the embedded stack runs without."""

    name: str
    ok: bool
    detail: str
    needed: bool = True


def examine(layout: Layout) -> list[Finding]:
    """All checks; the detail of a failed one says how to get what is missing."""
    python = Finding("python 3.11 or newer", sys.version_info >= (3, 11), sys.version.split()[0])
    return [python, _java(), _kafka(), _postgres(), _ports(layout), _disk(layout), _docker()]


def runnable(findings: list[Finding]) -> bool:
    """Whether the embedded stack can run."""
    return all(finding.ok for finding in findings if finding.needed)


def _java() -> Finding:
    try:
        output = _output_of(java(), "-version")
    except StackError as error:
        return Finding(JAVA, False, str(error))
    version = re.search(r'version "(\d+)', output)
    new_enough = version is not None and int(version[1]) >= MINIMUM_JAVA
    return Finding(JAVA, new_enough, _first_line(output) or "does not run")


def _kafka() -> Finding:
    name = f"Apache Kafka {KAFKA_VERSION}"
    if (cache() / f"kafka-{KAFKA_VERSION}").is_dir():
        return Finding(name, True, "downloaded")
    if shutil.which("mvn"):
        return Finding(name, True, "Maven downloads it at the first start (45 MB)")
    return Finding(name, False, "Maven downloads it, and is missing: on Debian `apt-get install maven`")


def _postgres() -> Finding:
    try:
        as_user(binaries())
        return Finding(POSTGRES, True, "from its wheel")
    except StackError as error:
        return Finding(POSTGRES, False, str(error))


def _ports(layout: Layout) -> Finding:
    processes = Processes(layout.folder("run"), layout.logs)
    servers = [server for server in SERVERS if processes.find(server.name) is None]
    taken = [str(layout.port(server)) for server in servers if not port_is_free(layout.port(server))]
    every = [layout.port(server) for server in SERVERS]
    name = f"ports {min(every)}-{max(every)}"
    remedy = f"taken: {', '.join(taken)}; PORT_BASE=9000 moves all"
    return Finding(name, not taken, remedy if taken else "free, or used by this stack")


def _disk(layout: Layout) -> Finding:
    free = shutil.disk_usage(layout.home).free / 2**30
    return Finding(f"{MINIMUM_DISK_GIB} GB of disk", free > MINIMUM_DISK_GIB, f"{free:.0f} GB free")


def _docker() -> Finding:
    if not shutil.which("docker"):
        return Finding(DOCKER, False, "only for --with compose and testcontainers", needed=False)
    output = _output_of("docker", "compose", "version")
    return Finding(DOCKER, output.startswith("Docker Compose"), _first_line(output) or "does not answer", needed=False)


def _output_of(*command: str) -> str:
    """What a program prints, on stdout or else on stderr; empty where it does not run."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=15, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (result.stdout or result.stderr).strip()


def _first_line(output: str) -> str:
    return output.splitlines()[0] if output else ""
