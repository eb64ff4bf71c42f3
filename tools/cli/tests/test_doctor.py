"""`aftercare doctor`: each check with what it needs and without."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli import doctor
from aftercare_cli.stack import ports, postgres
from aftercare_cli.stack.artifacts import KAFKA_VERSION
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.layout import SERVERS, Layout
from aftercare_cli.stack.processes import Processes

Program = Callable[[str, str], Path]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "stack", ports.base([server.number for server in SERVERS]))


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program can be found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)


@pytest.mark.parametrize(
    ("line", "ok"),
    [
        ('openjdk version "21.0.4" 2024-07-16', True),
        ('openjdk version "17.0.9"', True),
        ('java version "11.0.2"', False),
    ],
)
def test_java_must_be_new_enough(program: Program, monkeypatch: pytest.MonkeyPatch, line: str, ok: bool) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    program("java", f"echo '{line}' >&2")

    found = doctor._java()

    assert (found.ok, found.detail) == (ok, line)


def test_java_of_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Program) -> None:
    program("java", "echo 'version \"11\"'")
    own = tmp_path / "jdk" / "bin" / "java"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\necho 'version \"21\"'\n")
    own.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))

    assert doctor._java().ok


def test_a_java_that_fails_is_not_ok(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    program("java", "exit 1")

    assert doctor._java() == doctor.Finding(doctor.JAVA, False, "does not run")


@pytest.mark.usefixtures("empty_path")
def test_missing_programs_are_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))

    assert "apt-get install maven" in doctor._java().detail
    assert "apt-get install maven" in doctor._kafka().detail
    assert not doctor._kafka().ok
    docker = doctor._docker()
    assert (docker.ok, docker.needed) == (False, False)


def test_kafka_is_downloaded_or_maven_can_download_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    program("mvn", "exit 0")
    assert (doctor._kafka().ok, "45 MB" in doctor._kafka().detail) == (True, True)

    (tmp_path / "aftercare" / f"kafka-{KAFKA_VERSION}").mkdir(parents=True)
    assert doctor._kafka().detail == "downloaded"


def test_a_missing_postgres_wheel_is_not_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise StackError("no PostgreSQL wheel for this platform")

    monkeypatch.setattr(doctor, "binaries", missing)

    assert doctor._postgres() == doctor.Finding(doctor.POSTGRES, False, "no PostgreSQL wheel for this platform")


def test_a_port_of_another_program_is_named(layout: Layout, listen: Callable[[int], int]) -> None:
    assert doctor._ports(layout).ok
    listen(layout.port_base + 4)

    found = doctor._ports(layout)

    assert (found.ok, f"taken: {layout.port_base + 4}" in found.detail) == (False, True)


def test_a_port_of_a_running_service_is_ok(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, listen: Callable[[int], int]
) -> None:
    monkeypatch.setattr(Processes, "find", lambda self, name: object())
    listen(layout.port_base + 4)

    assert doctor._ports(layout).ok


@pytest.mark.parametrize(("free", "ok"), [(100, True), (1, False)])
def test_disk_space(layout: Layout, monkeypatch: pytest.MonkeyPatch, free: int, ok: bool) -> None:
    class Usage:
        def __init__(self, path: Path) -> None:
            self.free = free * 2**30

    monkeypatch.setattr(doctor.shutil, "disk_usage", Usage)

    assert (doctor._disk(layout).ok, doctor._disk(layout).detail) == (ok, f"{free} GB free")


@pytest.mark.parametrize(
    ("script", "ok"), [("echo Docker Compose version v2.30", True), ("echo unknown command; exit 1", False)]
)
def test_docker_compose_is_optional(program: Program, script: str, ok: bool) -> None:
    program("docker", script)

    found = doctor._docker()

    assert (found.ok, found.needed) == (ok, False)


def test_a_program_that_does_not_end_has_no_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*args: Any, **options: Any) -> None:
        raise subprocess.TimeoutExpired("java", 15)

    monkeypatch.setattr(doctor.subprocess, "run", run)

    assert doctor._output_of("java", "-version") == ""


def test_only_needed_findings_decide() -> None:
    optional = doctor.Finding("docker", False, "missing", needed=False)

    assert doctor.runnable([doctor.Finding("java", True, "21"), optional])
    assert not doctor.runnable([doctor.Finding("java", False, "11"), optional])


def test_the_command_prints_every_finding_and_fails_where_one_is_missing(
    aftercare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = aftercare("doctor")
    marks = [line.split()[0] for line in result.stdout.splitlines()]
    assert len(marks) == 7
    assert set(marks) <= {"✓", "✗"}

    monkeypatch.setattr(doctor, "_java", lambda: doctor.Finding(doctor.JAVA, False, "java is missing"))
    refused = aftercare("doctor")

    assert "requirements are missing" in refused.error()
    assert "✗ java 17 or newer" in refused.stdout


def test_postgres_runs_as_another_user_when_we_are_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres.os, "geteuid", lambda: 1000)
    assert postgres.as_user(tmp_path) == []

    monkeypatch.setattr(postgres.os, "geteuid", lambda: 0)
    user = postgres._server_user()
    assert postgres.as_user(tmp_path)[:3] == ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}"]

    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    with pytest.raises(StackError, match="setpriv"):
        postgres.as_user(tmp_path)
