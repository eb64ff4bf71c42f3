"""A PostgreSQL and a Kafka for all tests, started when the first test requests one of them."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from aftercare_chassis.testing.databases import drop_all
from aftercare_cli.stack import databases, ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.threads import run
from aftercare_cli.testing import containers
from aftercare_cli.testing.reaper import reaper

# The duration of an example depends on the load of the machine: it is no failure.
hypothesis.settings.register_profile("aftercare", deadline=None)
hypothesis.settings.load_profile("aftercare")

# How long a request waits for its turn depends on it as well: none is refused for that, unless a test says so.
os.environ.setdefault("AFTERCARE_QUEUE_SECONDS", "60")

KIND = pytest.StashKey[tuple[str, str]]()
WORKERS = 3
FIRST = (
    "services/aftersale-svc/tests/unit/test_reachable_ends.py",
    "tests/contract/",
    "tests/security/",
    "tests/failure/",
    "services/order-svc/tests/unit/test_reachable_ends.py",
    "services/order-svc/tests/integration/test_import_command.py",
    "tests/",
    "services/",
    "",
)
"""Where the groups of tests are that take longest: minutes each. The files of libraries and tools take seconds each."""
SUITE_SECONDS = 1200
"""The time limit of a test that uses a suite: to make the suite is part of the first one."""


def _choice() -> tuple[str, str]:
    """The kind of servers and the reason: AFTERCARE_TEST_STACK, else given addresses, else Docker, else embedded servers."""
    if forced := os.environ.get("AFTERCARE_TEST_STACK"):
        if forced not in ("docker", "embedded", "given"):
            raise pytest.UsageError("AFTERCARE_TEST_STACK must be docker, embedded or given")
        return forced, "AFTERCARE_TEST_STACK"
    if os.environ.get("AFTERCARE_KAFKA") and os.environ.get("AFTERCARE_POSTGRES"):
        return "given", "AFTERCARE_KAFKA and AFTERCARE_POSTGRES are set"
    reason = containers.unavailable_reason()
    return ("embedded", reason) if reason else ("docker", "a Docker engine answers")


def pytest_xdist_auto_num_workers() -> int:
    """Three, even on two cores: many tests only wait. With given servers the tests run in one process."""
    return 0 if _choice()[0] == "given" else WORKERS


def pytest_configure(config: pytest.Config) -> None:
    config.stash[KIND] = _choice()
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # Each worker chooses from its own part: a port that was chosen may not be open yet.
        share, place = len(ports.RANGE) // WORKERS, int(worker.removeprefix("gw")) % WORKERS
        ports.RANGE = ports.RANGE[place * share : (place + 1) * share]


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest groups come first and the shortest last, so that no long one is left for one process at the end.

    A process takes a file at a time, and all tests of a folder that share a suite or a service with objects, which take long to make.
    """
    items.sort(key=lambda item: [item.nodeid.startswith(each) for each in FIRST].index(True))
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
        if _has_suite(item):
            item.add_marker(pytest.mark.timeout(SUITE_SECONDS))


def _has_suite(item: pytest.Item) -> bool:
    return item.nodeid.startswith("tests/") and "suite" in getattr(item, "fixturenames", ())


def _group(item: pytest.Item) -> str:
    """The name of the tests that one process runs together."""
    if item.nodeid.startswith("tests/security/") and "service" in getattr(item, "fixturenames", ()):
        return f"{item.path.parent} {item.callspec.params['service']}"  # type: ignore[attr-defined]
    return str(item.path.parent if _has_suite(item) else item.path)


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later garbage collection."""
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A name in place of a long value, which each process would send with every report of the test."""
    return f"{argname}-of-{len(val)}" if isinstance(val, str | bytes) and len(val) > 200 else None


def pytest_report_header(config: pytest.Config) -> str:
    kind, why = config.stash[KIND]
    return f"Kafka and PostgreSQL: {kind} ({why})"


@pytest.fixture(scope="session")
def servers_kind(pytestconfig: pytest.Config) -> str:
    """docker, embedded or given."""
    kind = pytestconfig.stash[KIND][0]
    if kind == "given" and run(databases.existing(os.environ["AFTERCARE_POSTGRES"])):
        pytest.exit("the given PostgreSQL has the databases of a stack, which the tests would delete: give another", 4)
    return kind


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for servers of this run. It is deleted, and its processes are ended, even when the run is killed."""
    home = Path(tempfile.mkdtemp(prefix="aftercare-test-"))
    (home / "run").mkdir()
    try:
        with reaper(home):
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(servers_kind: str) -> Iterator[str]:
    """The DSN of a role that may create databases."""
    if servers_kind == "given":
        yield os.environ["AFTERCARE_POSTGRES"]
        run(drop_all(os.environ["AFTERCARE_POSTGRES"]))
        return
    with _folder() as home:
        if servers_kind == "docker":
            servers = containers.Containers(home / "run")
            try:
                servers.start_postgres(NoProgress())
                yield servers.postgres
            finally:
                servers.stop(NoProgress())
        else:
            embedded = Embedded.at(home, durable=False)
            embedded.database.start(NoProgress())
            yield embedded.database.admin
            embedded.database.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(servers_kind: str) -> Iterator[str]:
    """The address of a broker without topics of the suite."""
    if servers_kind == "given":
        yield os.environ["AFTERCARE_KAFKA"]
        return
    with _folder() as home:
        if servers_kind == "docker":
            servers = containers.Containers(home / "run")
            try:
                servers.start_kafka(NoProgress())
                yield servers.kafka
            finally:
                servers.stop(NoProgress())
        else:
            embedded = Embedded.at(home, durable=False)
            embedded.broker.start(NoProgress())
            yield embedded.broker.bootstrap
            embedded.broker.stop()
