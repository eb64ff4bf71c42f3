"""The servers of the failure tests, which no other test uses. A table of figures is printed at the end of the run."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from aftercare_checker import Report
from counter_service import CounterService, counter_service
from servers import Servers, servers

T = TypeVar("T")
_FIGURES: list[tuple[str, int, str, float]] = []


@dataclass(slots=True)
class Scale:
    """The size of a test: short in `make test`, long in `make test-failure`; and the figures of the test for the table."""

    long: bool
    events: int = 0
    notes: list[str] = field(default_factory=list)

    def pick(self, short: T, long: T) -> T:
        return long if self.long else short

    def count(self, report: Report) -> None:
        """Add the number of events that the checker looked at."""
        self.events += report["sequence 1..n per aggregate"].checked

    def note(self, line: str) -> None:
        self.notes.append(line)


@pytest.fixture(
    params=[
        pytest.param(False, id="short", marks=pytest.mark.timeout(400)),
        pytest.param(True, id="long", marks=[pytest.mark.long, pytest.mark.timeout(2400)]),
    ]
)
def scale(request: pytest.FixtureRequest) -> Iterator[Scale]:
    made, begun = Scale(request.param), time.monotonic()
    yield made
    _FIGURES.append((request.node.name, made.events, " · ".join(made.notes), time.monotonic() - begun))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section("events during failures")
        for name, events, notes, seconds in _FIGURES:
            terminalreporter.write_line(f"{name:<70} {events:>9,} events {seconds:>6.0f} s  {notes}")
        terminalreporter.write_line(f"{'in all':<70} {sum(each[1] for each in _FIGURES):>9,} events")


@pytest.fixture(scope="session")
def one_server() -> Iterator[Servers]:
    """One PostgreSQL and one broker for the session; a test that stops one of them starts it again."""
    with servers() as made:
        yield made


@pytest.fixture
async def service(one_server: Servers) -> AsyncIterator[CounterService]:
    """A counter-svc of the test's own, without any process yet."""
    async with counter_service(one_server) as made:
        yield made
