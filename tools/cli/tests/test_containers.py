"""Whether containers can be used, and their settings; with objects in place of the Docker engine."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from aftercare_cli.stack.interface import NoProgress, StackError
from aftercare_cli.testing import containers
from aftercare_cli.testing.containers import KAFKA_IMAGE, POSTGRES_IMAGE, Containers


class DockerException(Exception):
    """The base class of the package's errors."""


class Engine:
    """A Docker engine with some images and containers."""

    def __init__(self, *images: str, reachable: bool = True, names: tuple[str, ...] = ()) -> None:
        self._tags, self._reachable, self.names = set(images), reachable, list(names)
        self.pulled: list[str] = []
        self.images = SimpleNamespace(list=self._list_images, pull=self._pull)
        self.containers = SimpleNamespace(list=self._list_containers)

    def ping(self) -> None:
        if not self._reachable:
            raise DockerException

    def _list_images(self) -> list[Any]:
        return [SimpleNamespace(tags=[tag]) for tag in self._tags]

    def _pull(self, image: str) -> None:
        if self._tags == set():
            raise DockerException("no network")
        self.pulled.append(image)

    def _list_containers(self, *, all: bool, filters: dict[str, list[str]]) -> list[Any]:
        return [self._container(name) for name in self.names if name in filters["name"]]

    def _container(self, name: str) -> Any:
        return SimpleNamespace(remove=lambda force, v: self.names.remove(name))


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A docker package; a test sets its engine."""
    module: Any = ModuleType("docker")
    module.errors = SimpleNamespace(DockerException=DockerException)
    monkeypatch.setitem(sys.modules, "docker", module)
    return module


def engine(module: Any, found: Engine) -> Engine:
    module.from_env = lambda timeout: found
    return found


def test_an_engine_with_the_images_can_be_used(docker: ModuleType) -> None:
    found = engine(docker, Engine(KAFKA_IMAGE, POSTGRES_IMAGE))

    assert containers.unavailable_reason() is None
    assert found.pulled == []


def test_missing_images_are_pulled(docker: ModuleType) -> None:
    found = engine(docker, Engine(POSTGRES_IMAGE))

    assert containers.unavailable_reason() is None
    assert found.pulled == [KAFKA_IMAGE]


@pytest.mark.parametrize("found", [Engine(reachable=False), Engine()], ids=["unreachable", "no images"])
def test_an_engine_that_cannot_be_used_gives_the_reason(docker: ModuleType, found: Engine) -> None:
    engine(docker, found)

    assert containers.unavailable_reason() == "no Docker engine with our images (DockerException)"


def test_without_the_package_containers_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)

    assert containers.unavailable_reason() == "the docker package is not installed"


class FakeContainer:
    """Records its settings."""

    def __init__(self) -> None:
        self.env: dict[str, str] = {}
        self.name = self.command = ""
        self.running = False

    def with_env(self, key: str, value: str) -> "FakeContainer":
        self.env[key] = value
        return self

    def with_command(self, command: str) -> "FakeContainer":
        self.command = command
        return self

    def with_name(self, name: str) -> "FakeContainer":
        self.name = name
        return self

    def start(self) -> "FakeContainer":
        self.running = True
        return self

    def stop(self) -> None:
        self.running = False

    def get_logs(self) -> tuple[bytes, bytes]:
        return b"[KafkaServer] Kafka Server started", b""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, FakeContainer]]:
    """The containers that were made, with their images."""
    made: list[tuple[str, FakeContainer]] = []

    def make(image: str, inside: int) -> tuple[FakeContainer, int]:
        made.append((image, FakeContainer()))
        return made[-1][1], 25_000 + len(made)

    monkeypatch.setattr(containers, "_container", make)
    monkeypatch.setattr(containers, "answers", lambda dsn: True)
    return made


def test_both_containers_start_once_with_recorded_names(
    tmp_path: Path, started: list[tuple[str, FakeContainer]]
) -> None:
    servers = Containers(tmp_path)

    servers.start(NoProgress())
    servers.start(NoProgress())

    [(first, postgres), (second, kafka)] = started
    assert (first, second) == (POSTGRES_IMAGE, KAFKA_IMAGE)
    assert "127.0.0.1:25001" in servers.postgres
    assert servers.kafka == "127.0.0.1:25002"
    assert kafka.env["KAFKA_ADVERTISED_LISTENERS"] == "PLAINTEXT://127.0.0.1:25002"
    assert "fsync=off" in postgres.command
    assert {path.stem for path in tmp_path.glob("*.container")} == {postgres.name, kafka.name}
    assert [component.state for component in servers.status()] == ["up"]
    assert servers.postgres not in repr(servers)


def test_stopped_containers_are_not_running(tmp_path: Path, started: list[tuple[str, FakeContainer]]) -> None:
    servers = Containers(tmp_path)
    servers.start(NoProgress())

    servers.stop(NoProgress())
    servers.erase(NoProgress())

    assert [each.running for _, each in started] == [False, False]
    assert (servers.kafka, servers.postgres) == ("", "")
    assert [component.state for component in servers.status()] == ["down"]


def test_recorded_containers_are_removed_and_others_are_not(tmp_path: Path, docker: ModuleType) -> None:
    found = engine(docker, Engine(names=("aftercare-test-1", "somebody-elses")))
    containers.remove_recorded(tmp_path)
    (tmp_path / "aftercare-test-1.container").touch()

    containers.remove_recorded(tmp_path)

    assert found.names == ["somebody-elses"]


def test_a_container_publishes_its_port_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    class DockerContainer:
        def __init__(self, image: str) -> None:
            self.image, self.ports = image, dict[str, tuple[str, int]]()

    monkeypatch.setattr("testcontainers.core.container.DockerContainer", DockerContainer)
    container, port = containers._container(KAFKA_IMAGE, 9092)
    assert (container.image, container.ports) == (KAFKA_IMAGE, {"9092": ("127.0.0.1", port)})

    monkeypatch.setattr(containers, "port_is_free", lambda port: False)
    with pytest.raises(StackError, match="has just been taken"):
        containers._container(KAFKA_IMAGE, 9092)
