"""Clocks: how much of the time of a policy has passed, when what happens next, and what stops them. Times are aware, UTC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from aftercare_chassis.lifecycle import Context, Lifecycle, SystemContext, Timeout, Transition
from aftercare_chassis.working_time import Calendar, add_working_time, working_time

from cs_svc.domain.permissions import SYSTEM_ONLY
from cs_svc.domain.sla.policies import ClockKind, Escalation

MICROSECOND = timedelta(microseconds=1)
ALL_PERCENT = 100


class ClockState(StrEnum):
    """The states of a clock. One that is breached ends late, when what was owed is done."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"
    LATE = "late"
    DROPPED = "dropped"


class ClockAction(StrEnum):
    ESCALATE = "escalate"
    BREACH = "breach"
    MOVE = "move"
    PAUSE = "pause"
    RESUME = "resume"
    MEET = "meet"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One clock of a conversation. `used_microseconds` is the working time that has passed before `running_since`, which is None while the
    clock stands still. `due_at` is when the target is reached, `next_at` when the next escalation is due, both by the calendar as it
    is known. With `pause_when_snoozed` it stands still while the conversation is put off. `steps` counts the escalations that have happened."""

    id: str
    version: int
    state: ClockState
    kind: ClockKind
    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    team_id: str | None
    policy_id: str
    policy_version: int
    calendar_id: str | None
    calendar_version: int
    target_seconds: int
    escalations: list[Escalation]
    pause_when_snoozed: bool = False
    steps: int = 0
    used_microseconds: int = 0
    running_since: datetime | None = None
    due_at: datetime | None = None
    next_at: datetime | None = None
    deadline_at: datetime | None = None
    breached_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def target(self) -> timedelta:
        """How much time there is."""
        return timedelta(seconds=self.target_seconds)

    def used(self, calendar: Calendar, now: datetime) -> timedelta:
        """How much of it has passed."""
        before = self.used_microseconds * MICROSECOND
        return before if self.running_since is None else before + working_time(calendar, self.running_since, now)


_S, _A = ClockState, ClockAction
CLOCK: Lifecycle[ClockState, ClockAction] = Lifecycle(
    "SLA clock",
    initial=_S.RUNNING,
    transitions={
        (_S.RUNNING, _A.ESCALATE): Transition(_S.RUNNING, SYSTEM_ONLY, restarts=True),
        (_S.RUNNING, _A.BREACH): Transition(_S.BREACHED, SYSTEM_ONLY),
        (_S.RUNNING, _A.MOVE): Transition(_S.RUNNING, SYSTEM_ONLY, restarts=True),
        (_S.RUNNING, _A.PAUSE): Transition(_S.PAUSED, SYSTEM_ONLY),
        (_S.PAUSED, _A.RESUME): Transition(_S.RUNNING, SYSTEM_ONLY),
        (_S.RUNNING, _A.MEET): Transition(_S.MET, SYSTEM_ONLY),
        (_S.PAUSED, _A.MEET): Transition(_S.MET, SYSTEM_ONLY),
        (_S.BREACHED, _A.MEET): Transition(_S.LATE, SYSTEM_ONLY),
        (_S.RUNNING, _A.DROP): Transition(_S.DROPPED, SYSTEM_ONLY),
        (_S.PAUSED, _A.DROP): Transition(_S.DROPPED, SYSTEM_ONLY),
        (_S.BREACHED, _A.DROP): Transition(_S.LATE, SYSTEM_ONLY),
    },
    timeouts={
        _S.RUNNING: Timeout(turn="service", since="next_at", then=_A.ESCALATE, effect="escalates"),
        _S.PAUSED: Timeout(turn="buyer"),
        _S.BREACHED: Timeout(turn="service"),
    },
    ends={_S.MET, _S.LATE, _S.DROPPED},
)


def _timed(clock: Clock, calendar: Calendar) -> Clock:
    """The running clock with its ends by this calendar."""
    assert clock.running_since is not None
    used = clock.used_microseconds * MICROSECOND
    parts = [each["percent"] for each in clock.escalations[clock.steps :]]
    step = min((part for part in (*parts, ALL_PERCENT) if part <= ALL_PERCENT), default=ALL_PERCENT)
    return replace(
        clock,
        due_at=_end(calendar, clock.running_since, clock.target - used),
        next_at=_end(calendar, clock.running_since, clock.target * step / ALL_PERCENT - used),
        calendar_version=calendar.version,
    )


def _end(calendar: Calendar, since: datetime, left: timedelta) -> datetime:
    return add_working_time(calendar, since, max(timedelta(), left).total_seconds())


def start(clock: Clock, calendar: Calendar, context: Context) -> Clock:
    """The new clock, which runs from now on."""
    return CLOCK.start(_timed(replace(clock, running_since=context.now), calendar), context)


def pause(clock: Clock, calendar: Calendar, context: Context) -> Clock:
    """The clock that stands still, with what has passed."""
    used = clock.used(calendar, context.now) // MICROSECOND
    still = replace(clock, used_microseconds=used, running_since=None, due_at=None, next_at=None)
    return CLOCK.apply(still, _A.PAUSE, SystemContext.of(context))


def resume(clock: Clock, calendar: Calendar, context: Context) -> Clock:
    """The clock that goes on where it was."""
    runs = _timed(replace(clock, running_since=context.now), calendar)
    return CLOCK.apply(runs, _A.RESUME, SystemContext.of(context))


def move(clock: Clock, calendar: Calendar, context: Context) -> Clock:
    """The running clock with its ends by another version of its calendar. What has passed is counted by the new one from when it ran."""
    return CLOCK.apply(_timed(clock, calendar), _A.MOVE, SystemContext.of(context))


def due_steps(clock: Clock, calendar: Calendar, now: datetime) -> Sequence[Escalation]:
    """The escalations whose part of the time has passed and that have not happened."""
    used = clock.used(calendar, now)
    return [each for each in clock.escalations[clock.steps :] if used >= clock.target * each["percent"] / ALL_PERCENT]


def escalate(clock: Clock, calendar: Calendar, steps: int, context: Context) -> Clock:
    """The clock after so many more escalations; breached where its time has passed."""
    done = replace(clock, steps=clock.steps + steps)
    if clock.used(calendar, context.now) < clock.target:
        return CLOCK.apply(_timed(done, calendar), _A.ESCALATE, SystemContext.of(context))
    breached = replace(done, breached_at=context.now, next_at=None)
    return CLOCK.apply(breached, _A.BREACH, SystemContext.of(context))


def end(clock: Clock, action: ClockAction, calendar: Calendar, context: Context) -> Clock:
    """The clock that has ended: what was owed is done, or no longer owed."""
    used = clock.used(calendar, context.now) // MICROSECOND
    ended = replace(clock, used_microseconds=used, running_since=None, next_at=None, ended_at=context.now)
    return CLOCK.apply(ended, action, SystemContext.of(context))
