"""Rules of merchants. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aftersale_svc.domain.cases.codes import CaseType, EvidenceKind, EvidenceNeed, Initiator, Reason, ReasonGroup
from aftersale_svc.domain.orders.model import Order, Stage

MOST_RULES = 100
Document = dict[str, Any]  # Any: JSON, as it is stored and shown


class RuleOutcome(StrEnum):
    """What a rule does with a case that it matches. No rule rejects: that a person decides."""

    APPROVE = "approve"
    MANUAL_REVIEW = "manual_review"
    LEAVE_TO_MERCHANT = "leave_to_merchant"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryCondition:
    """What the buyer's earlier requests at this merchant have to be like, within this many days before the case was opened.

    Questions are none, nor is what the merchant, the platform or the system opened; a rejection that a verdict has set aside does not count.
    """

    days: int
    least_cases: int | None = None
    most_cases: int | None = None
    least_rejections: int | None = None
    most_rejections: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """When a rule matches: all that is given has to hold; an empty list, or None, permits everything.

    The amounts are inclusive and in `currency`; a case in another currency does not match them. Every line of the case has to
    begin with one of the prefixes.
    """

    types: tuple[CaseType, ...] = ()
    reasons: tuple[Reason, ...] = ()
    groups: tuple[ReasonGroup, ...] = ()
    stages: tuple[Stage, ...] = ()
    initiators: tuple[Initiator, ...] = ()
    least_minor: int | None = None
    most_minor: int | None = None
    currency: str | None = None
    sku_prefixes: tuple[str, ...] = ()
    category_prefixes: tuple[str, ...] = ()
    has_evidence: bool | None = None
    evidence_kinds: tuple[EvidenceKind, ...] = ()
    evidence_reused: bool | None = None
    evidence_needs: tuple[EvidenceNeed, ...] = ()
    buyer_history: HistoryCondition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a set, by an id of the merchant's own. `return_address` is where goods go back to if it approves."""

    id: str
    outcome: RuleOutcome
    when: Conditions
    title: str | None = None
    return_address: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderToOpen(Order):
    """An order that a case is opened about, with the categories of its lines as far as known, where its merchant has rules."""

    categories: dict[str, str] | None = None
