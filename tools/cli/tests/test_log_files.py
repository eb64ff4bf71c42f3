"""`aftercare logs` on the log files of a stack."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aftercare_cli.stack import log_files
from aftercare_cli.stack.interface import StackError


@pytest.fixture
def folder(home: Path) -> Path:
    logs = home / "logs"
    logs.mkdir(parents=True)
    (logs / "cs-svc.log").write_text("".join(f"line {number}\n" for number in range(1, 101)))
    (logs / "kafka.log").write_text("started\n")
    return logs


def test_the_last_lines_of_one_log(aftercare: Callable[..., Any], folder: Path) -> None:
    lines = aftercare("logs", "cs-svc").stdout.splitlines()

    assert (lines[0], lines[-1], len(lines)) == ("line 61", "line 100", log_files.LAST_LINES)


def test_the_lines_of_several_logs_begin_with_their_names(aftercare: Callable[..., Any], folder: Path) -> None:
    lines = aftercare("logs").stdout.splitlines()

    assert lines[0] == "cs-svc | line 61"
    assert lines[-1] == "kafka  | started"


def test_a_log_that_does_not_exist_is_refused_with_those_that_do(aftercare: Callable[..., Any], folder: Path) -> None:
    assert "there is no log of moon-svc (there are: cs-svc, kafka)" in aftercare("logs", "moon-svc").error()


def test_a_stack_that_never_ran_has_no_logs(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"there is no log of any process \(there are: none yet\)"):
        log_files.follow_logs(tmp_path, None, follow=False)


def test_following_shows_new_lines_and_a_rotated_log_from_its_beginning(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log, changes = folder / "kafka.log", iter(("append", "nothing", "rotate"))

    def change(seconds: float) -> None:
        """In place of the pause between two looks at the files."""
        match next(changes, None):
            case "append":
                log.write_text(log.read_text() + "leader elected\n")
            case "rotate":
                log.write_text("again\n")
            case None:
                raise KeyboardInterrupt

    monkeypatch.setattr(log_files.time, "sleep", change)

    with pytest.raises(KeyboardInterrupt):
        log_files.follow_logs(folder, "kafka", follow=True)

    assert capsys.readouterr().out.splitlines() == ["started", "leader elected", "again"]
