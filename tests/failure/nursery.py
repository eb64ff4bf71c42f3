"""Bears the processes under test. It has imported all that they need, so that one is there in a tenth of a second.

What is borne is a process like any other: with an environment, a session and a log of its own, killed alone, and with
nothing of its elders but the modules. It reads a line of JSON per process and answers its pid; it ends with its input.
"""

import gc
import importlib
import json
import os
import random
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aftercare_cli.stack.layout import SERVICES
from aftercare_cli.stack.processes import Processes


@dataclass(slots=True)
class Nursery(Processes):
    """Processes of which those that run a script of this folder are borne."""

    _bearer: subprocess.Popen[str] = field(init=False)

    def open(self) -> None:
        pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._bearer = subprocess.Popen([sys.executable, __file__], stdin=pipe, stdout=pipe, text=True, env=environment)

    def close(self) -> None:
        self._bearer.communicate(timeout=20)

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start and record a process; its output goes to its log."""
        if Path(command[1]).parent != Path(__file__).parent:
            return Processes.start(self, name, command, env)
        wish = {"words": command[1:], "environment": {**os.environ, **(env or {})}, "log": str(self.log(name))}
        assert self._bearer.stdin is not None
        assert self._bearer.stdout is not None
        print(json.dumps(wish), file=self._bearer.stdin, flush=True)
        return self._remember(name, int(self._bearer.stdout.readline()))


def _bear(words: list[str], environment: dict[str, str], log: str) -> int:
    if pid := os.fork():
        return pid
    code = 1
    try:
        _alone(environment, log)
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _alone(environment: dict[str, str], log: str) -> None:
    """Let go of all that a fork has in common with its elder."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing, out = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for to, source in ((0, nothing), (1, out), (2, out)):
        os.dup2(source, to)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    importlib.reload(failpoints)  # reads the environment when it is imported


if __name__ == "__main__":
    from aftercare_chassis import failpoints

    for each in ("launch", "aiokafka.admin", *(f"{one.name.replace('-', '_')}.main" for one in SERVICES)):
        importlib.import_module(each)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: they are found by pid and start time
    for line in sys.stdin:
        print(_bear(**json.loads(line)))
