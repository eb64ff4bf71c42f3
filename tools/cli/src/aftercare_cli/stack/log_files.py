"""Prints the log files of the stack's processes."""

import time
from pathlib import Path

from aftercare_cli.stack.interface import StackError

LAST_LINES = 40


def follow_logs(folder: Path, name: str | None, follow: bool) -> None:
    """Print the last lines of one log, or of all; with `follow`, also new lines until interrupted.

    Raises:
        StackError: there is no such log.
    """
    files = sorted(folder.glob(f"{name or '*'}.log"))
    if not files:
        names = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none yet"
        raise StackError(f"there is no log of {name or 'any process'} (there are: {names})")
    width = max(len(file.stem) for file in files) if len(files) > 1 else 0
    positions = {}
    for file in files:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        _show(file, lines[-LAST_LINES:], width)
        positions[file] = file.stat().st_size
    while follow:
        time.sleep(0.3)
        for file in files:
            positions[file] = _show_new(file, positions[file], width)


def _show_new(file: Path, position: int, width: int) -> int:
    size = file.stat().st_size
    if size == position:
        return position
    with file.open("rb") as log:
        # A smaller file is a new one: the old log was rotated.
        log.seek(position if size > position else 0)
        _show(file, log.read().decode(errors="replace").splitlines(), width)
        return log.tell()


def _show(file: Path, lines: list[str], width: int) -> None:
    for line in lines:
        print(f"{file.stem:<{width}} | {line}" if width else line, flush=True)
