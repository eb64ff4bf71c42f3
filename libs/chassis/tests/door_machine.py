"""A state machine of doors: opened, shut, locked, removed; with guards, timers and a state that is remembered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from aftercare_chassis.lifecycle import (
    Actor,
    Guard,
    History,
    Lifecycle,
    Permission,
    SystemContext,
    Timeout,
    Transition,
)
from aftercare_chassis.refusals import Kind, Refusal


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"
    GONE = "gone"


class Action(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"
    PAINT = "paint"
    REMIND = "remind"
    LOCK = "lock"
    UNLOCK = "unlock"
    REMOVE = "remove"


class StillPainted(Refusal):
    """The paint is wet."""

    kind, code = Kind.CONFLICT, "still_painted"
    zh, en = "油漆未干。", "The paint is wet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    state: State = State.OPEN
    whose_turn: str = "nobody"
    deadline_at: datetime | None = None
    updated_at: datetime | None = None
    locked_from: State | None = None
    painted: bool = False
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    state: State


OWNER = Permission("owner_only", frozenset({"owner"}))
OWNER_OR_TIMER = Permission("owner_only", frozenset({"owner", "system"}))
SYSTEM_ONLY = Permission("system_only", frozenset({"system"}))
DRY = Guard("still_painted", lambda door, facts: StillPainted() if door.painted and facts != "fan" else None)
TABLE = {
    (State.OPEN, Action.CLOSE): Transition(State.SHUT, OWNER_OR_TIMER, guards=(DRY,)),
    (State.OPEN, Action.PAINT): Transition(State.OPEN, OWNER),
    (State.SHUT, Action.REOPEN): Transition(State.OPEN, OWNER),
    (State.SHUT, Action.REMIND): Transition(State.SHUT, SYSTEM_ONLY),
    (State.SHUT, Action.REMOVE): Transition(State.GONE, OWNER),
    (State.OPEN, Action.LOCK): Transition(State.LOCKED, OWNER, remember="locked_from"),
    (State.SHUT, Action.LOCK): Transition(State.LOCKED, OWNER, remember="locked_from"),
    (State.LOCKED, Action.REMOVE): Transition(State.GONE, OWNER),
    (State.LOCKED, Action.UNLOCK): Transition(History("locked_from", State.SHUT), OWNER),
}
TIMEOUTS = {
    State.OPEN: Timeout("owner", hours="open_hours", then=Action.CLOSE, effect="closed_by_timeout"),
    State.SHUT: Timeout("owner", hours="shut_hours", then=Action.REMIND, effect="reminded"),
    State.LOCKED: Timeout("owner"),
}
DOOR: Lifecycle[State, Action] = Lifecycle(
    "door", initial=State.OPEN, transitions=TABLE, timeouts=TIMEOUTS, ends={State.GONE}
)
ME, YOU = Actor("me", "owner"), Actor("you", "guest")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = SimpleNamespace(open_hours=2, shut_hours=5)


def at(hours: float = 0, actor: Actor = ME) -> Any:
    return SystemContext(NOON + timedelta(hours=hours), SETTINGS, actor)


def composed(**changes: Any) -> Lifecycle[State, Action]:
    table: dict[str, Any] = {"initial": State.OPEN, "transitions": TABLE, "timeouts": TIMEOUTS, "ends": {State.GONE}}
    return Lifecycle("door", **{**table, **changes})
