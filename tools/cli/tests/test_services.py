"""Service processes, with a small HTTP server in place of each service; and commands of a service."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli.stack import databases, service_commands, services
from aftercare_cli.stack.interface import Addresses, ComponentStatus, NoProgress, StackError
from aftercare_cli.stack.layout import COURIERS, LABELS, SERVICES, Layout
from aftercare_cli.stack.services import ServiceProcesses
from fake_programs import calls_of

ORDER, KB = SERVICES[0], SERVICES[3]
ADDRESSES = Addresses(
    kind="embedded",
    services={},
    simulator="",
    kafka="127.0.0.1:1",
    databases={one.name: f"postgresql:///{one.database}" for one in SERVICES},
    owners={one.name: f"postgresql:///{one.owner}" for one in SERVICES},
)


@pytest.mark.usefixtures("migrated")
def test_a_service_is_started_once_with_its_own_variables(processes: ServiceProcesses, programs: Path) -> None:
    processes.start(ORDER, ADDRESSES, NoProgress())
    processes.start(ORDER, ADDRESSES, NoProgress())

    assert calls_of(programs, "order-svc") == ["all"]
    environment = json.loads((programs / "order-svc.env").read_text())
    assert environment["AFTERCARE_DATABASE_URL"] == "postgresql:///aftercare_order"
    assert "AFTERCARE_MIGRATION_DATABASE_URL" not in environment, "only the migration gets the role of the owner"
    assert environment["AFTERCARE_PORT"] == str(processes.layout.port(ORDER))
    assert environment["AFTERCARE_KAFKA"] == "127.0.0.1:1"
    status = processes.status(ORDER)
    assert status.state == "up"
    assert status.detail.startswith(f"{processes.layout.url(ORDER)} · pid ")


def test_a_database_with_an_old_schema_is_migrated_and_seeded_first(
    processes: ServiceProcesses, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def yes(database: str, server: Any) -> bool:
        return True

    monkeypatch.setattr(databases, "needs_migration", yes)

    processes.start(KB, ADDRESSES, NoProgress())
    processes.start(ORDER, ADDRESSES, NoProgress())

    assert calls_of(programs, "kb-svc") == ["migrate", "seed", "all"]
    assert calls_of(programs, "order-svc") == ["migrate", "all"]


def test_a_migration_that_fails_is_an_error_with_its_last_line(
    processes: ServiceProcesses, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def yes(database: str, server: Any) -> bool:
        return True

    monkeypatch.setattr(databases, "needs_migration", yes)
    (programs / "order-svc.fails").touch()

    with pytest.raises(StackError, match=r"order-svc migrate failed: no such database · log: .*order-svc\.log"):
        processes.start(ORDER, ADDRESSES, NoProgress())


def test_a_migration_that_does_not_end_is_an_error(
    processes: ServiceProcesses, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def expire(*arguments: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired("migrate", 1)

    monkeypatch.setattr(services.subprocess, "run", expire)

    with pytest.raises(StackError, match="order-svc migrate takes more than 300 s"):
        processes._run(ORDER, "migrate", {})


@pytest.mark.usefixtures("migrated")
def test_a_service_that_ends_while_it_starts_is_an_error(processes: ServiceProcesses, programs: Path) -> None:
    (programs / "order-svc.fails").touch()

    with pytest.raises(StackError, match=r"order-svc ended \(exit 3\): no such database"):
        processes.start(ORDER, ADDRESSES, NoProgress())

    assert processes.status(ORDER).state == "broken"
    assert "ended unexpectedly" in processes.status(ORDER).detail


@pytest.mark.usefixtures("migrated")
def test_a_service_that_does_not_become_ready_is_an_error(
    processes: ServiceProcesses, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "START_SECONDS", 1)
    (programs / "order-svc.unready").touch()

    with pytest.raises(StackError, match="order-svc is not ready after 1 s"):
        processes.start(ORDER, ADDRESSES, NoProgress())


@pytest.mark.usefixtures("migrated")
def test_a_service_that_is_not_ready_is_broken_and_started_again(processes: ServiceProcesses, programs: Path) -> None:
    processes.start(ORDER, ADDRESSES, NoProgress())
    (programs / "order-svc.unready").touch()
    assert processes.status(ORDER) == ComponentStatus("order-svc", "broken", "/readyz returns kafka is away")

    (programs / "order-svc.unready").unlink()
    processes.processes.stop("order-svc")
    assert processes.status(ORDER).state == "down"
    processes.start(ORDER, ADDRESSES, NoProgress())

    assert calls_of(programs, "order-svc") == ["all", "all"]


def test_the_simulator_keeps_its_books_in_the_folder_of_the_stack(processes: ServiceProcesses, programs: Path) -> None:
    processes.start_simulator(NoProgress())
    processes.start_simulator(NoProgress())

    assert calls_of(programs, "aftercare-payment-simulator") == [""]
    environment = json.loads((programs / "aftercare-payment-simulator.env").read_text())
    assert environment["AFTERCARE_PAYMENT_BOOKS"] == str(processes.layout.home / "simulator" / "books.db")


def test_the_process_of_labels_is_one_of_order_svc(processes: ServiceProcesses, programs: Path) -> None:
    processes.start_labels(ADDRESSES.databases["order-svc"], NoProgress())

    assert calls_of(programs, "order-labels") == ["labels consume"]
    environment = json.loads((programs / "order-labels.env").read_text())
    assert environment["AFTERCARE_DATABASE_URL"] == "postgresql:///aftercare_order"
    assert environment["AFTERCARE_PORT"] == str(processes.layout.port(LABELS))
    assert processes.status(LABELS).state == "up"


def test_a_command_of_a_service_runs_with_the_variables_of_the_stack(
    home: Path, running: Callable[..., Addresses], program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    running(kafka="127.0.0.1:7")
    written = home / "environment"
    path = program("cs-svc", f'echo "$AFTERCARE_KAFKA $AFTERCARE_DATABASE_URL $@" > {written}; exit 4')
    monkeypatch.setattr(service_commands, "script", lambda name: str(path))

    code = service_commands.run_service(Layout.here(), "cs-svc", ["parked", "list"])

    assert code == 4
    assert written.read_text().split() == ["127.0.0.1:7", "postgresql://nobody@127.0.0.1:9/none", "parked", "list"]


def test_couriers_are_simulated_unless_the_environment_names_others(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SF_URL", "KUAIDI100_URL", "KUAIDI100_LABEL_URL"):
        monkeypatch.delenv(f"AFTERCARE_{name}", raising=False)
    monkeypatch.setenv("AFTERCARE_KUAIDI100_URL", "https://sandbox.test")

    variables = service_commands.service_variables(layout, "127.0.0.1:1")

    assert variables["AFTERCARE_SF_URL"] == f"{layout.url(COURIERS)}/std/service"
    assert variables["AFTERCARE_KUAIDI100_URL"] == "https://sandbox.test"
    assert variables["AFTERCARE_KUAIDI100_LABEL_URL"] == layout.url(COURIERS)


def test_a_command_that_is_not_installed_is_refused() -> None:
    assert Path(service_commands.script("aftercare")).exists()
    with pytest.raises(StackError, match="moon-svc is not installed in this environment: run `make install`"):
        service_commands.script("moon-svc")
