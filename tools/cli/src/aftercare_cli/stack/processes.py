"""Processes that outlive the command which started them, found again by recorded pid and start time."""

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
# A recycled pid belongs to a process that started at another time; the clock is read to a hundredth of a second.
SAME_START = 1.0


@dataclass(slots=True)
class Processes:
    """The processes of one stack: a record and a log for each."""

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
        self._remember(name, child.pid)

    def _remember(self, name: str, pid: int) -> None:
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return
        (self.records / f"{name}.pid").write_text(json.dumps({"pid": pid, "started": started}), encoding="utf-8")

    def find(self, name: str) -> psutil.Process | None:
        """The running process of that name, if it is still the one we started."""
        child = self._children.get(name)
        if child is not None and child.poll() is not None:
            return None
        try:
            record = json.loads((self.records / f"{name}.pid").read_text(encoding="utf-8"))
            process = psutil.Process(record["pid"])
            ours = abs(process.create_time() - record["started"]) < SAME_START
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, psutil.Error):
            return None

    def was_started(self, name: str) -> bool:
        return (self.records / f"{name}.pid").exists()

    def stop(self, name: str, *, how: int = signal.SIGTERM, patience: float = 15) -> bool:
        """End our process of that name, kindly first; False when there was none."""
        process = self.find(name)
        if process is not None:
            family = [process, *process.children(recursive=True)]
            process.send_signal(how)
            _, stubborn = psutil.wait_procs(family, timeout=patience)
            for one in stubborn:
                one.kill()
            psutil.wait_procs(stubborn, timeout=5)
        if child := self._children.pop(name, None):
            child.wait(timeout=5)
        (self.records / f"{name}.pid").unlink(missing_ok=True)
        return process is not None

    def obituary(self, name: str) -> StackError:
        """One line that says how the process ended and where to read on."""
        code = child.poll() if (child := self._children.get(name)) else None
        lines = (
            self.log(name).read_text(encoding="utf-8", errors="replace").splitlines() if self.log(name).exists() else []
        )
        last = next((line.strip() for line in reversed(lines[-40:]) if line.strip()), "it wrote nothing")
        return StackError(f"{name} ended (exit {code}): {last[:300]} · whole log: {self.log(name)}")


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def need_port(port: int, name: str, remedy: str) -> None:
    """Refuse in one line when another process listens on the port."""
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
