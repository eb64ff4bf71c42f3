"""What a suite does at rest and for a created case: wake-ups, commits, statements and requests to Kafka.

CPU is not measured here: counting statements in the log of PostgreSQL, and requests over JMX, costs some.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import kafka_requests
import server_log
import suite
import suite_rest
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.layout import SERVICES
from case_cost import PER_SECOND, Endpoint
from process_usage import per_second, running_process
from quiet import quiet
from suite_load import Suite

K = TypeVar("K", bound=Hashable)
DATABASES = {service.database: service.name for service in SERVICES}
COMMITS = "SELECT datname, xact_commit FROM pg_stat_database WHERE datname = ANY($1)"
REST_SECONDS, LOAD_SECONDS = 30.0, 20
SETTLE_SECONDS = 12.0
"""After a load. PostgreSQL counts the last commits of a session that has become idle within ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Counts per second or per case: commits by service, statements by service and text, requests to Kafka by type."""

    commits: Mapping[str, float]
    statements: Mapping[tuple[str, str], float]
    requests: Mapping[str, float]

    def statements_of(self, service: str) -> float:
        return sum(count for (name, _), count in self.statements.items() if name == service)


NOTHING = Activity(commits={}, statements={}, requests={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Wake-ups per second at rest by process, activity per second at rest and per created case, and events of a case."""

    wakeups: Mapping[str, float]
    rest: Activity
    case: Activity
    events: float


def measure(log: Callable[[str], None]) -> Found:
    """Start a suite, profile it, and stop it."""
    if reason := kafka_requests.unavailable():
        raise SystemExit(f"bench: {reason}")
    with suite.stack() as (local, _, processes):
        local.up(NoProgress())
        found = asyncio.run(profile(Suite(local, processes), log))
        local.down(NoProgress())
    return found


async def profile(running: Suite, log: Callable[[str], None]) -> Found:
    """All counts of a suite that is running. Its quiet is checked outside of what is counted."""
    cases, counters = await running.new_cases(), Counters(running)
    await cases.orders.take(2 * PER_SECOND * LOAD_SECONDS)
    await running.warm_up()
    await asyncio.sleep(suite_rest.AFTER_SECONDS)
    began, before = time.monotonic(), running.used.wakeups()
    await asyncio.sleep(REST_SECONDS)
    wakeups = per_second(before, running.used.wakeups(), time.monotonic() - began)
    log(f"at rest: {sum(wakeups.values()):.0f} wake-ups per second")
    rest = await counters.rest()
    log(f"at rest: {sum(rest.commits.values()):.1f} commits per second")
    async with quiet(running.addresses) as looks:
        published = await looks.published()
        case, done = await counters.case(cases, rest)
        await looks.wait()
        events = (await looks.published() - published) / done
    log(f"a case: {sum(case.commits.values()):.1f} commits, {events:.1f} events")
    return Found(wakeups=wakeups, rest=rest, case=case, events=events)


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters at a moment of the monotonic clock."""

    at: float
    commits: Mapping[str, int]
    requests: Mapping[str, int]


class Counters:
    """The counters of both servers of a suite."""

    def __init__(self, running: Suite) -> None:
        self._admin = running.local.infrastructure.postgres
        self._log = running.processes.log("postgres")
        self._broker = running_process(running.processes, "kafka")

    async def rest(self) -> Activity:
        """What happens in a second while nothing is asked of the suite."""

        async def wait() -> int:
            await asyncio.sleep(REST_SECONDS)
            return 0

        found, _ = await self._count(wait, NOTHING)
        return found

    async def case(self, cases: Endpoint, rest: Activity) -> tuple[Activity, int]:
        """What happens for one case, without what happens at rest; and the number of cases."""

        async def load() -> int:
            done, _ = await cases.open(await cases.orders.take(PER_SECOND * LOAD_SECONDS), LOAD_SECONDS)
            await asyncio.sleep(SETTLE_SECONDS)
            return done

        return await self._count(load, rest)

    async def _count(self, do: Callable[[], Awaitable[int]], rest: Activity) -> tuple[Activity, int]:
        """Do it twice, the second time to count statements. Per case of its result, or per second where that is 0.

        The second result is the number of cases. Reading the counters takes seconds, which belong to the time.
        """
        before = await self._read()
        done = await do()
        after = await self._read()
        seconds = after.at - before.at
        async with server_log.statements(self._admin, self._log) as sent:
            began = time.monotonic()
            again = await do()
            logged = time.monotonic() - began
        statements = {(DATABASES[name], text): count for (name, text), count in sent.items() if name in DATABASES}
        found = Activity(
            commits=each(growth(before.commits, after.commits), done or seconds, rest.commits, seconds),
            requests=each(growth(before.requests, after.requests), done or seconds, rest.requests, seconds),
            statements=each(statements, again or logged, rest.statements, logged),
        )
        return found, done + again

    async def _read(self) -> Reading:
        requests = await asyncio.to_thread(kafka_requests.count, self._broker)
        connection = await asyncpg.connect(self._admin)
        rows = await connection.fetch(COMMITS, list(DATABASES))
        await connection.close()
        commits = {DATABASES[row["datname"]]: row["xact_commit"] for row in rows}
        return Reading(time.monotonic(), commits, requests)


def growth(before: Mapping[K, int], after: Mapping[K, int]) -> dict[K, int]:
    """The growth of each counter; one that is missing before began at 0."""
    return {name: count - before.get(name, 0) for name, count in after.items()}


def each(counts: Mapping[K, int], times: float, rest: Mapping[K, float], seconds: float) -> dict[K, float]:
    """Each count for one of `times`, without what `seconds` have at rest."""
    return {name: (count - rest.get(name, 0.0) * seconds) / times for name, count in counts.items()}
