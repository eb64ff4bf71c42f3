"""The compose stack, with a program in place of docker that records how it was called."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aftercare_cli.stack import compose, ports
from aftercare_cli.stack.compose import ComposeStack
from aftercare_cli.stack.interface import Addresses, ComponentStatus, NoProgress, StackError
from aftercare_cli.stack.layout import COURIERS, LABELS, SERVERS, SERVICES, SIMULATOR, Layout, checkout

NUMBERS = [server.number for server in SERVERS]
Program = Callable[[str, str], Path]


class Docker:
    """What the program was asked for and with which variables; what it answers to `ps`."""

    def __init__(self, folder: Path, program: Program) -> None:
        self._calls, self._containers, self._failure = folder / "calls", folder / "containers", folder / "failure"
        self.environment = folder / "environment"
        self.shows()
        program(
            "docker",
            f"""
            [ "$2" = version ] && exit 0
            shift 3
            echo "$@" >> {self._calls}
            env > {self.environment}
            [ -e {self._failure} ] && [ "$1" = up ] && cat {self._failure} >&2 && exit 1
            [ "$1" = ps ] && cat {self._containers}
            exit 0
            """,
        )

    def calls(self, command: str) -> list[list[str]]:
        lines = self._calls.read_text().splitlines() if self._calls.exists() else []
        return [line.split()[1:] for line in lines if line.split()[0] == command]

    def shows(self, *containers: dict[str, str]) -> None:
        self._containers.write_text("".join(json.dumps(each) + "\n" for each in containers))

    def fails(self, message: str) -> None:
        self._failure.write_text(message)

    def variables(self) -> dict[str, str]:
        lines = (line.partition("=") for line in self.environment.read_text().splitlines())
        return {name: value for name, _, value in lines}


@pytest.fixture
def docker(tmp_path: Path, program: Program) -> Iterator[Docker]:
    compose._require_compose.cache_clear()
    yield Docker(tmp_path, program)
    compose._require_compose.cache_clear()


@pytest.fixture
def stack(home: Path) -> ComposeStack:
    return ComposeStack(Layout(home, ports.base(NUMBERS)))


def container(service: str, state: str = "running", health: str = "healthy") -> dict[str, str]:
    return {"Service": service, "State": state, "Health": health, "Status": f"{state} ({health})"}


def test_up_builds_the_images_starts_the_containers_and_records_the_addresses(
    stack: ComposeStack, docker: Docker
) -> None:
    addresses = stack.up(NoProgress())

    assert docker.calls("build") == [["--quiet"]]
    assert docker.calls("up") == [["--detach", "--wait", "--quiet-pull"]]
    assert Addresses.read(stack.layout.stack_file) == addresses
    assert addresses.kind == "compose"
    assert addresses.services["kb-svc"] == f"http://127.0.0.1:{stack.layout.port_base + 4}"
    assert set(addresses.databases) == {service.name for service in SERVICES}


def test_compose_gets_ports_and_secrets_that_stay_the_same(stack: ComposeStack, docker: Docker) -> None:
    addresses = stack.up(NoProgress())
    first = docker.variables()
    stack.up(NoProgress())
    second = docker.variables()

    names = ("KAFKA_PORT", "POSTGRES_PORT", "AFTERCARE_SIGNING_KEY", "AFTERCARE_DB_PASSWORD", "POSTGRES_PASSWORD")
    assert [first[name] for name in names] == [second[name] for name in names]
    assert addresses.kafka == f"127.0.0.1:{first['KAFKA_PORT']}"
    assert first["ORDER_PORT"] == str(stack.layout.port_base + 1)
    assert first["AFTERCARE_DB_PASSWORD"] in addresses.databases["order-svc"]
    assert Path(first["AFTERCARE_KEYS"], "jwks.json").exists()


def test_the_variables_are_those_that_the_file_reads(stack: ComposeStack, docker: Docker) -> None:
    stack.up(NoProgress())

    text = (checkout() / "docker-compose.yml").read_text()
    services = [f"{service.name.removesuffix('-svc').upper()}_PORT" for service in SERVICES]
    for name in (*services, "SIMULATOR_PORT", "COURIERS_PORT", "KAFKA_PORT", "POSTGRES_PORT"):
        assert name in docker.variables()
        assert f"${{{name}" in text


def test_a_taken_port_is_reported_before_anything_is_built(
    stack: ComposeStack, docker: Docker, listen: Callable[[int], int]
) -> None:
    listen(stack.layout.port_base + 2)

    with pytest.raises(StackError, match="for aftersale-svc is taken"):
        stack.up(NoProgress())

    assert docker.calls("build") == []


def test_containers_that_run_already_hold_their_own_ports(
    stack: ComposeStack, docker: Docker, listen: Callable[[int], int]
) -> None:
    docker.shows(container("order-svc"))
    listen(stack.layout.port_base + 1)

    stack.up(NoProgress())

    assert len(docker.calls("up")) == 1


def test_a_failure_is_an_error_with_the_last_line(stack: ComposeStack, docker: Docker) -> None:
    docker.fails("building\ncs-svc is unhealthy\n\n")

    with pytest.raises(StackError, match="docker compose up failed: cs-svc is unhealthy"):
        stack.up(NoProgress())
    assert not stack.layout.stack_file.exists()


def test_a_command_that_does_not_end_is_an_error(stack: ComposeStack, docker: Docker, program: Program) -> None:
    program("docker", '[ "$2" = version ] && exit 0; exec sleep 30')

    with pytest.raises(StackError, match="docker compose build takes more than"):
        stack._compose("build", seconds=0.2)  # type: ignore[arg-type]


def test_down_keeps_the_folder_and_reset_deletes_it(stack: ComposeStack, docker: Docker) -> None:
    stack.up(NoProgress())
    stack.down(NoProgress())
    assert not stack.layout.stack_file.exists()
    assert (stack.layout.home / "secrets.json").exists()

    stack.reset(NoProgress())

    assert docker.calls("down") == [["--timeout", "20"], ["--volumes", "--timeout", "20"]]
    assert not stack.layout.home.exists()


def test_single_services_are_stopped(stack: ComposeStack, docker: Docker) -> None:
    stack.up(NoProgress())
    stack.down(NoProgress(), ["cs-svc"])
    assert (docker.calls("stop"), docker.calls("down")) == ([["--timeout", "20", "cs-svc"]], [])
    assert stack.layout.stack_file.exists()


def test_status_shows_what_compose_knows(stack: ComposeStack, docker: Docker) -> None:
    docker.shows(
        container("kafka"),
        container("postgres", health=""),
        container("cs-svc", health="unhealthy"),
        container("kb-svc", state="exited"),
    )

    found = {component.name: component for component in stack.status()}

    assert found["kafka"].state == "up"
    assert found["postgres"].state == "up"
    assert found["cs-svc"] == ComponentStatus("cs-svc", "broken", "running (unhealthy)")
    assert found["kb-svc"].state == "broken"
    assert found["order-svc"] == ComponentStatus("order-svc", "down", "")
    assert {LABELS.name, SIMULATOR.name, COURIERS.name} <= found.keys()


@pytest.mark.parametrize(
    ("name", "follow", "arguments"),
    [(None, False, ["--tail", "40"]), ("cs-svc", True, ["--tail", "40", "--follow", "cs-svc"])],
)
def test_logs_are_those_of_compose(
    stack: ComposeStack, docker: Docker, name: str | None, follow: bool, arguments: list[str]
) -> None:
    stack.logs(name, follow)

    assert docker.calls("logs") == [arguments]


def test_without_compose_the_stack_is_refused(
    stack: ComposeStack, docker: Docker, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("docker", "exit 1")
    with pytest.raises(StackError, match="docker with compose v2 is missing"):
        stack.status()

    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(StackError, match="docker with compose v2 is missing"):
        stack.status()
