"""Rates and CPU costs per event, of our code and of the raw limit in turn."""

import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from wrk import tree_seconds


@dataclass(slots=True)
class Measurement:
    """Events and seconds of one run, with the CPU seconds of this process and of PostgreSQL with its workers."""

    events: int = 0
    seconds: float = 0.0
    here: float = 0.0
    postgres: float = 0.0

    @property
    def per_second(self) -> float:
        return self.events / self.seconds

    @property
    def here_us(self) -> float:
        return 1e6 * self.here / self.events

    @property
    def postgres_us(self) -> float:
        return 1e6 * self.postgres / self.events

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s ({self.here_us:.0f} + {self.postgres_us:.0f} µs)"


@contextmanager
def timed(postgres: psutil.Process, events: int = 0) -> Iterator[Measurement]:
    """Measure the block, which may set the number of events. Objects that exist before are not garbage-collected in it."""
    gc.collect()
    gc.freeze()
    found, began, here, there = Measurement(events), time.perf_counter(), time.process_time(), tree_seconds(postgres)
    yield found
    found.seconds = time.perf_counter() - began
    found.here, found.postgres = time.process_time() - here, tree_seconds(postgres) - there
    gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The measurements of our code and of the raw limit, in order."""

    ours: list[Measurement] = field(default_factory=list)
    raw: list[Measurement] = field(default_factory=list)

    def median(self, whose: str, name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in getattr(self, whose)))

    def typical(self, whose: str) -> Measurement:
        """The measurement with the median CPU."""
        rounds: list[Measurement] = sorted(getattr(self, whose), key=lambda each: each.here_us)
        return rounds[len(rounds) // 2]

    def ratio(self, name: str) -> float:
        """Our part of the raw limit, 1.0 at most; for CPU costs, the raw limit's cost divided by ours."""
        ours, raw = self.median("ours", name), self.median("raw", name)
        return ours / raw if name == "per_second" else raw / ours
