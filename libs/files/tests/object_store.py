"""A real S3 server on loopback: versitygw, which verifies signatures and policies, over a folder of the test run.

`s3_server` is its main package. The one of versitygw has other backends too, and takes twice as long to compile.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
from aftercare_cli.stack import ports
from aftercare_cli.stack.artifacts import cache
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for
from aftercare_cli.testing.reaper import reaper
from aftercare_files.stores.signatures import Credentials, presigned

SOURCES = Path(__file__).parent / "s3_server"
UNOPTIMISED = ("-trimpath", "-gcflags=all=-N -l", "-ldflags=-s -w")  # the compiler's work takes longer than the tests
BUCKET = "evidence-test"
CREDENTIALS = Credentials("tester", "only for the object store of tests")


class NoObjectStore(Exception):
    """The server is not installed and cannot be built here."""


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """The running server."""

    url: str

    def settings(self) -> dict[str, object]:
        """The settings of aftersale-svc by which it uses this server; those of another service begin with another word."""
        return {
            "evidence_s3_url": self.url,
            "evidence_s3_bucket": BUCKET,
            "evidence_s3_access_key": CREDENTIALS.access_key,
            "evidence_s3_secret_key": CREDENTIALS.secret_key,
        }


def program() -> Path:
    """The server's program, built once per machine by Go. Raises: NoObjectStore where there is no Go."""
    sources = sha256(b"".join(path.read_bytes() for path in sorted(SOURCES.iterdir()))).hexdigest()[:12]
    found = cache() / f"s3-server-{sources}"
    if found.exists():
        return found
    go = shutil.which("go")
    if go is None:
        raise NoObjectStore("versitygw is built by Go, which is not installed")
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "s3-server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            made = found.with_suffix(".new")
            command = [go, "build", "-buildvcs=false", *UNOPTIMISED, "-o", str(made)]
            environment = {**os.environ, "CGO_ENABLED": "0"}
            subprocess.run(command, env=environment, cwd=SOURCES, check=True, timeout=1200)
            made.rename(found)
    return found


@contextmanager
def running() -> Iterator[ObjectStore]:
    """The server with an empty bucket. Raises: NoObjectStore."""
    command = str(program())
    home = Path(tempfile.mkdtemp(prefix="aftercare-s3-"))
    folders = {name: home / name for name in ("run", "logs", "objects", "metadata")}
    for each in folders.values():
        each.mkdir()
    port = ports.choose()
    keys = {"ROOT_ACCESS_KEY": CREDENTIALS.access_key, "ROOT_SECRET_KEY": CREDENTIALS.secret_key}
    arguments = [f"127.0.0.1:{port}", str(folders["objects"]), str(folders["metadata"])]
    try:
        with reaper(home):
            processes = Processes(folders["run"], folders["logs"])
            processes.start("s3-server", [command, *arguments], keys)
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: _make_bucket(url), seconds=30, otherwise="the object store does not answer")
            yield ObjectStore(url)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _make_bucket(url: str) -> bool:
    lifetime, now = timedelta(minutes=1), datetime.now(UTC)
    try:
        address = presigned(CREDENTIALS, "PUT", f"{url}/{BUCKET}", now=now, lifetime=lifetime)
        return httpx.put(address, timeout=30).is_success
    except httpx.HTTPError:
        return False
