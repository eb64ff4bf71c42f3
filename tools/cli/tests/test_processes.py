"""Recorded processes: found again, ended, reported; and the reaper."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from aftercare_cli.stack.interface import StackError
from aftercare_cli.stack.processes import Processes, require_free_port
from aftercare_cli.stack.waiting import wait_for
from aftercare_cli.testing.reaper import reaper

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    (tmp_path / "run").mkdir()
    (tmp_path / "logs").mkdir()
    made = Processes(tmp_path / "run", tmp_path / "logs")
    yield made
    for record in (tmp_path / "run").glob("*.pid"):
        made.stop(record.stem)


def test_a_process_is_found_again_by_another_command(processes: Processes) -> None:
    processes.start("sleeper", SLEEPER)

    later = Processes(processes.records, processes.log_folder)

    assert later.find("sleeper") is not None
    assert later.stop("sleeper")
    assert later.find("sleeper") is None
    assert not later.was_started("sleeper")


def test_a_process_with_a_reused_pid_is_not_ended(processes: Processes) -> None:
    other = subprocess.Popen(SLEEPER)
    try:
        record = {"pid": other.pid, "started": psutil.Process(other.pid).create_time() - 60}
        (processes.records / "sleeper.pid").write_text(json.dumps(record))

        assert processes.find("sleeper") is None
        assert not processes.stop("sleeper")
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_error_for_an_ended_process_has_its_exit_code_and_last_line(processes: Processes) -> None:
    processes.start("short", [sys.executable, "-c", "print('first'); print('no such database'); raise SystemExit(3)"])

    wait_for(lambda: processes.find("short") is None, seconds=10, otherwise="it did not end")

    assert processes.was_started("short")
    message = str(processes.exit_error("short"))
    assert "\n" not in message
    assert "short ended (exit 3): no such database" in message
    assert str(processes.log("short")) in message


def test_a_process_that_ignores_sigterm_is_killed(processes: Processes) -> None:
    ignoring = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    processes.start("ignoring", [sys.executable, "-c", ignoring])
    wait_for(lambda: "ready" in processes.log("ignoring").read_text(), seconds=10, otherwise="it did not start")

    assert processes.stop("ignoring", grace_seconds=0.2)

    assert processes.find("ignoring") is None


def test_the_error_for_a_taken_port_names_the_process(listen: Callable[[int], int]) -> None:
    port = listen(0)

    with pytest.raises(StackError, match=f"port {port} for kb-svc is taken by pid {os.getpid()} .*: move it"):
        require_free_port(port, "kb-svc", "move it")


def test_waiting_ends_at_its_deadline() -> None:
    began = time.monotonic()

    with pytest.raises(StackError, match="never"):
        wait_for(lambda: False, seconds=0.2, otherwise="never")

    assert time.monotonic() - began < 20


def test_the_reaper_ends_the_processes_of_a_killed_run(processes: Processes) -> None:
    home = processes.records.parent
    run = (
        "import sys; from pathlib import Path\n"
        "from aftercare_cli.testing.reaper import reaper\n"
        "from aftercare_cli.stack.processes import Processes\n"
        f"home = Path({str(home)!r})\n"
        "with reaper(home):\n"
        f"    Processes(home / 'run', home / 'logs').start('orphan', {SLEEPER!r})\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", run], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"ready\n"
    assert processes.find("orphan") is not None

    killed.kill()
    killed.communicate()

    wait_for(lambda: processes.find("orphan") is None, seconds=15, otherwise="the orphan still runs")
    wait_for(lambda: not home.exists(), seconds=15, otherwise="its folder is still there")


def test_after_a_block_that_failed_all_processes_have_ended(processes: Processes) -> None:
    names = [f"sleeper-{number}" for number in range(5)]

    def fail() -> None:
        with reaper(processes.records.parent):
            for name in names:
                processes.start(name, SLEEPER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not any(processes.find(name) for name in names)
    assert not any(processes.was_started(name) for name in names)


def test_the_reaper_process_ends_with_its_block(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    before = {child.pid for child in psutil.Process().children()}

    with reaper(tmp_path):
        pass

    assert {child.pid for child in psutil.Process().children()} <= before
