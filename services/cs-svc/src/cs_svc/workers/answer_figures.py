"""Measures once a minute how many answers and replies that people owe are overdue, and for how long the oldest is; and how often the waits for an
agent were inside the interval that buyers were shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from cs_svc import queries
from cs_svc.domain.answers import Owed
from cs_svc.domain.routing.waits import Compared, ahead_in
from cs_svc.queries import routing
from cs_svc.settings import Settings

_EVERY_SECONDS = 60.0


class AnswerMetrics:
    """What is owed by document: `conversation` or `complaint`, and `complaint_resolution`: the ends of complaints. Each process has the same figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._owed = Gauge(
            "aftercare_answers_owed", "Answers that somebody waits for, up to 10,000.", ["document"], registry=registry
        )
        self._overdue = Gauge("aftercare_answers_overdue", "Answers that are overdue.", ["document"], registry=registry)
        self._oldest = Gauge(
            "aftercare_answer_overdue_seconds",
            "For how long the answer that is due longest has been overdue.",
            ["document"],
            registry=registry,
        )
        for document in queries.OWED:
            for each in (self._owed, self._overdue, self._oldest):
                each.labels(document)

    def measured(self, now: datetime, owed: Mapping[str, Owed]) -> None:
        """Set them."""
        for document, each in owed.items():
            self._owed.labels(document).set(each.owed)
            self._overdue.labels(document).set(each.overdue)
            late = 0.0 if each.oldest_due_at is None else (now - each.oldest_due_at).total_seconds()
            self._oldest.labels(document).set(max(0.0, late))


class ForecastMetrics:
    """The waits that were compared with the interval that was shown, since the service is used. Each process has the same figures; before the first
    measurement it has none, which would look like a fall to zero."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._compared = Gauge(
            "aftercare_wait_forecasts",
            "Waits for an agent that have ended, by how many were ahead, and whether they were inside the interval that the buyer was shown.",
            ["ahead", "outcome"],
            registry=registry,
        )

    def measured(self, compared: Sequence[Compared]) -> None:
        """Set them."""
        for each in compared:
            outcomes = {"inside": each.covered, "longer": each.longer}
            outcomes["shorter"] = each.counted - each.covered - each.longer
            for outcome, number in outcomes.items():
                self._compared.labels(ahead_in(each.group), outcome).set(number)


async def _measure(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.reader() as reader:
        runtime.metrics.of(AnswerMetrics).measured(reader.now, await queries.owed(reader))
        runtime.metrics.of(ForecastMetrics).measured(await routing.compared(reader))
    return None


ANSWER_FIGURES: Worker[Settings] = Worker("answer-figures", _measure, idle=_EVERY_SECONDS)
