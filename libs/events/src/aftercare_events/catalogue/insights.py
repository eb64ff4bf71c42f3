"""Forecasts and alerts, published by analytics-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event
from aftercare_events.fields import Code, Id, Time
from aftercare_events.topics import Topic


class InsightEvent(Event):
    """What every event of an insight carries."""

    TOPIC: ClassVar[Topic] = topics.INSIGHTS
    KEY: ClassVar[str] = "insight_id"

    insight_id: Annotated[Id, Field(description="the insight")]
    metric: Code
    value: Annotated[float | None, Field(description="what was forecast or seen, in the metric's own unit")] = None
    period_from: Time | None = None
    period_to: Time | None = None


class ForecastPublished(InsightEvent):
    """A metric was forecast for a period."""

    matter: Code = "forecast"


class AlertRaised(InsightEvent):
    """A metric left its expected range."""

    matter: Code = "alert"
    threshold: float | None = None
