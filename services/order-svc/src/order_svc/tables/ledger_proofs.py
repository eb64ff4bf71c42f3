"""How far the postings are counted, what they add up to, where they differ from our other books, and recounts of all of them.

The postings are counted once, by the numbers of their transactions: those before the oldest transaction that still runs have ended, so all
that they have posted is there to be read, and no later one has such a number. Ids and times have not that property: they are given before
the commit.
"""

from aftercare_chassis.database.columns import document, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    Date,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from order_svc.domain.payments.postings import LedgerAccount
from order_svc.domain.payments.proofs import (
    LedgerProgress,
    LedgerTotal,
    MerchantTotal,
    Recount,
    RecountState,
)
from order_svc.tables.ledger import ledger_postings
from order_svc.tables.orders import orders
from order_svc.tables.schema import metadata

AT_A_TIME = 5000
"""Postings that are counted in one transaction, or a few more: those of one transaction are not divided."""
ORDERS_AT_A_TIME = 2000
ledger_progress = Table(
    "ledger_progress",
    metadata,
    Column("id", Text, primary_key=True),
    Column("counted_to", BigInteger, nullable=False),
    Column("postings", BigInteger, nullable=False),
    text("posting_id", null=True),
    timestamp("posted_at", null=True),
    timestamp("checked_at"),
)
ledger_totals = Table(
    "ledger_totals",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    *minor("debited_minor"),
    *minor("credited_minor"),
)
ledger_days = Table(
    "ledger_days",
    metadata,
    Column("merchant_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    *minor("debited_minor"),
    *minor("credited_minor"),
    Column("postings", Integer, nullable=False),
)
ledger_recounts = Table(
    "ledger_recounts",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("state", RecountState),
    Column("counted_to", BigInteger, nullable=False),
    text("last_order_id"),
    Column("orders", BigInteger, nullable=False),
    Column("postings", BigInteger, nullable=False),
    document("expected"),
    document("found"),
    timestamp("started_at"),
    timestamp("finished_at", null=True),
    Index("ledger_recounts_running_key", "state", unique=True, postgresql_where=literal_column("state = 'running'")),
)

_p, _A = ledger_postings.c, LedgerAccount
_HORIZON = literal_column("(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint", BigInteger)
_since, _until = bindparam("since", type_=BigInteger), bindparam("until", type_=BigInteger)
_in_range = (_p.transaction >= _since, _p.transaction < _until)
_ids = bindparam("order_ids", type_=ARRAY(Text))
_NOTHING = literal_column("0", BigInteger)

PROGRESS = Rows(ledger_progress, LedgerProgress)
BEGIN_PROGRESS = Statement(
    insert(ledger_progress)
    .values(id=bindparam("id"), counted_to=0, postings=0, checked_at=bindparam("now"))
    .on_conflict_do_nothing()
)
_bound = (
    select(_p.transaction)
    .where(_p.transaction > _since)
    .order_by(_p.transaction)
    .offset(literal_column(str(AT_A_TIME)))
    .limit(literal_column("1"))
    .scalar_subquery()
)
NEXT_BOUND = Query(select(func.least(_HORIZON, func.coalesce(_bound, _HORIZON)).label("until")))
"""Up to where postings can be counted now: a number of a transaction, which itself is left for the next time."""
TOUCHED = Query(
    select(
        _p.order_id,
        func.count().label("postings"),
        func.max(_p.id).label("posting_id"),
        func.max(_p.posted_at).label("posted_at"),
    )
    .where(*_in_range)
    .group_by(_p.order_id)
)


def _sides(*conditions: ColumnElement[bool]) -> CompoundSelect[tuple[object, ...]]:
    """Both sides of each posting: what is debited to one account and credited to another."""
    day = cast(func.timezone("UTC", _p.posted_at), Date).label("day")
    about = (_p.merchant_id, day, _p.currency)
    debit = select(
        *about, _p.debit.label("account"), _p.amount_minor.label("debited"), _NOTHING.label("credited")
    ).where(*conditions)
    credit = select(
        *about, _p.credit.label("account"), _NOTHING.label("debited"), _p.amount_minor.label("credited")
    ).where(*conditions)
    return union_all(debit, credit)


def _added(table: Table, *conditions: ColumnElement[bool]) -> Statement:
    """Add the postings to the totals of the table, by its key."""
    sides = _sides(*conditions).subquery("sides")
    key = [sides.c[column.name] for column in table.primary_key]
    counted: dict[str, ColumnElement[int]] = {
        "debited_minor": func.sum(sides.c.debited),
        "credited_minor": func.sum(sides.c.credited),
    }
    if "postings" in table.c:
        counted["postings"] = func.count()
    names = [*(column.name for column in key), *counted]
    new = insert(table).from_select(names, select(*key, *counted.values()).group_by(*key))
    sums = {name: table.c[name] + new.excluded[name] for name in counted}
    return Statement(new.on_conflict_do_update(index_elements=[column.name for column in key], set_=sums))


ADD_TOTALS = _added(ledger_totals, *_in_range)
ADD_DAYS = _added(ledger_days, *_in_range)
TOTALS = Query(select(*Rows(ledger_totals, LedgerTotal).columns), LedgerTotal)
_of_orders = _sides(_p.order_id == _ids.any_(), _p.transaction < _until).subquery("sides")
RECOUNTED = Query(
    select(
        _of_orders.c.currency,
        _of_orders.c.account,
        cast(func.sum(_of_orders.c.debited), BigInteger).label("debited_minor"),
        cast(func.sum(_of_orders.c.credited), BigInteger).label("credited_minor"),
    ).group_by(_of_orders.c.currency, _of_orders.c.account),
    LedgerTotal,
)
POSTINGS_BEFORE = Query(
    select(func.count().label("postings")).where(_p.order_id == _ids.any_(), _p.transaction < _until)
)
NEXT_ORDERS = Query(
    select(orders.c.id)
    .where(orders.c.id > bindparam("last", type_=Text))
    .order_by(orders.c.id)
    .limit(literal_column(str(ORDERS_AT_A_TIME)))
)


RECOUNTS = Rows(ledger_recounts, Recount)
LAST_RECOUNT = Query(
    select(*RECOUNTS.columns).order_by(ledger_recounts.c.id.desc()).limit(literal_column("1")), Recount
)
LAST_FINISHED_RECOUNT = Query(
    select(*RECOUNTS.columns)
    .where(ledger_recounts.c.finished_at.is_not(None))
    .order_by(ledger_recounts.c.id.desc())
    .limit(literal_column("1")),
    Recount,
)
_first, _last = bindparam("first_day", type_=Date), bindparam("last_day", type_=Date)
MERCHANT_TOTALS = Query(
    select(
        ledger_days.c.currency,
        ledger_days.c.account,
        cast(func.sum(ledger_days.c.debited_minor), BigInteger).label("debited_minor"),
        cast(func.sum(ledger_days.c.credited_minor), BigInteger).label("credited_minor"),
        func.sum(ledger_days.c.postings).label("postings"),
    )
    .where(
        ledger_days.c.merchant_id == bindparam("merchant_id"), ledger_days.c.day >= _first, ledger_days.c.day <= _last
    )
    .group_by(ledger_days.c.currency, ledger_days.c.account)
    .order_by(ledger_days.c.currency, ledger_days.c.account),
    MerchantTotal,
)
_counted_to = func.coalesce(select(ledger_progress.c.counted_to).scalar_subquery(), _NOTHING)
_latest = select(ledger_recounts).order_by(ledger_recounts.c.id.desc()).limit(literal_column("1")).subquery("latest")
WAITING = Query(
    select(
        exists().where(_p.transaction >= _counted_to).label("uncounted"),
        select(_latest.c.state).scalar_subquery().label("recount"),
        select(_latest.c.started_at).scalar_subquery().label("recounted_at"),
    )
)
"""What there is to do for the worker, in one short statement."""
