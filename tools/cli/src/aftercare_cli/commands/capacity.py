"""capacity: what a number of cases per second needs."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from aftercare_cli import view
from aftercare_cli.capacity.costs import Costs
from aftercare_cli.capacity.plan import Load, Plan, limits, plan

_ROLES = ("serve", "relay", "consume")


def add(app: typer.Typer) -> None:
    """Add this command to the app."""
    app.command()(capacity)


def capacity(
    peak: Annotated[float, typer.Argument(min=0.001, help="cases per second at the peak")],
    average: Annotated[float, typer.Option(min=0.001, max=1, help="the average load as a part of the peak")] = 0.3,
    busy: Annotated[float, typer.Option(min=0.05, max=0.95, help="the part of a core that may be used")] = 0.6,
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="a core, as a multiple of a measured one")] = 1.0,
    replication: Annotated[int, typer.Option(min=1, max=9, help="copies of each event")] = 3,
    pool_size: Annotated[int, typer.Option(min=1, max=1000, help="AFTERCARE_POOL_SIZE")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="the plan as a JSON object")] = False,
) -> None:
    """Calculate processes, cores, partitions and disks from what a case was measured to cost."""
    costs = Costs.measured()
    load = Load(peak=peak, average=average, busy=busy, speed=speed, replication=replication, pool_size=pool_size)
    found = plan(costs, load)
    if as_json:
        print(json.dumps(asdict(found), indent=2))
        return
    view.console.print(
        f"{peak:,g} cases/s at the peak, {peak * average:,g} on average; measured on {costs.measured_on} over {costs.cases} cases"
    )
    view.console.print(_table(found))
    for line in (*_kafka(found), *limits(found)):
        view.console.print(line)


def _table(found: Plan) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("", *_ROLES, "database cores", "connections", "commits/s", "GB per month"):
        table.add_column(title, justify="right" if title else "left")
    for name, each in found.services.items():
        numbers = (
            *(str(each.processes[role]) for role in _ROLES),
            f"{each.database_cores:,.1f}",
            f"{each.connections:,}",
            f"{each.commits_per_second:,.0f}",
            f"{each.database_gb:,.0f}",
        )
        table.add_row(name, *numbers)
    return table


def _kafka(found: Plan) -> tuple[str, str]:
    return (
        f"Kafka: {found.partitions} partitions per topic, {found.events_per_second:,.0f} events/s, {found.broker_cores:,.1f} cores and "
        f"{found.log_mb_per_second:,.1f} MB/s over all brokers, {found.log_gb:,.0f} GB per month",
        f"PostgreSQL: {found.wal_mb_per_second:,.1f} MB of WAL per second over all databases",
    )
