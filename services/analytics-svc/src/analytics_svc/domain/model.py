"""The rows: every event as the trace keeps it, and the facts the figures are made of."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEvent:
    """One event of the log with its six answers; written once, never changed.

    `work_id` is shared by the events one transaction of their producer recorded. `documents` holds the ids of every
    document the event names, `parties` those of everybody it names.
    """

    event_id: UUID
    type: str
    topic: str
    source: str
    subject: str
    sequence: int
    time: datetime
    affected_party: str
    applicant: str
    handler: str
    matter: str
    result: str
    evidence: list[str]
    caused_by: UUID | None
    correlation_id: str
    work_id: UUID
    order_id: str | None
    case_id: str | None
    complaint_id: str | None
    refund_id: str | None
    buyer_id: str | None
    merchant_id: str | None
    documents: list[str]
    parties: list[str]

    @property
    def aggregate(self) -> tuple[str, str]:
        """Whose sequence this event is part of."""
        return self.topic, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Events in causal order; complete when nothing between the first and the last of them, and nothing that is set
    aside, is missing."""

    events: list[TraceEvent]
    complete: bool
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the figures need to know of one case."""

    id: str
    type: str
    reason: str
    state: str
    requested_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """A refund that was paid."""

    id: str
    case_id: str | None
    amount_minor: int
    currency: str
    succeeded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """What the figures need to know of one dispute."""

    id: str
    category: str
    state: str
    opened_at: datetime
    liable: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFacts:
    """The scores of one rating, as they stand."""

    id: str
    scores: dict[str, int]
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, over the cases where it happened."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The after-sales figures of a period."""

    cases: dict[str, dict[str, int]] = field(default_factory=dict)
    refunds: dict[str, int] = field(default_factory=dict)
    refund_count: int = 0
    to_answer: Spread
    to_refund: Spread
    to_close: Spread
    disputes: dict[str, dict[str, int]] = field(default_factory=dict)
    ratings: dict[str, float] = field(default_factory=dict)
    rating_count: int = 0
