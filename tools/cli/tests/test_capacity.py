"""The plan for a number of cases per second, from invented costs; the command, from the measured ones."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from aftercare_cli.capacity.costs import Costs, ServiceCosts
from aftercare_cli.capacity.plan import MONTH_SECONDS, Load, limits, plan
from aftercare_cli.main import app
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

SERVICE = ServiceCosts(roles={"serve": 30, "relay": 3, "consume": 12}, database_ms=24, commits=40, bytes_kept=50_000)
COSTS = Costs(
    measured_on="2026-03-02",
    cases=100,
    at_a_time=4,
    services={"order-svc": SERVICE},
    broker_ms=6,
    events=20,
    log_bytes=10_000,
    wal_bytes=100_000,
)


def test_each_role_has_the_processes_that_its_cpu_needs() -> None:
    found = plan(COSTS, Load(peak=100, busy=0.5)).services["order-svc"]
    assert found.processes == {"serve": 6, "relay": 2, "consume": 3}  # 3, 0.3 and 1.2 cores, of which half is used
    assert found.database_cores == pytest.approx(4.8)
    assert found.connections == 6 * 11 + 2 * 12 + 3 * 11
    assert found.commits_per_second == 4000


def test_disks_grow_by_the_average_load_and_the_log_by_its_copies() -> None:
    found = plan(COSTS, Load(peak=10, average=0.5, replication=3))
    assert found.services["order-svc"].database_gb == pytest.approx(5 * MONTH_SECONDS * 50_000 / 1e9)
    assert found.log_gb == pytest.approx(3 * 5 * MONTH_SECONDS * 10_000 / 1e9)
    assert found.log_mb_per_second == pytest.approx(0.3)
    assert (found.events_per_second, found.wal_mb_per_second) == (200, pytest.approx(1.0))


def test_more_consumers_than_partitions_need_more_partitions() -> None:
    found = plan(COSTS, Load(peak=1000, busy=0.5))
    assert (found.services["order-svc"].processes["consume"], found.partitions) == (24, 24)
    assert limits(found) == ["Create the topics with 24 partitions before the first event; see docs/scaling.md."]


def test_what_more_processes_cannot_give_is_stated() -> None:
    slow = replace(SERVICE, roles={**SERVICE.roles, "consume": 1, "relay": 40})
    sentences = limits(plan(replace(COSTS, services={"order-svc": slow}), Load(peak=2000, busy=0.5)))
    assert sentences == [
        "order-svc has 64 shards in its outbox: more relays than that are idle.",
        "The database of order-svc needs 96 cores: give ranges of merchants suites of their own.",
    ]


@given(peak=st.floats(0.01, 5000), busy=st.floats(0.05, 0.95), speed=st.floats(0.1, 20))
def test_no_process_is_busier_than_was_asked_for(peak: float, busy: float, speed: float) -> None:
    found = plan(COSTS, Load(peak=peak, busy=busy, speed=speed)).services["order-svc"]
    for role, number in found.processes.items():
        assert SERVICE.roles[role] * peak / 1000 / speed / number <= busy * (1 + 1e-9)
        assert number == max(2, math.ceil(SERVICE.roles[role] * peak / 1000 / speed / busy))


def test_costs_are_read_as_they_were_written(tmp_path: Path) -> None:
    COSTS.write(tmp_path / "costs.json")
    assert Costs.parse((tmp_path / "costs.json").read_text()) == COSTS


def test_the_command_prints_the_plan_of_the_page() -> None:
    """docs/scaling.md has the output of this version."""
    shown = CliRunner().invoke(app, ["capacity", "100"])
    assert shown.exit_code == 0, shown.output
    page = Path("docs/scaling.md").read_text(encoding="utf-8")
    for line in shown.output.splitlines():
        assert line.rstrip() in page


def test_the_plan_as_json() -> None:
    shown = json.loads(CliRunner().invoke(app, ["capacity", "20", "--json"]).output)
    assert shown["services"]["aftersale-svc"]["processes"].keys() == {"serve", "relay", "consume"}
    assert shown["events_per_second"] == pytest.approx(20 * Costs.measured().events)


@pytest.mark.parametrize("arguments", [["0"], ["-1"], ["many"], ["5", "--busy", "1.5"], ["5", "--replication", "0"]])
def test_impossible_loads_are_refused(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["capacity", *arguments]).exit_code == 2
