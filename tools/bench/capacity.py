"""What one case costs each role of each service, its database and the broker, from an order to the rating; for `aftercare capacity`.

Each service runs as three processes, as in Kubernetes. The stories run some at a time, since a suite under load handles events in batches.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import psutil
import story_cost
from aftercare_cli import capacity as package
from aftercare_cli.capacity.costs import FILE, Costs, ServiceCosts
from aftercare_cli.capacity.plan import PARTITIONS
from aftercare_cli.stack.interface import Addresses, NoProgress
from aftercare_cli.stack.layout import SERVICES, Server
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.service_commands import script, service_variables
from environment import start
from process_usage import running_process
from quiet import Quiet, quiet
from suite import stack
from suite_counters import DATABASES
from wrk import cpu_seconds, tree_seconds

ROLES = ("serve", "relay", "consume")
AT_A_TIME, EACH = 8, 25
REST_SECONDS = 30.0
COMMITS = "SELECT datname, xact_commit FROM pg_stat_database WHERE datname = ANY($1)"
SIZES = "SELECT datname, pg_database_size(datname) FROM pg_database WHERE datname = ANY($1)"
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
OTHERS = "others"
"""The processes of the database server that belong to no database, such as the writer of the WAL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """CPU seconds by service and role, by database and of the broker; commits and bytes by database; bytes of WAL and of the log; events."""

    roles: Mapping[tuple[str, str], float]
    databases: Mapping[str, float]
    broker: float
    commits: Mapping[str, int]
    sizes: Mapping[str, int]
    wal: int
    log: int
    events: int


def measure(log: Callable[[str], None]) -> str:
    """Start a suite, measure it, stop it, and write the costs for the calculator. The section of the page."""
    with stack() as (local, _, processes):
        local.up(NoProgress())
        _split(local, processes)
        log("each service runs as three processes")
        costs = asyncio.run(_measure(local, processes))
        local.down(NoProgress())
    costs.write(Path(package.__file__).with_name(FILE))
    log(f"{costs.events:.0f} events and {sum(_ms(costs).values()):.0f} ms of CPU per case")
    return section(costs)


def _split(local: LocalStack, processes: Processes) -> None:
    """One process per role in place of the one with all roles; that which serves keeps the address."""
    addresses = Addresses.read(local.layout.stack_file)
    common = service_variables(local.layout, addresses.kafka)
    for server in SERVICES:
        processes.stop(server.name)
        variables = {**common, "AFTERCARE_DATABASE_URL": addresses.databases[server.name]}
        for role in ROLES:
            port = local.layout.port(server) if role == "serve" else None
            start(processes, _name(server, role), [script(server.name), role], variables, port=port)


def _name(server: Server, role: str) -> str:
    return f"{server.name}-{role}"


async def _measure(local: LocalStack, processes: Processes) -> Costs:
    addresses, counter = Addresses.read(local.layout.stack_file), Counter(local, processes)
    async with quiet(addresses) as looks:
        await asyncio.to_thread(_stories, local, 1)
        await looks.wait()
        idle = await counter.count(looks)
        await asyncio.sleep(REST_SECONDS)
        began, before = time.monotonic(), await counter.count(looks)
        await asyncio.to_thread(_stories, local, EACH)
        await looks.wait()
        seconds, after = time.monotonic() - began, await counter.count(looks)
    return costs_of(idle, before, after, rest=REST_SECONDS, seconds=seconds, cases=AT_A_TIME * EACH)


def _stories(local: LocalStack, each: int) -> None:
    addresses = Addresses.read(local.layout.stack_file)
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        running = [pool.submit(story_cost.run_stories, local.layout.home, addresses, each) for _ in range(AT_A_TIME)]
        for one in running:
            one.result()


class Counter:
    """Counts what the processes of a suite have used."""

    def __init__(self, local: LocalStack, processes: Processes) -> None:
        self._admin, self._topics = local.infrastructure.postgres, local.layout.home / "kafka"
        self._roles = {
            (server.name, role): running_process(processes, _name(server, role))
            for server in SERVICES
            for role in ROLES
        }
        self._postgres, self._broker = (running_process(processes, name) for name in ("postgres", "kafka"))

    async def count(self, looks: Quiet) -> Counts:
        """What they have used since they were started."""
        connection = await asyncpg.connect(self._admin)
        await connection.execute("CHECKPOINT")  # so that the files have what was written
        commits = {row[0]: row[1] for row in await connection.fetch(COMMITS, list(DATABASES))}
        sizes = {row[0]: row[1] for row in await connection.fetch(SIZES, list(DATABASES))}
        wal = await connection.fetchval(WAL)
        await connection.close()
        return Counts(
            roles={key: tree_seconds(process) for key, process in self._roles.items()},
            databases=_by_database(self._postgres),
            broker=tree_seconds(self._broker),
            commits=commits,
            sizes=sizes,
            wal=wal,
            log=sum(file.stat().st_size for file in self._topics.rglob("aftercare.*/*.log")),
            events=await looks.published(),
        )


def _by_database(server: psutil.Process) -> dict[str, float]:
    """CPU seconds by database, from the titles of the server's processes, such as `postgres: user database …`."""
    found, total = dict.fromkeys([*DATABASES, OTHERS], 0.0), tree_seconds(server)
    for child in server.children(recursive=True):
        words = " ".join(child.cmdline()).split()
        name = words[2] if len(words) > 2 and words[2] in DATABASES else OTHERS
        found[name] += cpu_seconds(child)
    found[OTHERS] += total - sum(found.values())
    return found


def costs_of(idle: Counts, before: Counts, after: Counts, *, rest: float, seconds: float, cases: int) -> Costs:
    """The costs of one case: the growth from `before` to `after` without what `seconds` cost at rest, which `rest` seconds from `idle` to `before` had."""

    def ms(start: float, begun: float, ended: float) -> float:
        return round(1000 * (ended - begun - (begun - start) * seconds / rest) / cases, 3)

    others = ms(*(each.databases[OTHERS] for each in (idle, before, after)))
    services = {}
    for database, service in DATABASES.items():
        commits = (after.commits[database] - before.commits[database]) - (
            before.commits[database] - idle.commits[database]
        ) * seconds / rest
        services[service] = ServiceCosts(
            roles={role: ms(*(each.roles[service, role] for each in (idle, before, after))) for role in ROLES},
            database_ms=ms(*(each.databases[database] for each in (idle, before, after)))
            + round(others / len(DATABASES), 3),
            commits=round(commits / cases, 2),
            bytes_kept=round((after.sizes[database] - before.sizes[database]) / cases),
        )
    return Costs(
        measured_on=f"{datetime.now(UTC):%Y-%m-%d}",
        cases=cases,
        at_a_time=AT_A_TIME,
        services=services,
        broker_ms=ms(idle.broker, before.broker, after.broker),
        events=round((after.events - before.events) / cases, 2),
        log_bytes=round((after.log - before.log) / cases),
        wal_bytes=round((after.wal - before.wal) / cases),
    )


def _ms(costs: Costs) -> dict[str, float]:
    return {name: sum(each.roles.values()) + each.database_ms for name, each in costs.services.items()} | {
        "kafka": costs.broker_ms
    }


def section(costs: Costs) -> str:
    """The section of the page."""
    lines = [
        "\n## What a case takes\n",
        f"`make bench P=capacity`: {costs.cases} complete cases, {costs.at_a_time} at a time (an order, its payment, parcel and delivery, the case, the return, the inspection,",
        f"the refund, a rating and the complete trace, with the requests of clients that ask every 50 ms), each service as three processes. `aftercare capacity` calculates with these figures. A case has {costs.events:.0f} events.\n",
        "| per case | serve, ms | relay, ms | consume, ms | database, ms | commits | KB kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, each in costs.services.items():
        roles = " | ".join(f"{each.roles[role]:.1f}" for role in ROLES)
        lines.append(
            f"| {name} | {roles} | {each.database_ms:.1f} | {each.commits:.0f} | {each.bytes_kept / 1000:.1f} |"
        )
    lines.append(
        f"\nThe broker, with one replica and {PARTITIONS} partitions per topic: {costs.broker_ms:.1f} ms and {costs.log_bytes / 1000:.1f} KB of log. WAL of all databases: {costs.wal_bytes / 1000:.0f} KB.\n"
    )
    return "\n".join(lines)
