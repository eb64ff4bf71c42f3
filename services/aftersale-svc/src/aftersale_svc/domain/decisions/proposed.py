"""Decisions that a second agent has to confirm: what was only proposed is for the platform alone."""

from collections.abc import Iterable

from aftersale_svc.domain.decisions.model import Decision
from aftersale_svc.domain.permissions import STAFF

PROPOSED, DECLINED = "proposed", "declined"
"""The outcomes of a decision that waits for a second agent, and of one that was declined."""


def decisions_for(role: str, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions about a case that this role sees."""
    return [each for each in decisions if role in STAFF or each.outcome not in (PROPOSED, DECLINED)]
