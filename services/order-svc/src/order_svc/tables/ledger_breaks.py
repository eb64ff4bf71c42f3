"""Where the postings of orders and our other books do not agree."""

from aftercare_chassis.database.columns import timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.payments.model import IN_FLIGHT
from order_svc.domain.payments.postings import LedgerAccount
from order_svc.domain.payments.proofs import LedgerBreak
from order_svc.tables.charges import charges
from order_svc.tables.claw_backs import claw_backs
from order_svc.tables.compensations import compensations
from order_svc.tables.ledger import ledger_postings
from order_svc.tables.payments import payments, refunds
from order_svc.tables.schema import metadata

ledger_breaks = Table(
    "ledger_breaks",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("difference_minor", BigInteger, nullable=False),
    timestamp("found_at"),
)

_p, _A = ledger_postings.c, LedgerAccount
_ids = bindparam("order_ids", type_=ARRAY(Text))


def _ours(
    table: Table, account: LedgerAccount, amount: ColumnElement[int], *conditions: ColumnElement[bool]
) -> Select[tuple[object, ...]]:
    """What another book has in this account, as the opposite of the postings that it is to have: a credit is positive."""
    return select(
        table.c.order_id, table.c.currency, literal(str(account)).label("account"), amount.label("minor")
    ).where(table.c.order_id == _ids.any_(), *conditions)


def _ours_refunded(account: LedgerAccount, *conditions: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    amount = -refunds.c.amount_minor
    joined = payments.join(refunds, refunds.c.payment_id == payments.c.id)
    return (
        select(payments.c.order_id, refunds.c.currency, literal(str(account)).label("account"), amount.label("minor"))
        .select_from(joined)
        .where(payments.c.order_id == _ids.any_(), *conditions)
    )


_COMPARED = literal(
    [
        _A.PAYMENTS_RECEIVED,
        _A.REFUNDS_PAID,
        _A.REFUNDS_PAID_OUTSIDE,
        _A.REFUNDS_IN_FLIGHT,
        _A.CHARGED_BACK,
        _A.COMPENSATIONS_PAID,
        _A.CHARGES_RECEIVED,
        _A.CHARGES_TO_RETURN,
        _A.CHARGES_RETURNED,
        _A.BUYER_RECEIVABLE,
    ],
    ARRAY(Text),
).any_()
_paid_back = refunds.c.state == "succeeded"
_books = union_all(
    select(_p.order_id, _p.currency, _p.credit.label("account"), _p.amount_minor.label("minor")).where(
        _p.order_id == _ids.any_(), _p.credit == _COMPARED
    ),
    select(_p.order_id, _p.currency, _p.debit, -_p.amount_minor).where(
        _p.order_id == _ids.any_(), _p.debit == _COMPARED
    ),
    _ours(payments, _A.PAYMENTS_RECEIVED, payments.c.amount_minor, payments.c.state == "succeeded"),
    _ours(payments, _A.CHARGED_BACK, -payments.c.charged_back_minor),
    _ours_refunded(_A.REFUNDS_PAID, _paid_back, refunds.c.outside.is_(None)),
    _ours_refunded(_A.REFUNDS_PAID_OUTSIDE, _paid_back, refunds.c.outside.is_not(None)),
    _ours_refunded(_A.REFUNDS_IN_FLIGHT, refunds.c.state == literal([*IN_FLIGHT], ARRAY(Text)).any_()),
    _ours(compensations, _A.COMPENSATIONS_PAID, -compensations.c.amount_minor),
    _ours(charges, _A.CHARGES_RECEIVED, charges.c.amount_minor),
    _ours(
        charges,
        _A.CHARGES_TO_RETURN,
        -charges.c.amount_minor,
        charges.c.owed_back_at.is_not(None),
        charges.c.returned_at.is_(None),
    ),
    _ours(charges, _A.CHARGES_RETURNED, -charges.c.amount_minor, charges.c.returned_at.is_not(None)),
    _ours(
        claw_backs,
        _A.BUYER_RECEIVABLE,
        claw_backs.c.owed_minor - claw_backs.c.repaid_minor - claw_backs.c.written_off_minor,
    ),
).subquery("books")
_off_by = func.sum(_books.c.minor)
DIFFERENCES_OF_ORDERS = Query(
    select(
        _books.c.order_id,
        _books.c.currency,
        _books.c.account,
        cast(_off_by, BigInteger).label("difference_minor"),
        bindparam("now", type_=ledger_breaks.c.found_at.type).label("found_at"),
    )
    .group_by(_books.c.order_id, _books.c.currency, _books.c.account)
    .having(_off_by != 0),
    LedgerBreak,
)
"""In one statement, which sees a row and its postings or neither of them."""

BREAKS = Rows(ledger_breaks, LedgerBreak)
DROP_BREAKS = Statement(delete(ledger_breaks).where(ledger_breaks.c.order_id == _ids.any_()))
FIRST_BREAKS = Query(
    select(*BREAKS.columns)
    .order_by(ledger_breaks.c.found_at, ledger_breaks.c.order_id, ledger_breaks.c.account)
    .limit(bindparam("most", type_=Integer)),
    LedgerBreak,
)
BROKEN = Query(
    select(
        ledger_breaks.c.currency,
        func.count(ledger_breaks.c.order_id.distinct()).label("orders"),
        cast(func.sum(func.abs(ledger_breaks.c.difference_minor)), BigInteger).label("off_by"),
    ).group_by(ledger_breaks.c.currency)
)
