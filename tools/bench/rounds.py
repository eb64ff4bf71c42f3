"""Rounds of one kind of work: what an event costs, ours beside the raw limit in turn."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import psutil
from measure import family_seconds


@dataclass(slots=True)
class Round:
    """So many events in so many seconds; seconds of CPU: of this process, and of PostgreSQL with all its workers."""

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
def timed(postgres: psutil.Process, events: int = 0) -> Iterator[Round]:
    """Measure the block, which may say itself how many events it was. What is in memory before is nobody's garbage."""
    gc.collect()
    gc.freeze()
    found, began, here, there = Round(events), time.perf_counter(), time.process_time(), family_seconds(postgres)
    yield found
    found.seconds = time.perf_counter() - began
    found.here, found.postgres = time.process_time() - here, family_seconds(postgres) - there
    gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Rounds:
    """Ours and the raw limit's, in the order in which they were made."""

    ours: list[Round] = field(default_factory=list)
    raw: list[Round] = field(default_factory=list)

    def middle(self, whose: str, name: str) -> float:
        return float(median(getattr(each, name) for each in getattr(self, whose)))

    def typical(self, whose: str) -> Round:
        """The round in the middle by its CPU."""
        rounds = sorted(getattr(self, whose), key=lambda each: each.here_us)
        return rounds[len(rounds) // 2]

    def left(self, name: str) -> float:
        """How much of the raw limit is left: for costs the other way round."""
        ours, raw = self.middle("ours", name), self.middle("raw", name)
        return ours / raw if name == "per_second" else raw / ours
