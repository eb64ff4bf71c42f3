"""Reading the logs of the stack's processes."""

import time
from pathlib import Path

from aftercare_cli.stack.interface import StackError

LAST_LINES = 40


def follow_logs(folder: Path, name: str | None, follow: bool) -> None:
    """Print the last lines of one log or of all, then, when asked, what comes in, until interrupted."""
    files = sorted(folder.glob(f"{name or '*'}.log"))
    if not files:
        there = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none yet"
        raise StackError(f"no log of {name or 'anything'} here (there are: {there})")
    wide = max(len(file.stem) for file in files)
    positions = {}
    for file in files:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        _show(file, lines[-LAST_LINES:], wide if len(files) > 1 else 0)
        positions[file] = file.stat().st_size
    while follow:
        time.sleep(0.3)
        for file in files:
            positions[file] = _news(file, positions[file], wide if len(files) > 1 else 0)


def _news(file: Path, position: int, wide: int) -> int:
    size = file.stat().st_size
    if size == position:
        return position
    with file.open("rb") as log:
        # A smaller file is a new one: the old was put aside.
        log.seek(position if size > position else 0)
        _show(file, log.read().decode(errors="replace").splitlines(), wide)
        return log.tell()


def _show(file: Path, lines: list[str], wide: int) -> None:
    for line in lines:
        print(f"{file.stem:<{wide}} | {line}" if wide else line, flush=True)
