"""Who may do what to an article, and where it leads. Publishing again makes the next version; retiring is the end."""

from enum import StrEnum

from aftercare_chassis.lifecycle import Lifecycle, Permission, Timeout, Transition

from .model import State

ROLES = frozenset({"buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin"})
EDITORS = Permission("editors_only", frozenset({"agent", "admin", "system"}))


class Action(StrEnum):
    EDIT = "edit"
    PUBLISH = "publish"
    RETIRE = "retire"


ARTICLE: Lifecycle[State, Action] = Lifecycle(
    "article",
    initial=State.DRAFT,
    transitions={
        (State.DRAFT, Action.EDIT): Transition(State.DRAFT, EDITORS),
        (State.DRAFT, Action.PUBLISH): Transition(State.PUBLISHED, EDITORS),
        (State.DRAFT, Action.RETIRE): Transition(State.RETIRED, EDITORS),
        (State.PUBLISHED, Action.EDIT): Transition(State.PUBLISHED, EDITORS),
        (State.PUBLISHED, Action.PUBLISH): Transition(State.PUBLISHED, EDITORS),
        (State.PUBLISHED, Action.RETIRE): Transition(State.RETIRED, EDITORS),
    },
    timeouts={State.DRAFT: Timeout("editors")},
    ends={State.PUBLISHED, State.RETIRED},
)
