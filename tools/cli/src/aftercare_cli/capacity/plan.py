"""From cases per second to processes, cores, partitions and disks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from aftercare_cli.capacity.costs import Costs, ServiceCosts

MONTH_SECONDS = 30 * 86_400
LEAST_PROCESSES = 2
"""Of each role, so that one may end while another works."""
MOST_RELAYS = 64
"""The shards of an outbox."""
PARTITIONS = 12
"""Of each topic, as they are created; more are created in multiples of them."""
CONNECTIONS = {"serve": 1, "relay": 2, "consume": 1}
"""Beside those of the pool, per process: for notifications, and for the shards of a relay."""
LARGEST_SERVER = 64
"""The cores of the largest database server that is assumed to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is planned for.

    `peak`: cases per second. `average`: the average load as a part of the peak. `busy`: the part of a core, and of a database, that
    may be used at the peak. `speed`: how fast a core is, as a multiple of one of the machine of the measurement. `replication`: copies of each event.
    `pool_size`: AFTERCARE_POOL_SIZE.
    """

    peak: float
    average: float = 0.3
    busy: float = 0.6
    speed: float = 1.0
    replication: int = 3
    pool_size: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePlan:
    """Of one service: processes by role, cores, connections and commits per second of its database, and what that grows by, in GB per month."""

    processes: Mapping[str, int]
    database_cores: float
    connections: int
    commits_per_second: float
    database_gb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Of the whole suite. `broker_cores` of all brokers together; the log in GB per month, of all replicas; WAL and log in MB per second at the peak."""

    services: Mapping[str, ServicePlan]
    partitions: int
    events_per_second: float
    broker_cores: float
    log_mb_per_second: float
    log_gb: float
    wal_mb_per_second: float


def plan(costs: Costs, load: Load) -> Plan:
    """What the load needs."""
    services = {name: _service(each, load) for name, each in costs.services.items()}
    consumers = max((each.processes.get("consume", 0) for each in services.values()), default=0)
    per_month = load.peak * load.average * MONTH_SECONDS
    return Plan(
        services=services,
        partitions=PARTITIONS * max(1, math.ceil(consumers / PARTITIONS)),
        events_per_second=costs.events * load.peak,
        broker_cores=_cores(costs.broker_ms, load) * load.replication,
        log_mb_per_second=costs.log_bytes * load.peak * load.replication / 1e6,
        log_gb=costs.log_bytes * per_month * load.replication / 1e9,
        wal_mb_per_second=costs.wal_bytes * load.peak / 1e6,
    )


def _service(costs: ServiceCosts, load: Load) -> ServicePlan:
    processes = {role: max(LEAST_PROCESSES, math.ceil(_cores(ms, load))) for role, ms in costs.roles.items()}
    return ServicePlan(
        processes=processes,
        database_cores=_cores(costs.database_ms, load),
        connections=sum(number * (load.pool_size + CONNECTIONS[role]) for role, number in processes.items()),
        commits_per_second=costs.commits * load.peak,
        database_gb=costs.bytes_kept * load.peak * load.average * MONTH_SECONDS / 1e9,
    )


def _cores(ms: float, load: Load) -> float:
    """The cores that so much CPU per case needs at the peak."""
    return max(0.0, ms) * load.peak / 1000 / load.speed / load.busy


def limits(found: Plan) -> list[str]:
    """What the plan cannot have by more processes alone, as sentences."""
    sentences = []
    if found.partitions > PARTITIONS:
        sentences.append(
            f"Create the topics with {found.partitions} partitions before the first event; see docs/scaling.md."
        )
    for name, each in found.services.items():
        if each.processes.get("relay", 0) > MOST_RELAYS:
            sentences.append(f"{name} has {MOST_RELAYS} shards in its outbox: more relays than that are idle.")
        if each.database_cores > LARGEST_SERVER:
            sentences.append(
                f"The database of {name} needs {each.database_cores:.0f} cores: give ranges of merchants suites of their own."
            )
    return sentences
