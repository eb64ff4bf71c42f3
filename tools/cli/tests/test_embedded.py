"""PostgreSQL and Kafka as processes of this machine: start, status, stop and what is left of them."""

import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aftercare_cli.stack import kafka as kafka_module
from aftercare_cli.stack import postgres as postgres_module
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.interface import NoProgress, StackError
from aftercare_cli.stack.processes import Processes, port_is_free
from aftercare_cli.testing.reaper import reaper


class Steps(NoProgress):
    """Keeps the ends of steps."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str]] = []

    def done(self, name: str, detail: str) -> None:
        self.ended.append((name, detail))


@pytest.fixture
def servers(servers_kind: str) -> Iterator[Embedded]:
    if servers_kind != "embedded":
        pytest.skip("this run does not use the embedded servers")
    # Not below pytest's own folder: as root, PostgreSQL runs as another user, and every pytest closes that folder to others.
    with tempfile.TemporaryDirectory(prefix="aftercare-servers-") as name:
        home = Path(name)
        home.chmod(0o755)
        embedded = Embedded.at(home, durable=False)
        with reaper(home):
            yield embedded
            embedded.stop(NoProgress())


def states(servers: Embedded) -> dict[str, str]:
    return {component.name: component.state for component in servers.status()}


async def test_both_servers_start_answer_and_stop(servers: Embedded) -> None:
    assert states(servers) == {"kafka": "down", "postgres": "down"}
    steps = Steps()

    servers.start(steps)

    assert dict(steps.ended) == {"kafka": "ready", "postgres": "ready"}
    assert states(servers) == {"kafka": "up", "postgres": "up"}
    assert kafka_module.answers(int(servers.kafka.rpartition(":")[2]))
    connection = await asyncpg.connect(servers.postgres)
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.close()

    servers.stop(steps)
    assert steps.ended[-2:] == [("kafka", "stopped"), ("postgres", "stopped")]
    assert states(servers) == {"kafka": "down", "postgres": "down"}

    servers.database.start(steps)
    connection = await asyncpg.connect(servers.postgres)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await connection.close()

    servers.stop(steps)
    servers.erase(steps)
    assert not servers.broker.folder.exists()
    assert not servers.database.folder.exists()


def test_a_database_server_that_was_killed_is_broken_and_starts_again(servers: Embedded) -> None:
    database = servers.database
    database.start(NoProgress())
    database.start(NoProgress())
    process = database.processes.find("postgres")
    assert process is not None

    process.send_signal(signal.SIGQUIT)
    psutil.wait_procs([process], timeout=60)
    broken = database.status()
    database.start(NoProgress())

    assert (broken.state, "ended unexpectedly" in broken.detail) == ("broken", True)
    assert database.status().state == "up"


def test_a_database_server_whose_port_is_taken_gets_another(servers: Embedded, listen: Callable[[int], int]) -> None:
    database = servers.database
    first = database.admin
    port = int(first.rpartition(":")[2].partition("/")[0])
    listen(port)

    database.start(NoProgress())

    assert database.admin != first
    assert not postgres_module.answers(first)
    assert postgres_module.answers(database.admin)


def test_a_server_that_does_not_start_is_an_error_with_its_last_line(
    servers: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "SETTINGS", {"shared_buffers": "nonsense"})

    with pytest.raises(StackError, match=r"postgres ended .*shared_buffers"):
        servers.database.start(NoProgress())

    assert servers.database.status().state == "broken"


def test_a_data_folder_that_cannot_be_created_is_an_error(servers: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.database, "durable", True)
    monkeypatch.setattr(postgres_module, "as_user", lambda data: ["false"])

    with pytest.raises(StackError, match="postgres could not create its data folder"):
        servers.database.start(NoProgress())

    assert not (servers.database.folder / "data").exists()
    assert not (servers.database.folder / "secret").exists()


def test_a_broker_whose_recorded_port_is_taken_gets_another(servers: Embedded, listen: Callable[[int], int]) -> None:
    broker = servers.broker
    first = broker.bootstrap
    listen(int(first.rpartition(":")[2]))

    properties = broker._configure().read_text()

    assert broker.bootstrap != first
    assert f"PLAINTEXT://{broker.bootstrap}" in properties
    assert first not in properties
    assert port_is_free(int(broker.bootstrap.rpartition(":")[2]))


def test_a_broker_that_listens_without_answering_is_not_ready(listen: Callable[[int], int]) -> None:
    port = listen(0)

    assert not kafka_module.answers(port)


def test_a_platform_without_the_wheel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_module.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(StackError, match="no PostgreSQL wheel for this platform"):
        postgres_module.binaries()


def test_a_machine_without_a_user_for_the_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(postgres_module.pwd, "getpwnam", unknown)

    with pytest.raises(StackError, match="there is no user `postgres` or `nobody`"):
        postgres_module._server_user()


def test_the_processes_of_both_servers_are_recorded_in_one_folder(servers: Embedded) -> None:
    servers.database.start(NoProgress())

    home = servers.database.folder.parent
    assert Processes(home / "run", home / "logs").find("postgres") is not None
