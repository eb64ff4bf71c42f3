"""On which occasion a row moves: who acts, when, and how long each state may wait."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from aftercare_chassis.lifecycle import SYSTEM, Actor, Timeout

from aftersale_svc.domain.model import Case, Dispute

NOBODY = "nobody"


class Occasion(Protocol):
    """Who acts, when, and the settings that say how long each state may wait. A transaction is one."""

    actor: Actor
    now: datetime
    settings: Any


@dataclass(slots=True)
class Consequence:
    """An occasion on which the system acts, because of what somebody else did."""

    actor: Actor
    now: datetime
    settings: Any


D = TypeVar("D", Case, Dispute)


def consequence(of: Occasion) -> Consequence:
    """What follows by itself from a move at this occasion."""
    return Consequence(SYSTEM, of.now, of.settings)


def entered(row: D, state: Any, wait: Timeout[Any] | None, on: Occasion) -> D:
    """The row in this state, with the turn and the deadline that belong to it."""
    turn = wait.turn if wait else NOBODY
    until = on.now + timedelta(hours=getattr(on.settings, wait.hours)) if wait and wait.hours else None
    return replace(row, state=state, whose_turn=turn, deadline_at=until, updated_at=on.now)
