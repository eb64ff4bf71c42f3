"""Complaints of authorities. Only those who work here and the merchant concerned see them."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import CheckConstraint, DateTime, Index, Table, UniqueConstraint, bindparam, select
from sqlalchemy import text as sql

from cs_svc.domain.regulator_complaints import RegulatorComplaint, RegulatorOutcome, RegulatorState
from cs_svc.tables.schema import metadata

regulator_complaints = Table(
    "regulator_complaints",
    metadata,
    *aggregate(),
    *one_of("state", RegulatorState),
    text("authority"),
    text("file_number"),
    text("complaint_id", null=True),
    text("order_id"),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    text("responsible_id"),
    text("text"),
    *one_of("outcome", RegulatorOutcome, null=True),
    text("agreement", null=True),
    text("letter", null=True),
    timestamp("received_at"),
    timestamp("accepted_at", null=True),
    timestamp("due_at", null=True),
    timestamp("deadline_at", null=True),
    timestamp("overdue_at", null=True),
    timestamp("replied_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    UniqueConstraint("authority", "file_number", name="regulator_complaints_file_key"),
    CheckConstraint("(state = 'closed') = (due_at IS NULL)", name="due_unless_closed"),
    CheckConstraint("(letter IS NULL) = (replied_at IS NULL)", name="letter_when_replied"),
    Index("regulator_complaints_merchant_idx", "merchant_id", "id"),
    Index("regulator_complaints_work_idx", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("regulator_complaints_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
_SEEN_BY = {"seller": regulator_complaints.c.merchant_id, "agent": None, "admin": None}

REGULATOR_COMPLAINTS = Rows(regulator_complaints, RegulatorComplaint, _SEEN_BY)
_FILTERS = ("state", "merchant_id", "order_id", "responsible_id")
REGULATOR_COMPLAINT_LIST = Listing(regulator_complaints, RegulatorComplaint, filters=_FILTERS, seen_by=_SEEN_BY)
REGULATOR_COMPLAINTS_DUE = Listing(
    regulator_complaints,
    RegulatorComplaint,
    filters=_FILTERS,
    seen_by=_SEEN_BY,
    by="due_at",
    conditions={"until": regulator_complaints.c.due_at <= bindparam("until", type_=DateTime(timezone=True))},
)
"""Those of which a step is due by then, the earliest first."""
FILE = Query(
    select(regulator_complaints).where(
        regulator_complaints.c.authority == bindparam("authority"),
        regulator_complaints.c.file_number == bindparam("file_number"),
    ),
    RegulatorComplaint,
)
