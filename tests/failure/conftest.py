"""Servers of their own for the failure tests: nobody else's are hurt. Figures are printed at the end of the run."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from aftercare_checker import Report
from meters import Meters, meters
from servers import Servers, servers

T = TypeVar("T")
_FIGURES: list[tuple[str, int, str, float]] = []


@dataclass(slots=True)
class Form:
    """Short in `make test`, long in `make test-failure`; notes what a test has to show."""

    long: bool
    events: int = 0
    notes: list[str] = field(default_factory=list)

    def pick(self, short: T, long: T) -> T:
        return long if self.long else short

    def judged(self, report: Report) -> None:
        """Count the events that went through the faults."""
        self.events += report["sequence 1..n per aggregate"].checked

    def note(self, line: str) -> None:
        self.notes.append(line)


@pytest.fixture(
    params=[
        pytest.param(False, id="short", marks=pytest.mark.timeout(400)),
        pytest.param(True, id="long", marks=[pytest.mark.long, pytest.mark.timeout(2400)]),
    ]
)
def form(request: pytest.FixtureRequest) -> Iterator[Form]:
    made, begun = Form(request.param), time.monotonic()
    yield made
    _FIGURES.append((request.node.name, made.events, " · ".join(made.notes), time.monotonic() - begun))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _FIGURES:
        terminalreporter.section("events through faults")
        for name, events, notes, seconds in _FIGURES:
            terminalreporter.write_line(f"{name:<70} {events:>9,} events {seconds:>6.0f} s  {notes}")
        terminalreporter.write_line(f"{'in all':<70} {sum(each[1] for each in _FIGURES):>9,} events")


@pytest.fixture(scope="session")
def one_server() -> Iterator[Servers]:
    """One PostgreSQL and one broker; a test that breaks them mends them."""
    with servers() as made:
        yield made


@pytest.fixture
async def meter(one_server: Servers) -> AsyncIterator[Meters]:
    """A meter service of its own, nothing running yet."""
    async with meters(one_server) as made:
        yield made
