"""Copies of the PostgreSQL server of a test: base backups with the archive of its log, servers restored from them, and replicas."""

import asyncio
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from aftercare_cli.stack.postgres import SETTINGS, answers, as_user, binaries, chown_to_server_user
from aftercare_cli.stack.waiting import wait_for
from hosts import LOOPBACK, Host
from servers import Servers

SECONDS = 60.0
REPLICA = "replica"
"""The name under which a replica connects: `synchronous_standby_names` may name it."""


def with_port(dsn: str, port: int) -> str:
    """The same address on another server of this machine."""
    parts = urlsplit(dsn)
    return parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}").geturl()


def port_of(dsn: str) -> int:
    return urlsplit(dsn).port or 5432


@dataclass(slots=True)
class ServerCopy:
    """A second server with a data folder of its own."""

    servers: Servers
    name: str
    data: Path
    port: int
    host: Host = LOOPBACK

    @property
    def admin(self) -> str:
        return self.address(self.servers.postgres.admin)

    def address(self, dsn: str) -> str:
        """That of the same database at this server."""
        return with_port(dsn, self.port).replace("@127.0.0.1:", f"@{self.host.address}:")

    def start(self) -> None:
        """Start the server and wait until it answers, which it does once it is consistent."""
        place = ["-D", str(self.data), "-h", self.host.address, "-p", str(self.port), "-k", ""]
        options = [f"--{key}={value}" for key, value in {**SETTINGS, "fsync": "off"}.items()]
        command = [*self.host.enter(), *as_user(self.data), str(binaries() / "postgres"), *place, *options]
        self.servers.processes.start(self.name, command)
        wait_for(lambda: answers(self.admin), seconds=SECONDS, otherwise=self._log())

    def stop(self) -> None:
        self.servers.processes.stop(self.name, how=signal.SIGINT, grace_seconds=20)

    def _log(self) -> str:
        log = self.servers.processes.log(self.name)
        return f"{self.name} does not answer: {log.read_text()[-600:] if log.exists() else ''}"


@dataclass(slots=True)
class Backups:
    """The archive of the server's log, and the base backups that were made of it."""

    servers: Servers
    folder: Path
    restored: list[ServerCopy] = field(default_factory=list)

    @classmethod
    def at(cls, servers: Servers) -> "Backups":
        """A folder for backups, without an archive of the log."""
        made = cls(servers, servers.home / "backups")
        (made.folder / "wal").mkdir(parents=True)
        chown_to_server_user(made.folder, made.folder / "wal")
        return made

    @classmethod
    async def enable(cls, servers: Servers) -> "Backups":
        """Let the server archive its log from now on; it is restarted."""
        made = cls.at(servers)
        command = f"test ! -f {made.folder}/wal/%f && cp %p {made.folder}/wal/%f"
        for name, value in {"archive_mode": "on", "archive_command": command, "archive_timeout": "60s"}.items():
            await servers.execute(servers.postgres.admin, f"ALTER SYSTEM SET {name} = '{value}'")
        servers.postgres.stop()
        servers.start_postgres()
        return made

    def base(self, name: str, *options: str) -> ServerCopy:
        """Make a base backup; the copy is not started."""
        data = self.folder / name
        command = [str(binaries() / "pg_basebackup"), "-D", str(data), "-d", self.servers.postgres.admin]
        run = [*as_user(self.folder), *command, "--checkpoint=fast", "--no-sync", *options]
        done = subprocess.run(run, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert done.returncode == 0, done.stderr
        return ServerCopy(self.servers, f"postgres-{name}", data, ports.choose())

    async def point(self, name: str) -> None:
        """Name this moment in the log, for a restore to it."""
        await self.servers.execute(self.servers.postgres.admin, f"SELECT pg_create_restore_point('{name}')")

    async def replica(self, name: str) -> ServerCopy:
        """Start a replica that confirms nothing, and wait until it has every commit of now."""
        copied = await asyncio.to_thread(self.base, name, "--write-recovery-conf")
        with (copied.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write("archive_mode = 'off'\n")
        await asyncio.to_thread(copied.start)
        self.restored.append(copied)
        now = await _value(self.servers.postgres.admin, "SELECT pg_current_wal_lsn()::text")

        async def has_all() -> bool:
            return bool(await _value(copied.admin, f"SELECT pg_last_wal_replay_lsn() >= '{now}'"))

        await until(has_all, f"{name} has every commit", SECONDS)
        return copied

    async def promote(self, replica: ServerCopy) -> None:
        """Start the replica, which does not reach its primary any more, and let it take writes."""
        with (replica.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write("primary_conninfo = ''\n")
        await asyncio.to_thread(replica.start)
        await _value(replica.admin, "SELECT pg_promote()")
        await _until_writable(replica)

    async def restore(self, base: ServerCopy, point: str, name: str) -> ServerCopy:
        """Start a copy of the base backup as of this point, and wait until it takes writes."""
        await self.servers.execute(self.servers.postgres.admin, "SELECT pg_switch_wal()")
        copied = ServerCopy(self.servers, f"postgres-{name}", self.folder / name, ports.choose())
        shutil.copytree(base.data, copied.data)
        with (copied.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"restore_command = 'cp {self.folder}/wal/%f %p'\nrecovery_target_name = '{point}'\n")
            settings.write("recovery_target_action = 'promote'\narchive_mode = 'off'\n")
        (copied.data / "recovery.signal").touch()
        _give_to_server_user(copied.data)
        copied.start()
        self.restored.append(copied)
        await _until_writable(copied)
        return copied


async def _value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def _give_to_server_user(folder: Path) -> None:
    if os.geteuid() == 0:
        chown_to_server_user(folder, *folder.rglob("*"))


async def _until_writable(copied: ServerCopy) -> None:
    async def writable() -> bool:
        connection = await asyncpg.connect(copied.admin, timeout=20)
        try:
            return not await connection.fetchval("SELECT pg_is_in_recovery()")
        finally:
            await connection.close()

    await until(writable, f"{copied.name} takes writes", SECONDS)
