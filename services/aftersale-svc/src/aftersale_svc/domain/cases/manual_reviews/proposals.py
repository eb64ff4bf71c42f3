"""Decisions about much money need two agents: the first proposes, the second confirms. Money is in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.cases.codes import OF_FIXED_AMOUNT, Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction, CaseState, TimelineStep
from aftersale_svc.domain.cases.types import TYPES
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


def to_go_back(full: FullCase) -> int:
    """What would go back if all of the request is granted now, or its failed refund is tried again."""
    case, refund = full.case, full.refund
    if refund is not None and refund.cause in OF_FIXED_AMOUNT:
        return refund.amount.total_minor
    whole = case.requested_minor + case.shipping_refund_minor
    return whole if case.agreed_minor is None else case.agreed_minor


def by_approval(full: FullCase) -> int:
    """What would go back by an approval."""
    return to_go_back(full) if TYPES[full.case.type].money is Money.REFUND else 0


def needs_second_person(full: FullCase, role: str, limit_minor: int | None, amount_minor: int) -> bool:
    """Whether a decision of this role about this amount has to be confirmed by somebody else."""
    return is_limited(full, role) and limit_minor is not None and amount_minor > limit_minor


def is_limited(full: FullCase, role: str) -> bool:
    """Whether there may be a limit to what this role decides alone."""
    return full.case.state is CaseState.MANUAL_REVIEW and role == "agent"


def steps_for(role: str, steps: Iterable[TimelineStep]) -> list[TimelineStep]:
    """The steps of a timeline that this role sees: what was only proposed is for the platform alone."""
    return [each for each in steps if role in STAFF or each.action not in _STEPS]
