"""Deposits of merchants, by currency, and the entries that their balances are the sums of."""

from aftercare_chassis.database.columns import aggregate, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy import text as sql

from aftersale_svc.domain.deposits.model import Deposit, DepositEntry, DepositEntryKind, DepositInUse
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeKind, GuaranteeState
from aftersale_svc.tables.claims.guarantee_claims import guarantee_claims
from aftersale_svc.tables.schema import metadata

merchant_deposits = Table(
    "merchant_deposits",
    metadata,
    *aggregate(),
    text("merchant_id"),
    text("currency"),
    *minor("balance_minor"),
    timestamp("updated_at"),
    UniqueConstraint("merchant_id", "currency"),
)

# Rows are only inserted.
deposit_entries = Table(
    "deposit_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("deposit_id", Text, ForeignKey("merchant_deposits.id"), nullable=False),
    text("merchant_id"),
    text("currency"),
    *one_of("kind", DepositEntryKind),
    *minor("amount_minor"),
    *minor("balance_minor"),
    text("reference"),
    text("claim_id", null=True),
    text("note", null=True),
    text("booked_by"),
    timestamp("booked_at"),
    CheckConstraint("(kind = 'claimed') = (claim_id IS NOT NULL)", name="claimed"),
    Index(
        "deposit_entries_reference_key",
        "deposit_id",
        "reference",
        unique=True,
        postgresql_where=sql("claim_id IS NULL"),
    ),
    Index("deposit_entries_claim_key", "claim_id", unique=True, postgresql_where=sql("claim_id IS NOT NULL")),
    Index("deposit_entries_merchant_idx", "merchant_id", "id"),
)

_STAFF = {"agent": None, "arbitrator": None, "admin": None}
DEPOSITS = Rows(merchant_deposits, Deposit)
DEPOSIT_ENTRIES = Rows(deposit_entries, DepositEntry)
# Who books first would find no row to lock.
LOCK_DEPOSIT: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("deposit_of", type_=Text), 0)))
)
DEPOSIT_TO_LOCK = Query(
    select(merchant_deposits)
    .where(
        merchant_deposits.c.merchant_id == bindparam("merchant_id"),
        merchant_deposits.c.currency == bindparam("currency"),
    )
    .with_for_update(key_share=True),
    Deposit,
)
_claims = guarantee_claims.c
_reserved = select(cast(func.coalesce(func.sum(_claims.owed_minor), 0), BigInteger).label("reserved_minor")).where(
    _claims.kind == GuaranteeKind.MERCHANT_DEPOSIT, _claims.state == GuaranteeState.PAYING
)
RESERVED: Query[Record] = Query(
    _reserved.where(_claims.merchant_id == bindparam("merchant_id"), _claims.currency == bindparam("currency"))
)
"""What claims are to be paid from a deposit. Its row is locked by a statement before, so that no other claim comes to be paid."""
DEPOSITS_OF_MERCHANT = Query(
    select(
        merchant_deposits,
        _reserved.where(
            _claims.merchant_id == merchant_deposits.c.merchant_id, _claims.currency == merchant_deposits.c.currency
        )
        .scalar_subquery()
        .label("reserved_minor"),
    )
    .where(merchant_deposits.c.merchant_id == bindparam("merchant_id"))
    .order_by(merchant_deposits.c.currency),
    DepositInUse,
)
"""The caller has checked whose merchant it is."""
ENTRY_OF_REFERENCE = Query(
    select(deposit_entries).where(
        deposit_entries.c.deposit_id == bindparam("deposit_id"),
        deposit_entries.c.reference == bindparam("reference"),
        deposit_entries.c.claim_id.is_(None),
    ),
    DepositEntry,
)
ENTRY_LIST = Listing(
    deposit_entries,
    DepositEntry,
    filters=("merchant_id", "currency", "kind"),
    seen_by={"seller": deposit_entries.c.merchant_id, **_STAFF},
)
