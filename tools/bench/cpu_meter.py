"""CPU of a server and of PostgreSQL, to the microsecond, for single requests."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

QUIET_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class CpuMeter:
    """CPU of one server, and of PostgreSQL with its children; those that end meanwhile are left out."""

    server: psutil.Process
    postgres: psutil.Process

    def total(self) -> tuple[float, float]:
        """CPU milliseconds so far of the server and of PostgreSQL, whose processes stay the same meanwhile."""
        server, postgres = self._now()
        return sum(server.values()), sum(postgres.values())

    async def of(self, request: Awaitable[bytes]) -> tuple[bytes, float, float]:
        """The answer to a request, and what both use from its start until some milliseconds after it."""
        before = self._now()
        answer = await request
        await asyncio.sleep(QUIET_SECONDS)
        server, postgres = (passed(then, after) for then, after in zip(before, self._now(), strict=True))
        return answer, server, postgres

    def _now(self) -> tuple[dict[int, float], dict[int, float]]:
        return scheduled_ms([self.server]), scheduled_ms([self.postgres, *self.postgres.children(recursive=True)])


def scheduled_ms(processes: Iterable[psutil.Process]) -> dict[int, float]:
    """CPU milliseconds of all threads of each process, by its id; those that have ended are left out."""
    found = {}
    for process in processes:
        with suppress(OSError):
            stats = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
            found[process.pid] = sum(int(stat.read_text().split()[0]) for stat in stats) / 1e6
    return found


def passed(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """What processes used between the two; one that has ended meanwhile is left out."""
    return sum(ms - before.get(pid, 0.0) for pid, ms in after.items())
