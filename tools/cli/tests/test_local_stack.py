"""The local stack: up, down, reset and what it restarts, with a small HTTP server in place of each service."""

import json
import signal
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aftercare_cli.stack import databases, local, ports
from aftercare_cli.stack.interface import Addresses, ComponentStatus, NoProgress, Progress, StackError
from aftercare_cli.stack.layout import LABELS, PROVIDERS, SERVERS, SERVICES, Layout
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.services import ServiceProcesses
from fake_programs import NUMBERS, calls_of

ORDER, KB, STRIPE = SERVICES[0], SERVICES[3], PROVIDERS["stripe"]


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

    assert {states(stack)[server.name] for server in SERVERS} == {"down"}
    assert not stack.layout.stack_file.exists()
    assert (stack.layout.home / "secrets.json").exists()
    assert stack.infrastructure.calls == ["start", "start", "stop"]  # type: ignore[attr-defined]


def test_single_services_are_stopped_and_started_again(stack: LocalStack, programs: Path) -> None:
    stack.up(NoProgress())

    stack.down(NoProgress(), ["cs-svc", "kb-svc"])

    assert {name for name, state in states(stack).items() if state == "down"} == {"cs-svc", "kb-svc"}
    assert stack.layout.stack_file.exists()
    stack.up(NoProgress())
    assert set(states(stack).values()) == {"up"}
    assert (len(calls_of(programs, "kb-svc")), len(calls_of(programs, "order-svc"))) == (2, 1)


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
    psutil.wait_procs([process], timeout=60)

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
        assert httpx.get(f"{url}/livez", timeout=60, trust_env=False).text == "ok"


def test_the_process_of_labels_is_left_out_with_order_svc(stack: LocalStack, programs: Path) -> None:
    LocalStack(stack.layout, stack.infrastructure, frozenset({"order-svc"})).up(NoProgress())

    assert calls_of(programs, "order-labels") == []
    assert states(stack)[LABELS.name] == "down"


def test_a_payment_provider_that_is_simulated_has_order_svc_restarted_with_its_account(
    stack: LocalStack, programs: Path
) -> None:
    stack.up(NoProgress())
    assert STRIPE.name not in states(stack)

    LocalStack(stack.layout, stack.infrastructure, providers=frozenset({"stripe"})).up(NoProgress())

    account = stripe_account(programs)
    assert account.startswith("key of ")
    assert states(stack)[STRIPE.name] == "up"
    assert calls_of(programs, "order-svc") == ["all", "all"]
    stack.up(NoProgress())
    assert calls_of(programs, "order-svc") == ["all", "all"]

    process = Processes(stack.layout.folder("run"), stack.layout.logs).find(STRIPE.name)
    assert process is not None
    process.kill()
    psutil.wait_procs([process], timeout=60)
    assert states(stack)[STRIPE.name] == "broken"
    stack.up(NoProgress())
    assert states(stack)[STRIPE.name] == "up"
    assert stripe_account(programs) not in (account, None)


def test_a_payment_provider_is_simulated_until_down(stack: LocalStack, programs: Path) -> None:
    LocalStack(stack.layout, stack.infrastructure, providers=frozenset({"stripe"})).up(NoProgress())
    stack.down(NoProgress())

    stack.up(NoProgress())

    assert STRIPE.name not in states(stack)
    assert stripe_account(programs) is None


def stripe_account(programs: Path) -> str | None:
    """The key of Stripe that order-svc was started with last."""
    environment: dict[str, str] = json.loads((programs / "order-svc.env").read_text())
    return environment.get("AFTERCARE_STRIPE_API_KEY")
