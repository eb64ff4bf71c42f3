"""Bodies of queues, and of conversations in them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Self

from aftercare_chassis.http.schemas import AllowedActions, AllowedOut, CreatedAt, Out, Time, UpdatedAt, Version
from aftercare_chassis.lifecycle import Actor

from cs_svc.domain.routing.queue import QUEUE_ENTRY, Priority, QueueEntry, QueueState
from cs_svc.domain.routing.waits import GROUPS, PROMISED, Coverage
from cs_svc.queries.routing import Place, QueueFigures

_BY_RANK = list(Priority)


class QueueOut(Out):
    """The queue of a team now. Times are in seconds."""

    id: str
    """Identifies the queue and its team."""
    name: str
    """What the team is called."""
    waiting: int
    """How many conversations wait."""
    offered: int
    """How many are offered to an agent who has not taken them yet."""
    longest_seconds: int
    """How long the one has waited that has waited longest."""
    median_seconds: int
    """How long half of them have waited at most."""
    agents: int
    """How many agents the team has."""
    online: int
    """How many of them are online."""
    away: int
    """How many of them are away for a while."""
    capacity: int
    """The capacity of those who are online."""
    load: int
    """How much of it is taken."""

    @classmethod
    def of(cls, figures: QueueFigures) -> Self:
        """The figures as they are shown."""
        shown = asdict(figures)
        team = shown.pop("team")
        return cls(id=team["id"], name=team["name"], **shown)


class QueuesOut(Out):
    """The queues that the caller may see."""

    data: list[QueueOut]
    """By the ids of their teams."""


class QueuePlaceOut(Out):
    """Where a conversation stands in its queue."""

    state: QueueState
    """Whether it waits, is offered to an agent, or the wait has ended."""
    position: int | None
    """1 is the next one; it may grow while more urgent ones arrive. Null when the wait has ended."""
    waiting_since: Time
    """When the wait began."""
    low_seconds: int | None
    """From now on it will probably take so long at least; null where too little is known, or where it has taken longer than expected."""
    high_seconds: int | None
    """And at most so long: of ten such intervals nine are to be right."""
    coverage: float | None
    """Which part of the intervals of this queue was right until now; null where none has been compared."""

    @classmethod
    def of(cls, place: Place) -> Self:
        """The place as it is shown."""
        return cls(
            state=place.entry.state,
            position=place.position,
            waiting_since=place.entry.waiting_since,
            low_seconds=place.low,
            high_seconds=place.high,
            coverage=None if place.coverage is None else round(place.coverage, 3),
        )


class CoverageGroupOut(Out):
    """The forecasts of waits that began with about as many ahead."""

    ahead_from: int
    """So many were ahead at least."""
    counted: int
    """How many waits were compared with what was shown."""
    covered: int
    """How many of them were in the interval."""
    longer: int
    """How many took longer."""


class CoverageOut(Out):
    """How often the true wait was in the interval that was shown."""

    promised: float
    """The part that is to be right."""
    counted: int
    """How many waits were compared; those offered to an agent within ten seconds are not."""
    covered: int
    """How many of them were in the interval."""
    share: float | None
    """Which part that is; null where none was compared."""
    groups: list[CoverageGroupOut]
    """The same by how many were ahead."""

    @classmethod
    def of(cls, rows: Sequence[Coverage]) -> Self:
        """The figures as they are shown."""
        counted, covered = sum(each.counted for each in rows), sum(each.covered for each in rows)
        return cls(
            promised=PROMISED,
            counted=counted,
            covered=covered,
            share=round(covered / counted, 3) if counted else None,
            groups=[
                CoverageGroupOut(
                    ahead_from=GROUPS[each.group], counted=each.counted, covered=each.covered, longer=each.longer
                )
                for each in rows
            ],
        )


class QueueEntryOut(Out):
    """One stay of a conversation in a queue."""

    id: str
    """Identifies the stay: `que_…`."""
    version: Version
    state: QueueState
    """Whether it waits, is offered to an agent, or has ended."""
    conversation_id: str
    """The conversation."""
    order_id: str | None
    """The order that it is about; null where it is about none."""
    case_id: str | None
    """The case that it is about; null where it is about none."""
    team_id: str
    """The team for which it waits."""
    priority: Priority
    """How urgent it is; it becomes more so while it waits."""
    skills: list[str]
    """What it needs, such as `language:zh` or `reason:quality_defect`."""
    reason: str | None
    """The reason of its case; null where there is none."""
    is_hard: bool
    """Whether it goes to who has solved most of its kind: it was closed before, and was not solved."""
    last_agent_id: str | None
    """The agent who had the conversation before."""
    agent_id: str | None
    """The agent to whom it is offered, or who took it."""
    offers: int
    """How often it was offered to somebody."""
    waiting_since: Time
    """When the wait began."""
    overflow_at: Time | None
    """When it goes to another team if nobody takes it; null where there is none."""
    offer_ends_at: Time | None
    """Until when the agent may take it; null where it is not offered."""
    left_at: Time | None
    """When the stay ended."""
    allowed_actions: AllowedActions
    created_at: CreatedAt
    updated_at: UpdatedAt

    @classmethod
    def of(cls, entry: QueueEntry, actor: Actor) -> Self:
        """The stay with what this actor may do."""
        shown = asdict(entry) | {"priority": _BY_RANK[entry.priority]}
        return cls.model_validate({**shown, "allowed_actions": AllowedOut.of(QUEUE_ENTRY.allowed(entry, actor))})
