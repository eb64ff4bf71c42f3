"""Measures once a minute how much waits for people of the platform."""

from datetime import datetime

from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from aftersale_svc.queries.waiting_cases import Waiting, waiting
from aftersale_svc.settings import Settings

_EVERY_SECONDS = 60.0


class WaitingCaseMetrics:
    """The figures. Each process has the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._reviews = Gauge(
            "aftercare_case_reviews", "Cases that agents have to decide about, up to 10,000.", registry=registry
        )
        self._late = Gauge(
            "aftercare_case_reviews_late", "Cases that agents have not decided about in time.", registry=registry
        )
        self._late_seconds = Gauge(
            "aftercare_case_review_late_seconds",
            "For how long the first case that an agent has not decided about has been late.",
            registry=registry,
        )
        self._hearings = Gauge(
            "aftercare_dispute_hearings", "Disputes in which the platform has to act, up to 10,000.", registry=registry
        )

    def measured(self, now: datetime, found: Waiting) -> None:
        """Set them."""
        self._reviews.set(found.reviews)
        self._late.set(found.late_reviews)
        self._late_seconds.set(0 if found.late_since is None else (now - found.late_since).total_seconds())
        self._hearings.set(found.hearings)


async def _measure(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.reader() as reader:
        runtime.metrics.of(WaitingCaseMetrics).measured(reader.now, await waiting(reader))
    return None


WAITING_CASE_FIGURES: Worker[Settings] = Worker("waiting-case-figures", _measure, idle=_EVERY_SECONDS)
