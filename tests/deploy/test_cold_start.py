"""What CPU a service takes from its start until it is ready, in its image beside a PostgreSQL. Part of `make test-images`."""

import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aftercare_chassis.auth.dev_keys import make_key_set
from docker_images import SERVICES, build, docker
from manifests import ROOT

pytestmark = [pytest.mark.images, pytest.mark.timeout(3600)]

MOST_CPU_SECONDS = 5.0
POSTGRES = os.environ.get("POSTGRES_IMAGE", "postgres:18")
NETWORK = SERVER = "aftercare-test-start"
DEADLINE_SECONDS = 300.0


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network with a PostgreSQL that has the databases of all services; its name is that of the network."""
    docker("network", "create", NETWORK)
    try:
        script = f"{ROOT}/deploy/compose/databases.sh:/docker-entrypoint-initdb.d/databases.sh:ro"
        values = ("POSTGRES_USER=postgres", "POSTGRES_PASSWORD=local", "AFTERCARE_DB_PASSWORD=local")
        settings = [f"--env={value}" for value in values]
        docker("run", "--detach", f"--name={SERVER}", f"--network={NETWORK}", f"--volume={script}", *settings, POSTGRES)
        wait_for(lambda: docker("exec", SERVER, "pg_isready", "--quiet", "--host", "127.0.0.1"))
        yield NETWORK
    finally:
        docker("rm", "--force", "--volumes", SERVER)
        docker("network", "rm", NETWORK)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_ready_within_five_seconds_of_cpu(service: str, network: str, tmp_path: Path) -> None:
    make_key_set(tmp_path)
    tmp_path.chmod(0o755)
    options = [f"--network={network}", f"--volume={tmp_path}:/keys:ro", *settings_of(service)]
    image = build(service, "first")
    docker("run", "--rm", *options, image, "migrate")
    container = docker("run", "--detach", *options, image, "serve").strip()
    try:
        [state] = json.loads(docker("inspect", container))
        address = state["NetworkSettings"]["Networks"][network]["IPAddress"]
        wait_for(lambda: urllib.request.urlopen(f"http://{address}:8000/readyz", timeout=5).close())
        process = Path("/proc", str(state["State"]["Pid"]))
        seconds, megabytes = cpu_seconds(process), resident_megabytes(process)
    finally:
        docker("rm", "--force", container)
    print(f"\n{service}: {seconds:.1f} s of CPU until it is ready, and {megabytes:.0f} MB resident then")
    assert seconds <= MOST_CPU_SECONDS


def settings_of(service: str) -> list[str]:
    short = service.removesuffix("-svc")
    server, database = f"{SERVER}:5432", f"aftercare_{short}"
    settings = {
        "AFTERCARE_HOST": "0.0.0.0",
        "AFTERCARE_PORT": "8000",
        "AFTERCARE_KAFKA": "kafka:9092",
        "AFTERCARE_JWKS_FILE": "/keys/jwks.json",
        "AFTERCARE_JWT_ISSUER": "aftercare-local",
        "AFTERCARE_SIGNING_KEY": "signs the cursors of a test",
        "AFTERCARE_PAYMENT_WEBHOOK_SECRET": "whsec_bG9jYWwgY29tcG9zZSBzdGFjazogcGF5bWVudHM=",
        "AFTERCARE_DATABASE_URL": f"postgresql://{database}:{short}-local@{server}/{database}",
        "AFTERCARE_MIGRATION_DATABASE_URL": f"postgresql://{database}_owner:{short}-owner-local@{server}/{database}",
    }
    return [f"--env={name}={value}" for name, value in settings.items()]


def wait_for(action: Callable[[], object]) -> None:
    """Try this until it succeeds, every 50 ms."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            action()
        except (OSError, AssertionError):
            assert time.monotonic() < deadline, "not within the deadline"
            time.sleep(0.05)
        else:
            return


def cpu_seconds(process: Path) -> float:
    """User and system time of a process and of its ended children (`proc(5)`, `stat`, fields 14 to 17)."""
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(process: Path) -> float:
    """Its resident memory (`proc(5)`, `statm`, field 2)."""
    return int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
