"""The files of a stack's folder: addresses, secrets, ports."""

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aftercare_cli.stack import ports
from aftercare_cli.stack.interface import Addresses, StackError
from aftercare_cli.stack.layout import PROVIDERS, SERVERS, SERVICES, Layout
from aftercare_cli.stack.processes import port_is_free
from aftercare_cli.stack.secrets_file import Secrets


def test_addresses_are_written_for_their_owner_alone_and_read_again(
    home: Path, running: Callable[..., Addresses]
) -> None:
    written = running()

    assert Addresses.read(home / "stack.json") == written
    assert stat.S_IMODE((home / "stack.json").stat().st_mode) == 0o600
    assert "postgresql" not in repr(written)


@pytest.mark.parametrize("content", ['{"kind": ', "[]", '{"kind": "embedded"}'])
def test_a_damaged_stack_file_is_reported(tmp_path: Path, content: str) -> None:
    (tmp_path / "stack.json").write_text(content)

    with pytest.raises(StackError, match=r"is damaged: `make down`, then `make up`"):
        Addresses.read(tmp_path / "stack.json")
    assert Addresses.recorded(tmp_path / "stack.json") is None


def test_without_a_stack_file_no_stack_is_running(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no stack is running here"):
        Addresses.read(tmp_path / "stack.json")
    assert Addresses.recorded(tmp_path / "stack.json") is None


def test_secrets_are_created_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = Secrets.of(tmp_path), Secrets.of(tmp_path)

    assert first == second
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert first.postgres not in repr(first)
    assert set(first.databases) == {service.name for service in SERVICES}
    assert len({first.postgres, first.cursor_key, *first.databases.values()}) == len(SERVICES) + 2


def test_each_server_has_a_port_and_a_database_of_its_own() -> None:
    layout = Layout(Path("unused"), 9_000)
    servers = (*SERVERS, *PROVIDERS.values())

    assert len({layout.port(server) for server in servers}) == len(servers)
    assert layout.url(SERVICES[0]) == "http://127.0.0.1:9001"
    assert SERVICES[0].database == "aftercare_order"


def test_folders_of_a_stack_are_created_when_they_are_used(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "stack")
    assert not layout.home.exists()

    assert layout.logs.is_dir()
    assert layout.folder("run").is_dir()


def test_recorded_ports_stay_the_same(tmp_path: Path) -> None:
    first = ports.recorded(tmp_path / "ports.json", ["broker", "controller"])

    assert ports.recorded(tmp_path / "ports.json", ["broker", "controller"]) == first
    assert len(set(first.values())) == 2
    assert all(port in ports.RANGE for port in first.values())


def test_a_port_base_has_every_offset_free() -> None:
    base = ports.base([1, 2, 9])

    assert base % 10 == 0
    assert all(port_is_free(base + number) for number in (1, 2, 9))


def test_a_chosen_port_is_not_chosen_by_another_process() -> None:
    """Two workers of one test run started servers on one port."""
    chosen = ports.choose()
    script = f"from aftercare_cli.stack import ports; ports.RANGE = range({chosen}, {chosen + 1}); ports.choose()"

    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert port_is_free(chosen)
    assert "no free loopback port" in other.stderr


def test_ports_are_refused_when_none_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "port_is_free", lambda port: False)

    with pytest.raises(StackError, match="no free loopback port"):
        ports.choose()
    with pytest.raises(StackError, match="no free block"):
        ports.base([1])
