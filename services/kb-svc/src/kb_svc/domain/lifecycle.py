"""Who may do what to an article, and where it leads. Publishing again makes the next version; retiring is the end."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Move, Side

from .model import State

READERS_OF_DRAFTS = frozenset({"agent", "admin", "system"})
EDITORS = Side("editors_only", READERS_OF_DRAFTS)


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
