"""A state machine as data: one table defines who may do what, where it leads and how long it may wait.

The commands, the deadlines, the allowed actions in the API and the printed diagrams read the same table, guards included.
Only the standard library is used here, so that `domain` may import it.
"""

from aftercare_chassis.lifecycle.actors import SYSTEM, Actor, Context, SystemContext
from aftercare_chassis.lifecycle.composition import TableError, compose
from aftercare_chassis.lifecycle.definitions import (
    NOBODY,
    NOT_IN_THIS_STATE,
    ActionNotAllowed,
    Allowed,
    Binding,
    Guard,
    HasState,
    History,
    IllegalTransition,
    Permission,
    Timeout,
    Transition,
)
from aftercare_chassis.lifecycle.table import Lifecycle
from aftercare_chassis.lifecycle.timing import PLAIN_HOURS, TIMING, Timing

__all__ = [
    "NOBODY",
    "NOT_IN_THIS_STATE",
    "PLAIN_HOURS",
    "SYSTEM",
    "TIMING",
    "ActionNotAllowed",
    "Actor",
    "Allowed",
    "Binding",
    "Context",
    "Guard",
    "HasState",
    "History",
    "IllegalTransition",
    "Lifecycle",
    "Permission",
    "SystemContext",
    "TableError",
    "Timeout",
    "Timing",
    "Transition",
    "compose",
]
