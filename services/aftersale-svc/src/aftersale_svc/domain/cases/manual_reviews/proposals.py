"""Decisions about much money need two agents: the first proposes, the second confirms. Money is in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.permissions import STAFF

_STEPS = frozenset({CaseAction.PROPOSE_DECISION, CaseAction.DECLINE_DECISION})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedDecision:
    """What an agent wants to decide. `arguments` are those of the action's command, as JSON; they have texts and addresses."""

    id: str
    case_id: str
    action: CaseAction
    amount_minor: int
    currency: str
    arguments: dict[str, Any]  # a JSON document
    proposed_by: str
    proposed_at: datetime


def needs_second_person(full: FullCase, role: str, limit_minor: int, amount_minor: int) -> bool:
    """Whether a decision of this role about this amount has to be confirmed by somebody else."""
    return is_limited(full, role) and amount_minor > limit_minor


def is_limited(full: FullCase, role: str) -> bool:
    """Whether there is a limit to what this role decides alone."""
    return full.case.state is CaseState.MANUAL_REVIEW and role == "agent"


def steps_for(role: str, steps: Iterable[TimelineStep]) -> list[TimelineStep]:
    """The steps of a timeline that this role sees: what was only proposed is for the platform alone."""
    return [each for each in steps if role in STAFF or each.action not in _STEPS]
