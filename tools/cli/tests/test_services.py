"""Service processes and the local stack, with a small HTTP server in place of each service."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aftercare_cli.stack import databases, local, ports, service_commands, services
from aftercare_cli.stack.interface import Addresses, ComponentStatus, NoProgress, Progress, StackError
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.services import ServiceProcesses

ORDER, KB = SERVICES[0], SERVICES[3]
NUMBERS = [server.number for server in (*SERVICES, SIMULATOR)]
SERVER = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

name, home = Path(sys.argv[0]).name, Path(os.environ["FAKE_HOME"])
with (home / f"{name}.calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
(home / f"{name}.env").write_text(json.dumps(dict(os.environ)))
if (home / f"{name}.fails").exists():
    print("no such database")
    raise SystemExit(3)
if sys.argv[1:] in (["migrate"], ["seed"]):
    raise SystemExit(0)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path == "/livez" or not (home / f"{name}.unready").exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b"ok" if ready else b"kafka is away")

    def log_message(self, *arguments):
        pass

HTTPServer(("127.0.0.1", int(os.environ["AFTERCARE_PORT"])), Handler).serve_forever()
"""


class FakeInfrastructure:
    """Kafka and PostgreSQL that are always up; records what is asked of them."""

    kind, kafka, postgres = "embedded", "127.0.0.1:1", "postgresql://postgres:x@127.0.0.1:9/postgres"

    def __init__(self) -> None:
        self.calls: list[str] = []

    def start(self, progress: Progress) -> None:
        self.calls.append("start")

    def stop(self, progress: Progress) -> None:
        self.calls.append("stop")

    def erase(self, progress: Progress) -> None:
        self.calls.append("erase")

    def status(self) -> list[ComponentStatus]:
        return [ComponentStatus("kafka", "up", self.kafka)]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "stack", ports.base(NUMBERS))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the fake services record their calls and environments."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in (*(service.name for service in SERVICES), "aftercare-payment-simulator"):
        (folder / name).write_text(f"#!{sys.executable}\n{SERVER}")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("FAKE_HOME", str(folder))
    monkeypatch.setattr(services, "script", lambda name: str(folder / name))
    return folder


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every database has the schema that its service needs."""

    async def no(database: str, server: Any) -> bool:
        return False

    monkeypatch.setattr(databases, "needs_migration", no)


@pytest.fixture
def processes(layout: Layout, programs: Path) -> Iterator[ServiceProcesses]:
    made = Processes(layout.folder("run"), layout.logs)
    yield ServiceProcesses(layout, made, {"AFTERCARE_KAFKA": "127.0.0.1:1"})
    for record in layout.folder("run").glob("*.pid"):
        made.stop(record.stem)


def calls_of(programs: Path, name: str) -> list[str]:
    path = programs / f"{name}.calls"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.usefixtures("migrated")
def test_a_service_is_started_once_with_its_own_variables(processes: ServiceProcesses, programs: Path) -> None:
    processes.start(ORDER, "postgresql:///order", NoProgress())
    processes.start(ORDER, "postgresql:///order", NoProgress())

    assert calls_of(programs, "order-svc") == ["all"]
    environment = json.loads((programs / "order-svc.env").read_text())
    assert environment["AFTERCARE_DATABASE_URL"] == "postgresql:///order"
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

    processes.start(KB, "postgresql:///kb", NoProgress())
    processes.start(ORDER, "postgresql:///order", NoProgress())

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
        processes.start(ORDER, "postgresql:///order", NoProgress())


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
        processes.start(ORDER, "postgresql:///order", NoProgress())

    assert processes.status(ORDER).state == "broken"
    assert "ended unexpectedly" in processes.status(ORDER).detail


@pytest.mark.usefixtures("migrated")
def test_a_service_that_does_not_become_ready_is_an_error(
    processes: ServiceProcesses, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "START_SECONDS", 1)
    (programs / "order-svc.unready").touch()

    with pytest.raises(StackError, match="order-svc is not ready after 1 s"):
        processes.start(ORDER, "postgresql:///order", NoProgress())


@pytest.mark.usefixtures("migrated")
def test_a_service_that_is_not_ready_is_broken_and_started_again(processes: ServiceProcesses, programs: Path) -> None:
    processes.start(ORDER, "postgresql:///order", NoProgress())
    (programs / "order-svc.unready").touch()
    assert processes.status(ORDER) == ComponentStatus("order-svc", "broken", "/readyz returns kafka is away")

    (programs / "order-svc.unready").unlink()
    processes.processes.stop("order-svc")
    assert processes.status(ORDER).state == "down"
    processes.start(ORDER, "postgresql:///order", NoProgress())

    assert calls_of(programs, "order-svc") == ["all", "all"]


def test_the_simulator_keeps_its_books_in_the_folder_of_the_stack(processes: ServiceProcesses, programs: Path) -> None:
    processes.start_simulator(NoProgress())
    processes.start_simulator(NoProgress())

    assert calls_of(programs, "aftercare-payment-simulator") == [""]
    environment = json.loads((programs / "aftercare-payment-simulator.env").read_text())
    assert environment["AFTERCARE_PAYMENT_BOOKS"] == str(processes.layout.home / "simulator" / "books.db")


@pytest.fixture
def stack(layout: Layout, processes: ServiceProcesses, migrated: None, monkeypatch: pytest.MonkeyPatch) -> LocalStack:
    """A local stack on the fake infrastructure and services; databases and topics are not created."""

    async def nothing(*arguments: Any, **options: Any) -> None:
        return None

    monkeypatch.setattr(databases, "create", nothing)
    monkeypatch.setattr(local.topics, "create", nothing)
    return LocalStack(layout, FakeInfrastructure())


def states(stack: LocalStack) -> dict[str, str]:
    return {component.name: component.state for component in stack.status()}


def test_a_stack_goes_up_and_down_and_keeps_its_data(stack: LocalStack, programs: Path) -> None:
    addresses = stack.up(NoProgress())

    assert set(states(stack).values()) == {"up"}
    assert Addresses.read(stack.layout.stack_file) == addresses
    assert addresses.services["kb-svc"] == stack.layout.url(KB)
    assert addresses.databases["order-svc"].startswith("postgresql://aftercare_order:")
    assert stack.up(NoProgress()) == addresses
    assert calls_of(programs, "order-svc") == ["all"]

    stack.down(NoProgress())

    assert {states(stack)[server.name] for server in (*SERVICES, SIMULATOR)} == {"down"}
    assert not stack.layout.stack_file.exists()
    assert (stack.layout.home / "secrets.json").exists()
    assert stack.infrastructure.calls == ["start", "start", "stop"]  # type: ignore[attr-defined]


def test_reset_deletes_everything(stack: LocalStack) -> None:
    stack.up(NoProgress())

    stack.reset(NoProgress())

    assert not stack.layout.home.exists()
    assert stack.infrastructure.calls[-2:] == ["stop", "erase"]  # type: ignore[attr-defined]


def test_a_service_that_was_killed_is_started_by_the_next_up(stack: LocalStack, programs: Path) -> None:
    stack.up(NoProgress())
    process = Processes(stack.layout.folder("run"), stack.layout.logs).find("cs-svc")
    assert process is not None
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)

    assert states(stack)["cs-svc"] == "broken"
    stack.up(NoProgress())

    assert states(stack)["cs-svc"] == "up"
    assert calls_of(programs, "cs-svc") == ["all", "all"]
    assert calls_of(programs, "order-svc") == ["all"]


def test_services_restart_when_kafka_has_another_address(stack: LocalStack, programs: Path) -> None:
    stack.up(NoProgress())
    stack.infrastructure.kafka = "127.0.0.1:2"  # type: ignore[misc]

    stack.up(NoProgress())

    assert calls_of(programs, "order-svc") == ["all", "all"]
    assert json.loads((programs / "order-svc.env").read_text())["AFTERCARE_KAFKA"] == "127.0.0.1:2"


def test_services_that_are_left_out_are_not_started(stack: LocalStack, programs: Path) -> None:
    LocalStack(stack.layout, stack.infrastructure, frozenset({"cs-svc"})).up(NoProgress())

    assert calls_of(programs, "cs-svc") == []
    assert calls_of(programs, "kb-svc") == ["all"]


def test_a_stack_does_not_move_while_it_runs(stack: LocalStack) -> None:
    stack.up(NoProgress())
    moved = LocalStack(Layout(stack.layout.home, ports.base(NUMBERS)), stack.infrastructure)

    with pytest.raises(StackError, match=f"this stack already runs at {stack.layout.url(ORDER)}: `make down` first"):
        moved.up(NoProgress())


def test_two_commands_on_one_stack_are_refused(stack: LocalStack) -> None:
    with stack._locked(), pytest.raises(StackError, match="another aftercare command is running on this stack"):
        stack.up(NoProgress())


def test_settings_reach_every_service(stack: LocalStack, programs: Path) -> None:
    LocalStack(stack.layout, stack.infrastructure, settings={"AFTERCARE_PAYMENT_HOURS": "1"}).up(NoProgress())

    for service in SERVICES:
        assert json.loads((programs / f"{service.name}.env").read_text())["AFTERCARE_PAYMENT_HOURS"] == "1"


def test_services_answer_at_their_addresses(stack: LocalStack) -> None:
    addresses = stack.up(NoProgress())

    for url in (*addresses.services.values(), addresses.simulator):
        assert httpx.get(f"{url}/livez", trust_env=False).text == "ok"


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


def test_a_command_that_is_not_installed_is_refused() -> None:
    assert Path(service_commands.script("aftercare")).exists()
    with pytest.raises(StackError, match="moon-svc is not installed in this environment: run `make install`"):
        service_commands.script("moon-svc")
