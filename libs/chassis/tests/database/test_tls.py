"""Connections to a real PostgreSQL with TLS, by the settings of a service: what is trusted, and new passwords and certificates.

The server of the wheel knows no TLS; these tests use one of the system, and are skipped where there is none.
"""

import signal
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aftercare_chassis.database.connections import connect
from aftercare_chassis.settings import ServiceSettings
from aftercare_cli.stack import ports
from aftercare_cli.stack.postgres import as_user, chown_to_server_user
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for
from aftercare_cli.testing.reaper import reaper
from certificates import Authority

PASSWORD = "a password of tests"
HBA = "hostssl all all 127.0.0.1/32 scram-sha-256\nhostnossl all all 0.0.0.0/0 reject\n"


def _programs() -> Path | None:
    """The newest PostgreSQL of the system, as Debian installs it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    return found[-1] if found else None


class Server:
    """A database server that takes connections with TLS only."""

    def __init__(self, home: Path, programs: Path) -> None:
        self.home, self._programs, self.port = home, programs, ports.choose()
        self.authority = Authority(home, "authority")
        for name in ("run", "logs", "data"):
            (home / name).mkdir(mode=0o700)
        self._processes, self._data = Processes(home / "run", home / "logs"), home / "data"

    def start(self) -> None:
        secret, own = self.home / "secret", self.authority.issue("127.0.0.1")
        secret.write_text(PASSWORD, encoding="utf-8")
        chown_to_server_user(self._data, secret, own.certificate, own.key)
        user = as_user(self._data)
        access = [
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        command = [*user, str(self._programs / "initdb"), "-D", str(self._data), *access]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        (self._data / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        options = {"ssl": "on", "ssl_cert_file": own.certificate, "ssl_key_file": own.key, "fsync": "off"}
        place = ["-D", str(self._data), "-h", "127.0.0.1,127.0.0.2", "-p", str(self.port), "-k", ""]
        started = [
            *user,
            str(self._programs / "postgres"),
            *place,
            *(f"--{key}={value}" for key, value in options.items()),
        ]
        self._processes.start("postgres", started)
        ready = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for(lambda: subprocess.run(ready).returncode == 0, seconds=60, otherwise="postgres does not answer")

    def stop(self) -> None:
        self._processes.stop("postgres", how=signal.SIGINT, grace_seconds=30)

    def url(self, *, host: str = "127.0.0.1", ca: Path | None = None, password: str = PASSWORD) -> str:
        """The address that a service is given."""
        trusted = ca or self.authority.file
        given = password.replace(" ", "%20")
        return f"postgresql://postgres:{given}@{host}:{self.port}/postgres?sslmode=verify-full&sslrootcert={trusted}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    programs = _programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL of the system")
    home = tmp_path_factory.mktemp("tls")
    for folder in (home, *home.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)  # the server may run as another user
    server = Server(home, programs)
    with reaper(home):
        server.start()
        yield server
        server.stop()


async def test_a_connection_is_encrypted_and_its_server_verified(server: Server) -> None:
    connection = await asyncpg.connect(server.url())
    assert await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    await connection.close()


async def test_a_server_of_another_authority_is_not_trusted(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncpg.connect(server.url(ca=Authority(tmp_path, "other").file))


async def test_the_name_in_the_certificate_counts(server: Server) -> None:
    """The server listens at this address too, which its certificate does not name."""
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncpg.connect(server.url(host="127.0.0.2"))


async def test_without_tls_the_server_refuses(server: Server) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await asyncpg.connect(server.url().partition("?")[0] + "?sslmode=disable")


async def test_a_pool_uses_the_password_that_is_in_the_file_by_then(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password is changed, then the file of the Secret: the connections that there are go on, and new ones use it."""
    files = {"AFTERCARE_DATABASE_URL": server.url(), "AFTERCARE_SIGNING_KEY": "a key for tests only"}
    for name, value in files.items():
        (tmp_path / name).write_text(value, encoding="utf-8")
    monkeypatch.setenv("AFTERCARE_SECRETS_DIR", str(tmp_path))
    settings = ServiceSettings(kafka="127.0.0.1:9", jwks_file="-")

    def url() -> str:
        return str(settings.current("database_url"))

    async def connection(*arguments: object, **options: object) -> asyncpg.Connection:
        return await connect(url, *arguments, **options)

    pool = asyncpg.create_pool(settings.database_url, min_size=1, max_size=2, connect=connection)
    async with pool, pool.acquire() as first:
        await first.execute("ALTER ROLE postgres PASSWORD 'the next one'")
        try:
            (tmp_path / "AFTERCARE_DATABASE_URL").write_text(server.url(password="the next one"), encoding="utf-8")
            async with pool.acquire() as second:
                assert await second.fetchval("SELECT 1") == 1
        finally:
            await first.execute(f"ALTER ROLE postgres PASSWORD '{PASSWORD}'")
