"""Downloading Kafka with Maven, with a program in place of mvn."""

from collections.abc import Callable
from pathlib import Path

import pytest
from aftercare_cli.stack import artifacts
from aftercare_cli.stack.artifacts import KAFKA_VERSION, java, kafka_jars
from aftercare_cli.stack.interface import NoProgress, StackError

Program = Callable[[str, str], Path]
DOWNLOAD = """
for argument in "$@"; do case "$argument" in -DoutputDirectory=*) folder="${argument#*=}";; esac; done
mkdir -p "$folder" && touch "$folder/kafka.jar" && echo once >> "$CALLS" && cp pom.xml "$CALLS.pom"
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for downloads."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "cache" / "aftercare"


def test_kafka_is_downloaded_once(tmp_path: Path, cache: Path, program: Program) -> None:
    program("mvn", DOWNLOAD)

    jars = kafka_jars(NoProgress())
    again = kafka_jars(NoProgress())

    assert jars == again == cache / f"kafka-{KAFKA_VERSION}"
    assert (jars / "kafka.jar").exists()
    assert (tmp_path / "calls").read_text() == "once\n"
    assert f"<version>{KAFKA_VERSION}</version>" in (tmp_path / "calls.pom").read_text()


@pytest.mark.parametrize(
    ("script", "message"),
    [("echo '[ERROR] no such host'; exit 1", "no such host"), ("exit 1", "no reason given")],
)
def test_a_download_that_fails_leaves_nothing(cache: Path, program: Program, script: str, message: str) -> None:
    program("mvn", script)

    with pytest.raises(StackError, match=f"Maven could not download Kafka: .*{message}"):
        kafka_jars(NoProgress())

    assert [path.name for path in cache.iterdir()] == ["kafka.lock"]


def test_without_maven_the_download_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackError, match=r"mvn is missing .*apt-get install maven"):
        kafka_jars(NoProgress())


def test_the_cache_is_in_the_home_folder_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert artifacts.cache() == tmp_path / ".cache" / "aftercare"


def test_without_java_the_stack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(StackError, match=r"java is missing .*apt-get install maven"):
        java()


def test_a_java_home_without_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    with pytest.raises(StackError, match="java is missing"):
        java()
