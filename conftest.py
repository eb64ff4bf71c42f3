"""What every test may stand on: a real PostgreSQL and a real Kafka, started when the first test asks for them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from aftercare_chassis.testing.databases import drop_all
from aftercare_cli.stack import containers, databases, ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.guardian import guarded
from aftercare_cli.stack.interface import Silent
from aftercare_cli.stack.threads import run

# How long an example takes says more about what else the machine does than about us.
hypothesis.settings.register_profile("aftercare", deadline=None)
hypothesis.settings.load_profile("aftercare")

KIND = pytest.StashKey[tuple[str, str]]()
WORKERS = 3


def _choice() -> tuple[str, str]:
    """(kind, why): AFTERCARE_TEST_STACK forces it; given addresses win, then Docker, then the embedded servers."""
    if forced := os.environ.get("AFTERCARE_TEST_STACK"):
        if forced not in ("docker", "embedded", "given"):
            raise pytest.UsageError("AFTERCARE_TEST_STACK is docker, embedded or given")
        return forced, "AFTERCARE_TEST_STACK"
    if os.environ.get("AFTERCARE_KAFKA") and os.environ.get("AFTERCARE_POSTGRES"):
        return "given", "AFTERCARE_KAFKA and AFTERCARE_POSTGRES are set"
    reason = containers.trouble()
    return ("embedded", reason) if reason else ("docker", "a Docker engine answers")


def pytest_xdist_auto_num_workers() -> int:
    """More than a small machine has cores, for many tests only wait. Servers that were given serve one at a time."""
    return 0 if _choice()[0] == "given" else WORKERS


def pytest_configure(config: pytest.Config) -> None:
    config.stash[KIND] = _choice()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # A port that one worker has chosen and not opened yet must not be chosen by another.
        share, place = len(ports.CHOICE) // WORKERS, int(worker.removeprefix("gw")) % WORKERS
        ports.CHOICE = ports.CHOICE[place * share : (place + 1) * share]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Failure tests begin: they take longest and wait most, and what comes later fills the gaps that they leave."""
    items.sort(key=lambda item: "failure" not in item.path.parts)


def pytest_report_header(config: pytest.Config) -> str:
    kind, why = config.stash[KIND]
    return f"Kafka and PostgreSQL: {kind} ({why})"


@pytest.fixture(scope="session")
def servers_kind(pytestconfig: pytest.Config) -> str:
    """docker, embedded or given."""
    kind = pytestconfig.stash[KIND][0]
    if kind == "given" and run(databases.existing(os.environ["AFTERCARE_POSTGRES"])):
        pytest.exit("the given PostgreSQL holds a stack already, and tests delete what they find: give another", 4)
    return kind


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for servers of this run; nothing of it is left, even when the run is killed."""
    home = Path(tempfile.mkdtemp(prefix="aftercare-test-"))
    (home / "run").mkdir()
    try:
        with guarded(home):
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(servers_kind: str) -> Iterator[str]:
    """DSN of a role that may create databases."""
    if servers_kind == "given":
        yield os.environ["AFTERCARE_POSTGRES"]
        run(drop_all(os.environ["AFTERCARE_POSTGRES"]))
        return
    with _folder() as home:
        if servers_kind == "docker":
            servers = containers.Containers(home / "run")
            try:
                servers.start_postgres(Silent())
                yield servers.postgres
            finally:
                servers.stop(Silent())
        else:
            embedded = Embedded.at(home, careless=True)
            embedded.database.start(Silent())
            yield embedded.database.admin
            embedded.database.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(servers_kind: str) -> Iterator[str]:
    """Address of a broker without any topics of ours."""
    if servers_kind == "given":
        yield os.environ["AFTERCARE_KAFKA"]
        return
    with _folder() as home:
        if servers_kind == "docker":
            servers = containers.Containers(home / "run")
            try:
                servers.start_kafka(Silent())
                yield servers.kafka
            finally:
                servers.stop(Silent())
        else:
            embedded = Embedded.at(home, careless=True)
            embedded.broker.start(Silent())
            yield embedded.broker.bootstrap
            embedded.broker.stop()
