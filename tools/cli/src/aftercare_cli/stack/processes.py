"""Processes that outlive the command that started them; later commands find them by recorded pid and start time."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from aftercare_cli.stack.interface import StackError

LOG_LIMIT = 5 * 1024 * 1024
# A reused pid belongs to a process with another start time, which is known to a hundredth of a second.
SAME_START = 1.0


@dataclass(slots=True)
class Processes:
    """The processes of one stack, with a record and a log for each."""

    records: Path
    log_folder: Path
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def log(self, name: str) -> Path:
        return self.log_folder / f"{name}.log"

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start and record a process; its output goes to its log."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            child = subprocess.Popen(
                list(command),
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = child
        self._record(name, child.pid)

    def _record(self, name: str, pid: int) -> None:
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        (self.records / f"{name}.pid").write_text(json.dumps({"pid": pid, "started": started}), encoding="utf-8")

    def find(self, name: str) -> psutil.Process | None:
        """The running process of that name; None where it has ended, or its pid belongs to another process."""
        child = self._children.get(name)
        if child is not None and child.poll() is not None:
            return None
        try:
            record = json.loads((self.records / f"{name}.pid").read_text(encoding="utf-8"))
            process = psutil.Process(record["pid"])
            same = abs(process.create_time() - record["started"]) < SAME_START
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, psutil.Error):
            return None

    def was_started(self, name: str) -> bool:
        """Whether it was started and not stopped since; it may have ended."""
        return (self.records / f"{name}.pid").exists()

    def stop(self, name: str, *, how: int = signal.SIGTERM, grace_seconds: float = 15) -> bool:
        """Send `how` to the process and its children, and SIGKILL to what is left after the grace period.

        Returns whether there was such a process.
        """
        process = self.find(name)
        if process is not None:
            tree = [process, *process.children(recursive=True)]
            process.send_signal(how)
            _, remaining = psutil.wait_procs(tree, timeout=grace_seconds)
            for one in remaining:
                one.kill()
            psutil.wait_procs(remaining, timeout=5)
        if child := self._children.pop(name, None):
            child.wait(timeout=5)
        (self.records / f"{name}.pid").unlink(missing_ok=True)
        return process is not None

    def exit_error(self, name: str) -> StackError:
        """An error with the exit code of the process, its last line and the path of its log."""
        code = child.poll() if (child := self._children.get(name)) else None
        lines = (
            self.log(name).read_text(encoding="utf-8", errors="replace").splitlines() if self.log(name).exists() else []
        )
        last = next((line.strip() for line in reversed(lines[-40:]) if line.strip()), "no output")
        return StackError(f"{name} ended (exit {code}): {last[:300]} · log: {self.log(name)}")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def require_free_port(port: int, name: str, remedy: str) -> None:
    """Raises: StackError where the port is taken, with the process that listens and the remedy."""
    if port_is_free(port):
        return
    raise StackError(f"port {port} for {name} is taken{_listener(port)}: {remedy}")


def _listener(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                return f" by pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return " by another process"
