"""Ends the processes of a stack when the one who started it is gone, even killed: a test run leaves nothing behind.

The guardian is a process of its own that reads from a pipe. The end of the pipe comes when its last writer, the test run,
has ended, however it ended. A run that ends by itself says so first; for one that could not, the folder goes as well.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aftercare_cli.stack.containers import remove_left_over
from aftercare_cli.stack.processes import Processes

FAREWELL = b"done"


@contextmanager
def guarded(home: Path) -> Iterator[None]:
    """Within this block (and never beyond this process) the recorded processes of `home` may run."""
    command = [sys.executable, "-m", "aftercare_cli.stack.guardian", str(home)]
    guardian = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guardian.communicate(FAREWELL, timeout=60)


def end_all(home: Path) -> None:
    """End every recorded process, services first, then what they stand on; and every recorded container."""
    processes = Processes(home / "run", home / "logs")
    names = sorted((file.stem for file in (home / "run").glob("*.pid")), key=lambda name: name in ("kafka", "postgres"))
    for name in names:
        processes.stop(name, how=signal.SIGINT if name == "postgres" else signal.SIGTERM, patience=10)
    remove_left_over(home / "run")


if __name__ == "__main__":
    farewell = sys.stdin.buffer.read()
    end_all(Path(sys.argv[1]))
    if farewell != FAREWELL:
        shutil.rmtree(sys.argv[1], ignore_errors=True)
