"""The schema of analytics-svc: the trace, and the facts the figures are made of."""

from aftercare_chassis.database.mapping import Rows
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from analytics_svc.domain.model import CaseFacts, DisputeFacts, RatingFacts, RefundFacts

metadata = MetaData()


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


trace_events = Table(
    "trace_events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    _text("type"),
    _text("topic"),
    _text("source"),
    _text("subject"),
    Column("sequence", BigInteger, CheckConstraint("sequence > 0", name="trace_events_sequence_check"), nullable=False),
    _time("time"),
    _text("affected_party"),
    _text("applicant"),
    _text("handler"),
    _text("matter"),
    _text("result"),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("caused_by", Uuid),
    _text("correlation_id"),
    Column("work_id", Uuid, nullable=False),
    _text("order_id", nullable=True),
    _text("case_id", nullable=True),
    _text("complaint_id", nullable=True),
    _text("refund_id", nullable=True),
    _text("buyer_id", nullable=True),
    _text("merchant_id", nullable=True),
    Column("documents", ARRAY(Text), nullable=False),
    Column("parties", ARRAY(Text), nullable=False),
    # Two events that claim one place in an aggregate's history cannot both be true.
    UniqueConstraint("topic", "subject", "sequence", name="trace_events_place_key"),
)
Index("trace_events_caused_by_idx", trace_events.c.caused_by)
Index("trace_events_work_idx", trace_events.c.work_id)
Index("trace_events_documents_idx", trace_events.c.documents, postgresql_using="gin")
Index("trace_events_parties_idx", trace_events.c.parties, postgresql_using="gin")

case_facts = Table(
    "case_facts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("type"),
    _text("reason"),
    _text("state"),
    _time("requested_at"),
    _time("answered_at", nullable=True),
    _time("closed_at", nullable=True),
)
Index("case_facts_requested_idx", case_facts.c.requested_at)

refund_facts = Table(
    "refund_facts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("case_id", nullable=True),
    Column(
        "amount_minor",
        BigInteger,
        CheckConstraint("amount_minor >= 0", name="refund_facts_amount_check"),
        nullable=False,
    ),
    _text("currency"),
    _time("succeeded_at"),
)
Index("refund_facts_case_idx", refund_facts.c.case_id)
Index("refund_facts_succeeded_idx", refund_facts.c.succeeded_at)

dispute_facts = Table(
    "dispute_facts",
    metadata,
    Column("id", Text, primary_key=True),
    _text("category"),
    _text("state"),
    _time("opened_at"),
    _text("liable", nullable=True),
    _time("ended_at", nullable=True),
)
Index("dispute_facts_opened_idx", dispute_facts.c.opened_at)

rating_facts = Table(
    "rating_facts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scores", JSONB, nullable=False),
    _time("given_at"),
)
Index("rating_facts_given_idx", rating_facts.c.given_at)

FOLDED = (trace_events, case_facts, refund_facts, dispute_facts, rating_facts)
"""What is a fold of the log and nothing else: these can be rebuilt from its beginning."""

CASES = Rows(case_facts, CaseFacts)
REFUNDS = Rows(refund_facts, RefundFacts)
DISPUTES = Rows(dispute_facts, DisputeFacts)
RATINGS = Rows(rating_facts, RatingFacts)
