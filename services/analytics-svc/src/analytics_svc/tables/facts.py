"""The facts that metrics are computed from: one row per case, refund, dispute and rating."""

from aftercare_chassis.database.columns import document, minor, text, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import Column, Index, Table, Text

from analytics_svc.domain.metrics import CaseFacts, DisputeFacts, RatingFacts, RefundFacts
from analytics_svc.tables.schema import metadata

case_facts = Table(
    "case_facts",
    metadata,
    Column("id", Text, primary_key=True),
    text("type"),
    text("reason"),
    text("state"),
    timestamp("requested_at"),
    timestamp("answered_at", null=True),
    timestamp("closed_at", null=True),
    Index("case_facts_requested_idx", "requested_at"),
)
refund_facts = Table(
    "refund_facts",
    metadata,
    Column("id", Text, primary_key=True),
    text("case_id", null=True),
    *minor("amount_minor"),
    text("currency"),
    timestamp("succeeded_at"),
    Index("refund_facts_case_idx", "case_id"),
    Index("refund_facts_succeeded_idx", "succeeded_at"),
)
dispute_facts = Table(
    "dispute_facts",
    metadata,
    Column("id", Text, primary_key=True),
    text("category"),
    text("state"),
    timestamp("opened_at"),
    text("liable", null=True),
    timestamp("ended_at", null=True),
    Index("dispute_facts_opened_idx", "opened_at"),
)
rating_facts = Table(
    "rating_facts",
    metadata,
    Column("id", Text, primary_key=True),
    document("scores"),
    timestamp("given_at"),
    Index("rating_facts_given_idx", "given_at"),
)

CASES = Rows(case_facts, CaseFacts)
REFUNDS = Rows(refund_facts, RefundFacts)
DISPUTES = Rows(dispute_facts, DisputeFacts)
RATINGS = Rows(rating_facts, RatingFacts)
