"""The local stack itself: starting twice changes nothing, a dead piece is named and mended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
import pytest
from aftercare_cli.stack.interface import Addresses, Piece, Silent
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.waiting import wait_for

pytestmark = pytest.mark.timeout(600)


class Suite(Protocol):
    """What the session's fixture gives."""

    home: Path
    where: Addresses
    stack: LocalStack | None


@dataclass(frozen=True, slots=True)
class Bench:
    """The stack and its processes."""

    stack: LocalStack
    processes: Processes
    where: Addresses

    def pids(self) -> dict[str, int]:
        found = {name: self.processes.find(name) for name in (*self.where.services, "payment-simulator")}
        return {name: process.pid for name, process in found.items() if process}

    def piece(self, name: str) -> Piece:
        return next(piece for piece in self.stack.status() if piece.name == name)


@pytest.fixture
def bench(suite: Suite) -> Bench:
    if suite.stack is None:
        pytest.skip("somebody else's stack is not ours to break")
    return Bench(suite.stack, Processes(suite.home / "run", suite.home / "logs"), suite.where)


def test_up_again_changes_nothing(bench: Bench) -> None:
    before = bench.pids()

    again = bench.stack.up(Silent())

    assert again == bench.where
    assert bench.pids() == before
    assert len(before) == 6


def test_a_dead_service_is_named_and_the_next_up_mends_it(bench: Bench) -> None:
    before = bench.pids()
    psutil.Process(before["kb-svc"]).kill()
    wait_for(lambda: bench.processes.find("kb-svc") is None, seconds=10, otherwise="it did not die")

    named = bench.piece("kb-svc")
    bench.stack.up(Silent())

    assert (named.state, "ended by itself" in named.detail) == ("broken", True)
    assert bench.piece("kb-svc").state == "up"
    after = bench.pids()
    assert after.pop("kb-svc") != before.pop("kb-svc")
    assert after == before
