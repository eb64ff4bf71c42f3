"""What a machine needs for the local stack, looked at one by one."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from aftercare_cli.stack.artifacts import KAFKA_VERSION, cache, java
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout
from aftercare_cli.stack.postgres import as_user, binaries
from aftercare_cli.stack.processes import Processes, port_is_free


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `needed` is False for what only some uses want."""

    what: str
    fine: bool
    detail: str
    needed: bool = True


def examine(layout: Layout) -> list[Finding]:
    """Everything the local stack wants, with how to get what is missing."""
    python = Finding("python 3.11 or newer", sys.version_info >= (3, 11), sys.version.split()[0])
    return [python, _java(), _kafka(), _postgres(), _ports(layout), _disk(layout), _docker()]


def runnable(findings: list[Finding]) -> bool:
    """Whether the embedded stack can run."""
    return all(finding.fine for finding in findings if finding.needed)


def _java() -> Finding:
    what = "java 17 or newer"
    try:
        said = _said(java(), "-version")
    except StackError as error:
        return Finding(what, False, str(error))
    version = re.search(r'version "(\d+)', said)
    fine = version is not None and int(version[1]) >= 17
    return Finding(what, fine, said.splitlines()[0] if said else "does not run")


def _kafka() -> Finding:
    what = f"Apache Kafka {KAFKA_VERSION}"
    if (cache() / f"kafka-{KAFKA_VERSION}").is_dir():
        return Finding(what, True, "fetched")
    if shutil.which("mvn"):
        return Finding(what, True, "Maven will fetch it at the first start (45 MB)")
    return Finding(what, False, "Maven fetches it, and is missing: on Debian `apt-get install maven`")


def _postgres() -> Finding:
    try:
        as_user(binaries())
        return Finding("PostgreSQL 18", True, "from its wheel")
    except StackError as error:
        return Finding("PostgreSQL 18", False, str(error))


def _ports(layout: Layout) -> Finding:
    processes = Processes(layout.folder("run"), layout.logs)
    servers = [server for server in (*SERVICES, SIMULATOR) if processes.find(server.name) is None]
    taken = [str(layout.port(server)) for server in servers if not port_is_free(layout.port(server))]
    what = f"ports {layout.port_base + 1}-{layout.port_base + 9}"
    return Finding(what, not taken, f"taken: {', '.join(taken)}; PORT_BASE=9000 moves all" if taken else "free or ours")


def _disk(layout: Layout) -> Finding:
    free = shutil.disk_usage(layout.home).free / 2**30
    return Finding("2 GB of disk", free > 2, f"{free:.0f} GB free")


def _docker() -> Finding:
    what = "docker compose (optional)"
    if not shutil.which("docker"):
        return Finding(what, False, "only for --with compose and testcontainers", needed=False)
    said = _said("docker", "compose", "version")
    return Finding(what, said.startswith("Docker Compose"), said.splitlines()[0] if said else "no answer", needed=False)


def _said(*command: str) -> str:
    """What a program prints about itself, or nothing."""
    ask: Callable[[], subprocess.CompletedProcess[str]] = lambda: subprocess.run(  # noqa: E731
        command, capture_output=True, text=True, timeout=15
    )
    try:
        result = ask()
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (result.stdout or result.stderr).strip()
