"""The facts of a request that rules judge, all known when the case is opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersale_svc.domain.cases.codes import CaseType, EvidenceNeed, Initiator, Reason, ReasonGroup
from aftersale_svc.domain.cases.reasons import REASONS
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.domain.rules.model import HistoryCondition


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """An earlier request of the buyer at the merchant, and whether its rejection stands."""

    opened_at: datetime
    was_rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What is known of a request. `amount_minor` is what would be paid back if it were granted, freight included.
    `evidence_need` is whether a request like this comes with evidence at this merchant.

    `evidence` counts the files that it cites: uploaded for the order, and accepted by their check; None where no rule looks
    at them. `evidence_kinds` are the kinds of these files; None alike. `evidence_reused`: whether one of them was used in another order, case or account; None alike.
    """

    type: CaseType
    reason: Reason
    stage: Stage
    initiator: Initiator
    amount_minor: int
    currency: str
    skus: tuple[str, ...]
    categories: tuple[str | None, ...]
    evidence_need: EvidenceNeed
    evidence: int | None
    evidence_kinds: tuple[str, ...] | None = None
    evidence_reused: bool | None = None
    opened_at: datetime
    history: tuple[EarlierCase, ...] = ()

    @property
    def group(self) -> ReasonGroup:
        """The group of its reason."""
        return REASONS[self.reason].group

    def counted(self, within: HistoryCondition) -> tuple[int, int]:
        """How many earlier cases, and how many of them were rejected, within the days of the condition."""
        since = self.opened_at - timedelta(days=within.days)
        found = [past.was_rejected for past in self.history if since <= past.opened_at <= self.opened_at]
        return len(found), sum(found)


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """The rule that decided about a case, by its id in this version of the merchant's rules, and the facts that it judged."""

    rules_version: int
    rule_id: str
    facts: RequestFacts | None = None
