"""Starts the processes under test by fork, from a server that imports the modules of each service once: in a tenth of a second each.

A forked process has its own environment, session and log, and can be killed alone; it shares only the imported modules.
The server reads one line of JSON per process, writes its pid, and ends with its input.
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

from aftercare_cli.stack.processes import Processes


@dataclass(slots=True)
class ForkServer(Processes):
    """Processes of which those that run a script of this folder are forked; others are started as usual."""

    _server: subprocess.Popen[str] = field(init=False)

    def open(self) -> None:
        pipe, environment = subprocess.PIPE, {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._server = subprocess.Popen([sys.executable, __file__], stdin=pipe, stdout=pipe, text=True, env=environment)

    def close(self) -> None:
        self._server.communicate(timeout=60)

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start and record a process; its output goes to its log."""
        if Path(command[1]).parent != Path(__file__).parent:
            return Processes.start(self, name, command, env)
        request = {"arguments": command[1:], "environment": {**os.environ, **(env or {})}, "log": str(self.log(name))}
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(request), file=self._server.stdin, flush=True)
        return self._record(name, int(self._server.stdout.readline()))


def _import_service(arguments: list[str]) -> None:
    """Import the service that `launch.py` is given, before its first process is forked."""
    if Path(arguments[0]).name == "launch.py":
        importlib.import_module(arguments[1])
    gc.collect()
    gc.freeze()


def _fork(arguments: list[str], environment: dict[str, str], log: str) -> int:
    """The pid of a new process that runs a script."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        _detach(environment, log)
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _detach(environment: dict[str, str], log: str) -> None:
    """Replace what the process shares with its parent: session, signals, files, environment, random numbers."""
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

    for module in ("launch", "aiokafka.admin"):
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: they are found by pid and start time
    for line in sys.stdin:
        request = json.loads(line)
        _import_service(request["arguments"])
        print(_fork(**request))
