"""Who sees which decisions: what was only proposed to a second agent is for the platform alone."""

from collections.abc import Iterable

from aftersale_svc.domain.decisions.model import Decision, DecisionKind
from aftersale_svc.domain.permissions import STAFF

PROPOSED, DECLINED = "proposed", "declined"
"""The outcomes of a decision that waits for a second agent, and of one that was declined."""


def decisions_for(role: str, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions about a case that this role sees."""
    return [each for each in decisions if role in STAFF or _is_shown(role, each)]


def _is_shown(role: str, decision: Decision) -> bool:
    """Buyers see no claims on couriers, and so nothing that is decided about them."""
    hidden = role == "buyer" and decision.kind is DecisionKind.COURIER_CLAIM
    return not hidden and decision.outcome not in (PROPOSED, DECLINED)
