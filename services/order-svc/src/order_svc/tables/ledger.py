"""The postings of the double-entry ledger, which a trigger keeps from being changed or deleted."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy import text as sql

from order_svc.domain.payments.postings import CONSERVED, REPEATABLE, LedgerAccount, Posting, PostingKind
from order_svc.tables.schema import metadata

TRANSACTION = "(pg_current_xact_id()::text)::bigint"
"""The number of the current transaction."""


def _among(column: str, codes: tuple[LedgerAccount, ...] | tuple[PostingKind, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(code)) for code in codes)})"


# `transaction` is that which has inserted the posting: all of a transaction that is older than every running one are there to be counted.
ledger_postings = Table(
    "ledger_postings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("merchant_id"),
    text("subject_id"),
    *one_of("kind", PostingKind),
    *one_of("debit", LedgerAccount),
    *one_of("credit", LedgerAccount),
    Column("amount_minor", BigInteger, nullable=False),
    text("currency"),
    text("provider", null=True),
    timestamp("posted_at"),
    Column("transaction", BigInteger, nullable=False, server_default=sql(TRANSACTION)),
    CheckConstraint("amount_minor > 0", name="amount_minor"),
    CheckConstraint("debit <> credit", name="accounts"),
    CheckConstraint(f"({_among('debit', CONSERVED)}) = ({_among('credit', CONSERVED)})", name="conserved"),
    Index("ledger_postings_order_idx", "order_id", "id"),
    Index("ledger_postings_merchant_idx", "merchant_id", "id"),
    Index("ledger_postings_transaction_idx", "transaction"),
    Index(
        "ledger_postings_once_key",
        "subject_id",
        "kind",
        "debit",
        "credit",
        unique=True,
        postgresql_where=sql(f"NOT ({_among('kind', REPEATABLE)})"),
    ),
)

SEEN_BY: SeenBy = {
    "seller": ledger_postings.c.merchant_id,
    **dict.fromkeys(("agent", "arbitrator", "finance", "admin")),
}
"""Sellers see the postings of their merchant, the platform's own roles all. A buyer sees those of an order with its ledger."""
POSTINGS = Rows(ledger_postings, Posting, SEEN_BY)
POSTING_LIST = Listing(ledger_postings, Posting, filters=("merchant_id", "order_id", "kind"), seen_by=SEEN_BY)
POSTINGS_OF_ORDER = Query(
    select(*POSTINGS.columns).where(ledger_postings.c.order_id == bindparam("order_id")).order_by(ledger_postings.c.id),
    Posting,
)
POSTINGS_OF_SUBJECT = Query(
    select(*POSTINGS.columns).where(
        ledger_postings.c.subject_id == bindparam("subject_id"), ledger_postings.c.kind == bindparam("kind")
    ),
    Posting,
)
