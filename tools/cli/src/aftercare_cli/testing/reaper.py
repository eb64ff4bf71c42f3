"""Ends the recorded processes of a folder when the process that started them has ended, even if it was killed.

The reaper is a process of its own that reads from a pipe. It sees the end of the pipe when its only writer, a test run or
a benchmark, has ended in any way. A writer that ends normally sends DONE first; otherwise the folder is deleted as well.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aftercare_cli.stack.processes import Processes
from aftercare_cli.testing.containers import remove_recorded

DONE = b"done"


@contextmanager
def reaper(home: Path) -> Iterator[None]:
    """Recorded processes of `home` may run in this block; after it, or after this process, they are ended."""
    command = [sys.executable, "-m", "aftercare_cli.testing.reaper", str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        end_all(home)  # the reaper is not their parent: to it, an ended process runs until this one has waited for it
        process.communicate(DONE, timeout=60)


def end_all(home: Path) -> None:
    """End every recorded process, services before Kafka and PostgreSQL, and remove every recorded container."""
    processes = Processes(home / "run", home / "logs")
    names = sorted((file.stem for file in (home / "run").glob("*.pid")), key=lambda name: name in ("kafka", "postgres"))
    for name in names:
        processes.stop(name, how=signal.SIGINT if name == "postgres" else signal.SIGTERM, grace_seconds=10)
    remove_recorded(home / "run")


if __name__ == "__main__":
    received = sys.stdin.buffer.read()
    end_all(Path(sys.argv[1]))
    if received != DONE:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
