"""Decisions. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

Document = dict[str, Any]  # Any: JSON


class DecisionKind(StrEnum):
    """What was decided about."""

    REVIEW = "review"
    OFFER = "offer"
    INSPECTION = "inspection"
    REFUND = "refund"
    CLOSING = "closing"
    VERDICT = "verdict"
    APPEAL = "appeal"
    SETTLEMENT = "settlement"
    GUARANTEE_CLAIM = "guarantee_claim"
    COURIER_CLAIM = "courier_claim"
    REFUSED_GOODS_CLAIM = "refused_goods_claim"


class DecisionBasis(StrEnum):
    """What decided: a person, the timer of a deadline, or a rule of the merchant."""

    PERSON = "person"
    TIMER = "timer"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision about a case, or about a claim beside it.

    `outcome` is a code, such as `approved`; `reason` is the code of a rejection. `facts` are what was known of the case:
    codes, amounts and counts, no texts and no personal data. `reasons_version` is that of the table of reasons.
    """

    id: str
    case_id: str
    dispute_id: str | None = None
    claim_id: str | None = None
    order_id: str
    buyer_id: str
    merchant_id: str
    kind: DecisionKind
    outcome: str
    reason: str | None = None
    basis: DecisionBasis
    decided_by: str
    decided_by_role: str
    decided_at: datetime
    rules_version: int | None = None
    rule_id: str | None = None
    reasons_version: int
    policy: list[Document]
    facts: Document

    @property
    def no_policy_published(self) -> bool:
        """Whether it cites nothing, because no policy for this kind of decision was in force."""
        return not self.policy
