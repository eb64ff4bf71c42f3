"""Runs `aftercare` in this process, in a folder of the test's own."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli import view
from aftercare_cli.main import cli
from aftercare_cli.stack import databases, ports, services
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.layout import SERVICES, Layout
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.services import ServiceProcesses
from fake_programs import NUMBERS, SERVER

VARIABLES = ("PORT_BASE", "AFTERCARE_STACK", "AFTERCARE_KAFKA", "AFTERCARE_POSTGRES")


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it printed."""

    code: int
    stdout: str
    stderr: str

    def error(self) -> str:
        """The only line on stderr, of a command that failed."""
        assert self.code != 0, self.stdout
        (line,) = self.stderr.strip().splitlines()
        return line


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stack that is not running; nothing in the environment selects another one."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "stack"
    monkeypatch.setenv("AFTERCARE_HOME", str(folder))
    return folder


@pytest.fixture
def running(home: Path) -> Callable[..., Addresses]:
    """Records a running stack in `stack.json`."""

    def record(
        kind: str = "embedded", kafka: str = "127.0.0.1:1", services: Mapping[str, str] | None = None
    ) -> Addresses:
        home.mkdir(exist_ok=True)
        urls = {service.name: f"http://127.0.0.1:{24_000 + service.number}" for service in SERVICES}
        databases = {service.name: "postgresql://nobody@127.0.0.1:9/none" for service in SERVICES}
        addresses = Addresses(kind, {**urls, **(services or {})}, "http://127.0.0.1:24009", kafka, databases, databases)
        addresses.write(home / "stack.json")
        return addresses

    return record


@pytest.fixture
def aftercare(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs a command as the console script does."""
    monkeypatch.setattr(view.console, "stderr", False)

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["aftercare", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli()
        printed = capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def aftercare_process(home: Path) -> Callable[..., Result]:
    """Runs a command as a process of its own; `environment` is added to this one's."""

    def run(*arguments: str, **environment: str) -> Result:
        command = [str(Path(sys.executable).parent / "aftercare"), *arguments]
        ran = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60)
        return Result(ran.returncode, ran.stdout, ran.stderr)

    return run


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts an executable shell script first on PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def add(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return add


@pytest.fixture
def listen() -> Iterator[Callable[[int], int]]:
    """Occupies a port until the test ends, and returns it (0: any free one).

    With SO_REUSEADDR as servers have it: a port that is free may still have ended connections in TIME_WAIT.
    """
    with ExitStack() as sockets:

        def occupy(port: int) -> int:
            holder = sockets.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", port))
            holder.listen()
            bound: int = holder.getsockname()[1]
            return bound

        yield occupy


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "stack", ports.base(NUMBERS))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the fake services record their calls and environments."""
    folder = tmp_path / "programs"
    folder.mkdir()
    simulators = [f"aftercare-{what}-simulator" for what in ("payment", "shipping", "provider")]
    for name in (*(service.name for service in SERVICES), "aftercare-embedder", *simulators):
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
