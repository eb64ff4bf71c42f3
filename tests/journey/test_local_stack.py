"""The local stack: a second start changes nothing, and starts only a service that has ended."""

from dataclasses import dataclass

import psutil
import pytest
from aftercare_cli.stack.interface import Addresses, ComponentStatus, NoProgress
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for
from running_suite import RunningSuite

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True, slots=True)
class StackProcesses:
    """The stack and its processes."""

    stack: LocalStack
    processes: Processes
    addresses: Addresses

    def pids(self) -> dict[str, int]:
        found = {name: self.processes.find(name) for name in (*self.addresses.services, "payment-simulator")}
        return {name: process.pid for name, process in found.items() if process}

    def component(self, name: str) -> ComponentStatus:
        return next(component for component in self.stack.status() if component.name == name)


@pytest.fixture
def running(suite: RunningSuite) -> StackProcesses:
    if suite.stack is None:
        pytest.skip("the stack was started elsewhere, and this test kills a service")
    return StackProcesses(suite.stack, Processes(suite.home / "run", suite.home / "logs"), suite.addresses)


def test_a_second_up_changes_nothing(running: StackProcesses) -> None:
    before = running.pids()

    again = running.stack.up(NoProgress())

    assert again == running.addresses
    assert running.pids() == before
    assert len(before) == 6


def test_a_service_that_ended_is_shown_as_broken_and_started_by_the_next_up(running: StackProcesses) -> None:
    before = running.pids()
    psutil.Process(before["kb-svc"]).kill()
    wait_for(lambda: running.processes.find("kb-svc") is None, seconds=10, otherwise="it did not end")

    broken = running.component("kb-svc")
    running.stack.up(NoProgress())

    assert (broken.state, "ended unexpectedly" in broken.detail) == ("broken", True)
    assert running.component("kb-svc").state == "up"
    after = running.pids()
    assert after.pop("kb-svc") != before.pop("kb-svc")
    assert after == before
