"""`python -m aftercare_events.docs`: the generated files are committed, and a stale one is named."""

import subprocess
import sys
from pathlib import Path

import pytest
from aftercare_events import EVENTS
from aftercare_events.docs.__main__ import REPOSITORY, files, main, stale, write

PAGE = Path("docs/events.md")
SCHEMA = Path("libs/events/schemas/OrderPaid.v1.json")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with every generated file."""
    write(tmp_path)
    return tmp_path


def test_the_committed_files_are_current() -> None:
    # In a process of its own: other tests of this run may have registered event classes.
    done = subprocess.run([sys.executable, "-m", "aftercare_events.docs", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_schema_of_each_event_the_asyncapi_document_and_the_page() -> None:
    schemas = {Path(f"libs/events/schemas/{name}.json") for name in EVENTS}
    assert set(files()) == {*schemas, Path("docs/asyncapi.json"), PAGE}
    assert all((REPOSITORY / path).is_file() for path in files())


def test_writing_returns_what_changed(tmp_path: Path) -> None:
    assert len(write(tmp_path)) == len(EVENTS) + 2
    assert write(tmp_path) == []
    (tmp_path / PAGE).write_text("edited")
    assert write(tmp_path) == [PAGE]
    assert (tmp_path / PAGE).read_text() == files()[PAGE]


def test_a_missing_and_an_edited_file_are_stale(root: Path) -> None:
    assert stale(root) == []
    (root / PAGE).write_text("edited")
    (root / SCHEMA).unlink()
    assert stale(root) == [PAGE, SCHEMA]


def test_a_schema_of_an_event_that_no_longer_exists_is_stale_and_deleted(root: Path) -> None:
    gone = root / SCHEMA.with_name("OrderForgotten.v1.json")
    gone.write_text("{}")
    assert stale(root) == [SCHEMA.with_name("OrderForgotten.v1.json")]
    write(root)
    assert not gone.exists()


def test_files_of_others_are_left_alone(root: Path) -> None:
    other = root / "docs/other.md"
    other.write_text("mine")
    write(root)
    assert other.read_text() == "mine"


def test_the_check_names_every_stale_file_in_one_line_and_changes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / PAGE).write_text("edited")
    (root / SCHEMA.with_name("OrderForgotten.v1.json")).write_text("{}")
    assert main(["--check", "--root", str(root)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "stale: docs/events.md, libs/events/schemas/OrderForgotten.v1.json; run python -m aftercare_events.docs"
    ]
    assert (root / PAGE).read_text() == "edited"


def test_the_command_writes_and_then_has_nothing_to_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / PAGE).unlink()
    assert main(["--root", str(root)]) == 0
    assert main(["--root", str(root)]) == 0
    assert main(["--check", "--root", str(root)]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 files changed", "0 files changed"]
