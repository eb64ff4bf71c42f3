"""Whose deadlines are binding: those of the two sides of a case. Agents, arbitrators and couriers lose nothing by theirs."""

from datetime import datetime

from aftercare_chassis.lifecycle import Binding
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.deadlines.errors import DeadlinePassed

ROLES = {
    "buyer": frozenset({"buyer"}),
    "merchant": frozenset({"seller"}),
    "parties": frozenset({"buyer", "seller"}),
}
"""Who acts for a turn."""


def passed(action: str, ended_at: datetime, effect: str | None) -> Refusal:
    """The refusal of an action after its deadline: when that was, and what happens by itself now."""
    return DeadlinePassed(action=action, ended_at=ended_at, deadline_effect=effect)


BINDING = Binding(DeadlinePassed.code, ROLES, passed)
"""For the tables of documents in which the buyer or the merchant has to act."""
