"""The figures of timers and workers."""

from collections.abc import Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_STEP_SECONDS = (0.005, 0.025, 0.1, 0.5, 1, 5, 30)
_LATE_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 3600)


class WorkerMetrics:
    """The steps of each worker: how many, how many of them failed, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._steps = Histogram(
            "aftercare_worker_step_seconds",
            "Duration of the steps of background workers, by what became of them.",
            ["worker", "outcome"],
            buckets=_STEP_SECONDS,
            registry=registry,
        )

    def runs(self, worker: str) -> None:
        """Export this worker, before its first step."""
        for outcome in ("done", "failed"):
            self._steps.labels(worker, outcome)

    def stepped(self, worker: str, seconds: float, *, failed: bool) -> None:
        """Count a step."""
        self._steps.labels(worker, "failed" if failed else "done").observe(seconds)


class DeadlineMetrics:
    """Deadlines by their timer: the table of the rows, with the column of the time where that is not `deadline_at`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        of_timer = partial(Gauge, labelnames=["timer"], registry=registry)
        self._open = of_timer("aftercare_deadlines_open", "Deadlines that are set, up to 10,000.")
        self._overdue = of_timer(
            "aftercare_deadline_overdue_seconds",
            "For how long the deadline has passed that passed first and was not fired yet.",
        )
        self._put_off = of_timer(
            "aftercare_deadlines_put_off",
            "Rows whose timer failed or found nothing to do, and that this process tries again.",
        )
        self._fired = Counter("aftercare_deadlines_fired_total", "Timers that fired.", ["timer"], registry=registry)
        self._late = Histogram(
            "aftercare_deadline_late_seconds",
            "By how much timers fired after their time.",
            ["timer"],
            buckets=_LATE_SECONDS,
            registry=registry,
        )

    def watches(self, timer: str) -> None:
        """Export this timer, before its first deadline."""
        for each in (self._open, self._overdue, self._put_off, self._fired, self._late):
            each.labels(timer)

    def looked(self, overdue: Mapping[str, float], put_off: Mapping[str, int]) -> None:
        """Set by timer for how many seconds the most overdue deadline has passed, and how many rows are put off."""
        for timer, seconds in overdue.items():
            self._overdue.labels(timer).set(seconds)
            self._put_off.labels(timer).set(put_off.get(timer, 0))

    def counted(self, numbers: Mapping[str, int]) -> None:
        """Set by timer how many deadlines are set."""
        for timer, number in numbers.items():
            self._open.labels(timer).set(number)

    def fired(self, timer: str, late: float) -> None:
        """Count a timer that fired this many seconds after its time."""
        self._fired.labels(timer).inc()
        self._late.labels(timer).observe(max(late, 0.0))
