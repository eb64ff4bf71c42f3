"""The CPU that a suite uses while nothing is asked of it, beside that of a Kafka broker without clients."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.kafka import NAME
from aftercare_cli.testing.reaper import reaper
from process_usage import SERVERS, ProcessUsage, per_second, running_process
from wrk import tree_seconds

AFTER_SECONDS, SECONDS = 30.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """CPU seconds per second by process, and of a broker alone."""

    cpu: dict[str, float]
    broker_alone: float

    @property
    def percent(self) -> float:
        """All processes, in percent of a core."""
        return 100 * sum(self.cpu.values())

    @property
    def worst(self) -> tuple[str, float]:
        """The service that uses most, and its percent of a core."""
        name = max((name for name in self.cpu if name not in SERVERS), key=lambda name: self.cpu[name])
        return name, 100 * self.cpu[name]


async def measure(processes: ProcessUsage, broker: psutil.Process, log: Callable[[str], None]) -> Rest:
    """Measure a suite that is quiet, and the broker alone beside it, in one window."""
    await asyncio.sleep(AFTER_SECONDS)
    began, before, alone = time.monotonic(), processes.cpu_seconds(), tree_seconds(broker)
    await asyncio.sleep(SECONDS)
    seconds = time.monotonic() - began
    used = (tree_seconds(broker) - alone) / seconds
    found = Rest(cpu=per_second(before, processes.cpu_seconds(), seconds), broker_alone=used)
    log(f"at rest: {found.percent:.1f} % of a core, a broker alone {100 * used:.1f} %")
    return found


@contextmanager
def broker_alone() -> Iterator[psutil.Process]:
    """A broker with the settings of a suite's one, without topics and clients."""
    with TemporaryDirectory(prefix="aftercare-bench-", ignore_cleanup_errors=True) as folder, reaper(Path(folder)):
        kafka = Embedded.at(Path(folder)).broker
        kafka.start(NoProgress())
        try:
            yield running_process(kafka.processes, NAME)
        finally:
            kafka.stop()
