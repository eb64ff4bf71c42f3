"""Who may do what to an article, and where it leads. Publishing again makes the next version; retiring is the end."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Move, Side

from .model import State

ROLES = frozenset({"buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin"})
EDITORS = Side("editors_only", frozenset({"agent", "admin", "system"}))


class Action(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    RETIRE = "retire"


ARTICLE: Lifecycle[State, Action] = Lifecycle(
    "article",
    {
        (State.DRAFT, Action.EDIT): Move(State.DRAFT, by=EDITORS),
        (State.DRAFT, Action.PUBLISH): Move(State.PUBLISHED, by=EDITORS),
        (State.DRAFT, Action.RETIRE): Move(State.RETIRED, by=EDITORS),
        (State.PUBLISHED, Action.EDIT): Move(State.PUBLISHED, by=EDITORS),
        (State.PUBLISHED, Action.PUBLISH): Move(State.PUBLISHED, by=EDITORS),
        (State.PUBLISHED, Action.RETIRE): Move(State.RETIRED, by=EDITORS),
    },
    waits={},
)
