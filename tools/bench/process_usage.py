"""What the processes of a running suite use: CPU time and wake-ups, by the name of the process."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from aftercare_cli.stack.layout import COURIERS, LABELS, SERVICES, SIMULATOR
from aftercare_cli.stack.processes import Processes
from wrk import tree_seconds

SERVERS = ("kafka", "postgres", SIMULATOR.name, COURIERS.name)
NAMES = (*(service.name for service in SERVICES), LABELS.name, *SERVERS)


class ProcessUsage:
    """The processes of a suite, each with its children."""

    def __init__(self, processes: Processes) -> None:
        self._found = {name: running_process(processes, name) for name in NAMES}

    def cpu_seconds(self) -> dict[str, float]:
        """CPU seconds since the start of each process, with those of its children, also of ones that have ended."""
        return {name: tree_seconds(process) for name, process in self._found.items()}

    def wakeups(self) -> dict[str, int]:
        """How often the threads of each process, and of its running children, have waited and gone on since they started."""
        return {name: wakeups(process) for name, process in self._found.items()}


def running_process(processes: Processes, name: str) -> psutil.Process:
    """Raises: SystemExit where it has ended."""
    found = processes.find(name)
    if found is None:
        raise SystemExit(f"bench: {name} has ended")
    return found


def per_second(before: Mapping[str, float], after: Mapping[str, float], seconds: float) -> dict[str, float]:
    """The growth of each counter per second; a counter that is missing in `before` began at 0."""
    return {name: (count - before.get(name, 0)) / seconds for name, count in after.items()}


def wakeups(parent: psutil.Process) -> int:
    """The voluntary context switches of all threads of a process and of its children.

    psutil counts those of the first thread only.
    """
    return sum(_switches(process.pid) for process in (parent, *parent.children(recursive=True)))


def _switches(pid: int) -> int:
    found = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with suppress(OSError):  # the thread has just ended
            found += parse_switches(status.read_text())
    return found


def parse_switches(status: str) -> int:
    """`voluntary_ctxt_switches` of a status file of /proc."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("voluntary_ctxt_switches:"))
