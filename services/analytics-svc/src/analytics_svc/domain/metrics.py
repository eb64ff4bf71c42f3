"""The after-sales metrics, and the facts about cases, refunds, disputes and ratings that they are computed from."""

from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case: when it was requested, first answered and closed."""

    id: str
    type: str
    reason: str
    state: str
    requested_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """One refund that was paid; `amount_minor` is what of it the buyer has, in minor units of `currency`: 0 once all of it came back."""

    id: str
    case_id: str | None
    amount_minor: int
    currency: str
    succeeded_at: datetime

    def with_known(self, known: "RefundFacts | None") -> "RefundFacts":
        """These facts and those that are known, whichever are the newer ones: of a refund that has ended, the buyer only has less later."""
        if known is None:
            return self
        return replace(
            self,
            amount_minor=min(self.amount_minor, known.amount_minor),
            succeeded_at=min(self.succeeded_at, known.succeeded_at),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """One dispute: who was found liable, when it was opened and ended."""

    id: str
    category: str
    state: str
    opened_at: datetime
    liable: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFacts:
    """The present scores of one rating, by dimension."""

    id: str
    scores: dict[str, int]
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long a step took, in seconds, over the cases that reached it."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSalesMetrics:
    """The metrics of a period.

    Attributes:
        cases, disputes: counts by property and value, such as `cases["type"]["refund_only"]`.
        refunds: amounts in minor units by currency, without what came back to the merchant.
        ratings: the mean score by dimension.
    """

    cases: dict[str, dict[str, int]] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    refund_count: int = 0
    to_answer: Durations
    to_refund: Durations
    to_close: Durations
    disputes: dict[str, dict[str, int]] = field(default_factory=dict)
    ratings: dict[str, float] = field(default_factory=dict)
    rating_count: int = 0
