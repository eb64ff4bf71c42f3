"""The timeline of a case as it is shown."""

from typing import Annotated

from aftercare_chassis.http.schemas import Out, Time
from pydantic import Field


class StepOut(Out):
    """One step of a case or of its dispute."""

    id: str
    at: Time
    actor_id: str
    actor_role: str
    action: str
    state: Annotated[str, Field(description="the state of the case, or of the dispute named, after the step")]
    dispute_id: str | None = None
    note: str | None = None
    evidence: list[str]


class TimelineOut(Out):
    """Every step, oldest first."""

    data: list[StepOut]
