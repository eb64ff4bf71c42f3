"""up, down, status, logs, reset: options, refusals and output. tests/journey runs them on the whole suite."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli.commands import stack as commands
from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import Addresses, ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.layout import SERVERS, Layout

NUMBERS = [server.number for server in SERVERS]


class FakeStack:
    """Records what a command asks for."""

    kind = "embedded"

    def __init__(self, addresses: Addresses, components: list[ComponentStatus]) -> None:
        self.addresses, self.components, self.calls = addresses, components, list[Any]()

    def up(self, progress: Progress) -> Addresses:
        with step(progress, "kafka", "starting Kafka", "ready"):
            self.calls.append("up")
        return self.addresses

    def down(self, progress: Progress, names: Sequence[str] = ()) -> None:
        self.calls.append(("down", *names) if names else "down")

    def reset(self, progress: Progress) -> None:
        self.calls.append("reset")

    def status(self) -> list[ComponentStatus]:
        return self.components

    def logs(self, name: str | None, follow: bool) -> None:
        self.calls.append(("logs", name, follow))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, running: Callable[..., Addresses]) -> FakeStack:
    """The stack that every command gets; `calls` begins with how it was chosen."""
    stack = FakeStack(running(), [ComponentStatus("kafka", "up", "127.0.0.1:1")])

    def choose(layout: Layout, kind: str | None, **options: frozenset[str]) -> FakeStack:
        stack.calls.append((kind, *(set(each) for each in options.values() if each)))
        return stack

    monkeypatch.setattr(commands, "choose", choose)
    return stack


def test_up_prints_its_steps_and_the_addresses(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    result = aftercare("up")

    assert result.code == 0
    assert "· kafka: starting Kafka" in result.stdout
    assert "✓ kafka" in result.stdout
    for url in fake.addresses.services.values():
        assert url in result.stdout
    assert fake.calls == [(None,), "up"]


def test_up_without_services_that_are_started_elsewhere(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    aftercare("up", "--with", "embedded", "--without", "cs-svc", "--without", "kb-svc")

    assert fake.calls == [("embedded", {"cs-svc", "kb-svc"}), "up"]


def test_up_with_payment_providers_that_are_simulated(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    aftercare("up", "--simulate", "stripe", "--simulate", "alipay")

    assert fake.calls == [(None, {"stripe", "alipay"}), "up"]


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--without", "moon-svc", "there is no service moon-svc; there are aftersale-svc, analytics-svc,"),
        ("--simulate", "moonpay", "there is no payment provider moonpay; there are alipay, stripe, wechat_pay"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    aftercare: Callable[..., Any], fake: FakeStack, option: str, name: str, message: str
) -> None:
    assert message in aftercare("up", option, name).error()
    assert fake.calls == []


@pytest.mark.parametrize(("command", "message"), [("down", "its data stay"), ("reset", "its data are deleted")])
def test_down_and_reset_say_what_became_of_the_data(
    aftercare: Callable[..., Any], fake: FakeStack, command: str, message: str
) -> None:
    result = aftercare(command)

    assert message in result.stdout
    assert fake.calls == [(None,), command]


def test_down_names_the_folder_of_the_data(
    aftercare: Callable[..., Any], fake: FakeStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AFTERCARE_HOME", str(tmp_path))
    assert f"its data stay in {tmp_path} " in aftercare("down").stdout


def test_logs_pass_on_the_service_and_whether_to_follow(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    aftercare("logs")
    aftercare("logs", "cs-svc", "--follow")

    assert [call for call in fake.calls if call[0] == "logs"] == [("logs", None, False), ("logs", "cs-svc", True)]


def test_status_exits_0_only_when_everything_is_up(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    assert aftercare("status").code == 0

    fake.components.append(ComponentStatus("cs-svc", "broken", "ended unexpectedly"))
    result = aftercare("status")

    assert result.code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [["kafka", "up"], ["cs-svc", "broken"]]


def test_down_stops_single_services(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    result = aftercare("down", "kb-svc", "cs-svc")
    assert (result.code, fake.calls) == (0, [(None,), ("down", "cs-svc", "kb-svc")])
    assert "its data" not in result.stdout, "the stack still runs"


def test_down_refuses_a_service_that_is_not_there(aftercare: Callable[..., Any], fake: FakeStack) -> None:
    result = aftercare("down", "kb")
    assert (result.code, fake.calls[1:]) == (1, [])
    assert "there is no service kb; there are aftersale-svc" in result.stderr


def test_status_without_a_stack_shows_every_component_as_down(aftercare: Callable[..., Any]) -> None:
    result = aftercare("status")

    assert result.code == 1
    assert [line.split() for line in result.stdout.splitlines()] == [
        [name, "down"] for name in ("kafka", "postgres", *(server.name for server in SERVERS))
    ]


def test_down_and_reset_without_a_stack_succeed(home: Path, aftercare: Callable[..., Any]) -> None:
    assert aftercare("down").code == 0
    assert aftercare("reset").code == 0
    assert not home.exists()


def test_a_taken_port_is_reported_before_anything_starts(
    home: Path,
    aftercare: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    listen: Callable[[int], int],
) -> None:
    base = ports.base(NUMBERS)
    monkeypatch.setenv("PORT_BASE", str(base))
    listen(base + 3)

    message = aftercare("up").error()

    assert f"port {base + 3} for cs-svc is taken by pid {os.getpid()}" in message
    assert not list((home / "run").glob("*.pid"))


def test_a_given_server_that_does_not_answer_is_named(
    aftercare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT_BASE", str(ports.base(NUMBERS)))
    monkeypatch.setenv("AFTERCARE_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("AFTERCARE_POSTGRES", f"postgresql://postgres:x@127.0.0.1:{ports.choose()}/postgres")

    assert "the PostgreSQL of AFTERCARE_POSTGRES does not answer" in aftercare("up").error()


def test_an_error_of_the_console_script_is_one_line(aftercare_process: Callable[..., Any]) -> None:
    result = aftercare_process("up", AFTERCARE_KAFKA="127.0.0.1:1", AFTERCARE_POSTGRES="")

    assert "needs both AFTERCARE_KAFKA and AFTERCARE_POSTGRES" in result.error()
    assert result.stdout == ""


def test_a_demo_for_programs_that_cannot_start_prints_nothing_on_stdout(aftercare_process: Callable[..., Any]) -> None:
    result = aftercare_process("demo", "--json", AFTERCARE_KAFKA="127.0.0.1:1", AFTERCARE_POSTGRES="")

    assert "needs both" in result.error()
    assert result.stdout == ""


def test_a_command_of_a_service_runs_with_its_arguments_and_its_exit_code(
    aftercare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = list[Any]()

    def run_service(layout: Layout, service: str, arguments: Sequence[str]) -> int:
        calls.append((service, *arguments))
        return 3

    monkeypatch.setattr(commands, "run_service", run_service)
    assert aftercare("run", "kb-svc", "import", "articles.zip", "--editor", "editor-1").code == 3
    assert calls == [("kb-svc", "import", "articles.zip", "--editor", "editor-1")]
    assert aftercare("run", "shop-svc", "import").code != 0
    assert len(calls) == 1


def test_topics_are_those_of_the_running_stack(
    aftercare: Callable[..., Any], running: Callable[..., Any], kafka_bootstrap: str
) -> None:
    running(kafka=kafka_bootstrap)

    assert aftercare("topics").code == 0
    assert aftercare("topics").stdout == "all topics exist\n"


def test_topics_without_brokers_are_one_line(
    home: Path, aftercare: Callable[..., Any], running: Callable[..., Any]
) -> None:
    assert "no stack is running here" in aftercare("topics").error()
    running()
    assert "kafka at 127.0.0.1:1 does not answer" in aftercare("topics").error()
    assert "kafka at 127.0.0.1:2 does not answer" in aftercare("topics", "--bootstrap", "127.0.0.1:2").error()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--replication-factor", "99999"),
        ("--partitions", "0"),
        ("--retention-ms", "9" * 20),
        ("--retry-seconds", "nan"),
    ],
)
def test_options_of_topics_that_kafka_has_no_number_for_are_usage_errors(
    aftercare: Callable[..., Any], running: Callable[..., Any], arguments: tuple[str, str]
) -> None:
    running()

    assert aftercare("topics", *arguments).code == 2


@pytest.mark.parametrize("base", ["abc", "70000", "80", "-1"])
def test_a_wrong_port_base_is_refused(
    aftercare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.setenv("PORT_BASE", base)

    assert "PORT_BASE must be a number from 1024 to 65000" in aftercare("status").error()


def test_a_failure_of_a_stack_command_is_one_line(
    aftercare: Callable[..., Any], fake: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(progress: Progress) -> Addresses:
        with step(progress, "cs-svc", "starting", "ready"):
            raise StackError("cs-svc ended (exit 3)")

    monkeypatch.setattr(fake, "up", fail)
    result = aftercare("up")

    assert "cs-svc ended (exit 3)" in result.error()
    assert "✓ cs-svc" not in result.stdout
