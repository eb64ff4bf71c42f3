"""The counters of a running suite: CPU, commits, statements and their time, and requests to Kafka."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import kafka_requests
import server_log
from aftercare_cli.stack.layout import SERVICES
from case_cost import cost_ms
from process_usage import running_process
from suite_load import Suite

K = TypeVar("K", bound=Hashable)
DATABASES = {service.database: service.name for service in SERVICES}
COMMITS = "SELECT datname, xact_commit FROM pg_stat_database WHERE datname = ANY($1)"
Do = Callable[[], Awaitable[int]]
"""Returns the number of cases that it has created, or 0 where it has only waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Per second or per case: CPU milliseconds by process, commits by service, statements by service and text with
    their milliseconds by the clock of the server, requests to Kafka by type."""

    cpu_ms: Mapping[str, float]
    commits: Mapping[str, float]
    statements: Mapping[tuple[str, str], float]
    statement_ms: Mapping[tuple[str, str], float]
    requests: Mapping[str, float]

    def statements_of(self, service: str) -> float:
        return sum(count for (name, _), count in self.statements.items() if name == service)

    def ms_of(self, service: str) -> float:
        """The time of its statements."""
        return sum(ms for (name, _), ms in self.statement_ms.items() if name == service)


NOTHING = Activity(cpu_ms={}, commits={}, statements={}, statement_ms={}, requests={})


@dataclass(frozen=True, slots=True)
class Counts:
    """At a moment of the monotonic clock."""

    at: float
    commits: Mapping[str, int]
    requests: Mapping[str, int]


class Counters:
    """The counters of the processes and of both servers of a suite."""

    def __init__(self, running: Suite) -> None:
        self._used = running.used
        self._admin = running.local.infrastructure.postgres
        self._log = running.processes.log("postgres")
        self._broker = running_process(running.processes, "kafka")

    async def count(self, do: Do, rest: Activity) -> tuple[Activity, int]:
        """Do it twice, the second time to log statements. Per case of its result, or per second where that is 0.

        `rest` is what happens in a second in any case. The second result is the number of cases.
        """
        found, done = await self._without_log(do, rest)
        async with server_log.statements(self._admin, self._log) as sent:
            began = time.monotonic()
            again = await do()
            logged = time.monotonic() - began
        statements, ms = _by_service(sent.counts), _by_service(sent.ms)
        return Activity(
            cpu_ms=found.cpu_ms,
            commits=found.commits,
            requests=found.requests,
            statements=each(statements, again or logged, rest.statements, logged),
            statement_ms=each(ms, again or logged, rest.statement_ms, logged),
        ), done + again

    async def _without_log(self, do: Do, rest: Activity) -> tuple[Activity, int]:
        """CPU, commits and requests. Reading the counts costs the broker CPU, so its CPU is read in between."""
        before = await self._counts()
        began, cpu = time.monotonic(), self._used.cpu_seconds()
        done = await do()
        used, seconds = self._used.cpu_seconds(), time.monotonic() - began
        after = await self._counts()
        at_rest = {name: ms / 1000 for name, ms in rest.cpu_ms.items()}
        longer = after.at - before.at
        return Activity(
            cpu_ms=cost_ms(cpu, used, at_rest, seconds, done or seconds),
            commits=each(growth(before.commits, after.commits), done or longer, rest.commits, longer),
            requests=each(growth(before.requests, after.requests), done or longer, rest.requests, longer),
            statements={},
            statement_ms={},
        ), done

    async def _counts(self) -> Counts:
        requests = await asyncio.to_thread(kafka_requests.count, self._broker)
        connection = await asyncpg.connect(self._admin)
        rows = await connection.fetch(COMMITS, list(DATABASES))
        await connection.close()
        commits = {DATABASES[row["datname"]]: row["xact_commit"] for row in rows}
        return Counts(time.monotonic(), commits, requests)


def _by_service(counts: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    return {(DATABASES[name], text): count for (name, text), count in counts.items() if name in DATABASES}


def growth(before: Mapping[K, int], after: Mapping[K, int]) -> dict[K, int]:
    """The growth of each counter; one that is missing before began at 0."""
    return {name: count - before.get(name, 0) for name, count in after.items()}


def each(counts: Mapping[K, float], times: float, rest: Mapping[K, float], seconds: float) -> dict[K, float]:
    """Each count for one of `times`, without what `seconds` have at rest."""
    return {name: (count - rest.get(name, 0.0) * seconds) / times for name, count in counts.items()}
