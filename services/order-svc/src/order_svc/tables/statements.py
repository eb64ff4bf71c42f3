"""The entries of providers' statements, the days that were compared, and the differences found."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import Column, Date, Index, Integer, Table, Text, bindparam, exists, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import DateTime

from order_svc.domain.payments.statements import (
    Difference,
    DifferenceCause,
    DifferenceState,
    EntryKind,
    Reconciliation,
)
from order_svc.tables.payments import payments, refunds
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import FINANCE

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("differences", Integer, nullable=False),
    timestamp("reconciled_at"),
    document("sums", null=True),
)

# What a statement has of our payments and refunds: one of them that no statement has is missing there. Kept for some days only.
statement_entries = Table(
    "statement_entries",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    timestamp("seen_at"),
    Index("statement_entries_seen_idx", "seen_at"),
)

payment_differences = Table(
    "payment_differences",
    metadata,
    *aggregate(),
    text("provider"),
    Column("day", Date, nullable=False),
    *one_of("cause", DifferenceCause),
    *one_of("kind", EntryKind),
    text("subject_id", null=True),
    text("reference", null=True),
    *minor("our_minor"),
    *minor("their_minor"),
    text("currency"),
    *one_of("state", DifferenceState),
    timestamp("opened_at"),
    text("note", null=True),
    text("handler_id", null=True),
    timestamp("changed_at", null=True),
    Index("payment_differences_state_idx", "state", "id"),
    Index("payment_differences_day_idx", "provider", "day", "id"),
)

DIFFERENCES = Rows(payment_differences, Difference, FINANCE)
DIFFERENCE_LIST = Listing(payment_differences, Difference, filters=("state", "provider"), seen_by=FINANCE)
RECONCILIATIONS = Rows(reconciliations, Reconciliation, FINANCE)
LATEST_DAYS = Query(
    select(reconciliations.c.provider, func.max(reconciliations.c.day).label("day")).group_by(
        reconciliations.c.provider
    )
)
RECONCILIATION_LIST = Query(
    select(*RECONCILIATIONS.columns)
    .order_by(reconciliations.c.day.desc(), reconciliations.c.provider)
    .limit(bindparam("most", type_=Integer)),
    Reconciliation,
)
DIFFERENCES_OF_DAY = Query(
    select(*DIFFERENCES.columns)
    .where(
        payment_differences.c.provider == bindparam("provider"),
        payment_differences.c.day == bindparam("day", type_=Date),
    )
    .order_by(payment_differences.c.id),
    Difference,
)
BEGIN_DAY = Statement(
    insert(reconciliations)
    .values({column.name: bindparam(column.name) for column in reconciliations.columns})
    .on_conflict_do_nothing()
)
SEEN_BEFORE = Query(
    select(statement_entries.c.subject_id).where(
        statement_entries.c.provider == bindparam("provider"),
        statement_entries.c.subject_id == bindparam("subject_ids", type_=ARRAY(Text)).any_(),
    )
)
SEEN_ENTRIES = Statement(
    insert(statement_entries)
    .from_select(
        ["provider", "subject_id", "seen_at"],
        select(
            bindparam("provider", type_=Text),
            func.unnest(bindparam("subject_ids", type_=ARRAY(Text))),
            bindparam("now", type_=DateTime(timezone=True)),
        ),
    )
    .on_conflict_do_nothing()
)
_seen = exists().where(
    statement_entries.c.provider == bindparam("provider"), statement_entries.c.subject_id == payments.c.id
)
_seen_refund = exists().where(
    statement_entries.c.provider == bindparam("provider"), statement_entries.c.subject_id == refunds.c.id
)
_since, _until = bindparam("since", type_=DateTime(timezone=True)), bindparam("until", type_=DateTime(timezone=True))
_missing = union_all(
    select(literal("payment").label("kind"), payments.c.id, payments.c.amount_minor, payments.c.currency).where(
        payments.c.provider == bindparam("provider"),
        payments.c.state == "succeeded",
        payments.c.amount_minor > 0,
        payments.c.settled_at >= _since,
        payments.c.settled_at < _until,
        ~_seen,
    ),
    select(literal("refund").label("kind"), refunds.c.id, refunds.c.amount_minor, refunds.c.currency)
    .join(payments, payments.c.id == refunds.c.payment_id)
    .where(
        payments.c.provider == bindparam("provider"),
        refunds.c.state == "succeeded",
        refunds.c.outside.is_(None),
        refunds.c.amount_minor > 0,
        refunds.c.settled_at >= _since,
        refunds.c.settled_at < _until,
        ~_seen_refund,
    ),
).subquery()
MISSING = Query(select(_missing))
