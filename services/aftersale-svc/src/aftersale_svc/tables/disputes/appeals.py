"""Appeals against verdicts, and what replaced verdicts leave open."""

from aftercare_chassis.database.columns import minor, one_of, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text, bindparam, select, update

from aftersale_svc.domain.disputes.appeals import Appeal, AppealOutcome, Entry, EntryDirection
from aftersale_svc.domain.disputes.model import DisputeSide
from aftersale_svc.tables.schema import metadata

appeals = Table(
    "appeals",
    metadata,
    Column("dispute_id", Text, ForeignKey("disputes.id"), primary_key=True),
    Column("side", Text, primary_key=True),
    *one_of("side", DisputeSide)[1:],
    text("appealed_by"),
    timestamp("appealed_at"),
    text("grounds"),
    texts("evidence"),
    *one_of("outcome", AppealOutcome, null=True),
    text("decided_by", null=True),
    timestamp("decided_at", null=True),
    text("decision", null=True),
    CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
)

dispute_entries = Table(
    "dispute_entries",
    metadata,
    Column("dispute_id", Text, ForeignKey("disputes.id"), primary_key=True),
    *one_of("direction", EntryDirection),
    *minor("amount_minor"),
    text("currency"),
    timestamp("recorded_at"),
)

APPEALS = Rows(appeals, Appeal)
ENTRIES = Rows(dispute_entries, Entry)
APPEALS_OF_DISPUTE = Query(
    select(*APPEALS.columns)
    .where(appeals.c.dispute_id == bindparam("dispute_id"))
    .order_by(appeals.c.appealed_at, appeals.c.side),
    Appeal,
)
ENTRIES_OF_DISPUTE = Query(
    select(*ENTRIES.columns).where(dispute_entries.c.dispute_id == bindparam("dispute_id")), Entry
)
DECIDE_APPEALS = Statement(
    update(appeals)
    .where(appeals.c.dispute_id == bindparam("of"))
    .values(
        outcome=bindparam("ended_as"),
        decided_by=bindparam("by"),
        decided_at=bindparam("now"),
        decision=bindparam("why"),
    )
)
"""Both sides' appeals are decided together."""
