"""Statements over the facts: the after-sales figures of a period."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import BigInteger, ColumnElement, Float, and_, bindparam, cast, func, select

from analytics_svc.tables.schema import case_facts, dispute_facts, rating_facts, refund_facts

_c, _r, _d = case_facts.c, refund_facts.c, dispute_facts.c


def _within(time: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(time >= bindparam("start", type_=time.type), time < bindparam("end", type_=time.type))


def _spread(name: str, later: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    seconds = cast(func.extract("epoch", later - _c.requested_at), Float)
    return [
        func.count(later).label(f"{name}_count"),
        func.percentile_cont(0.5).within_group(seconds).label(f"{name}_median"),
        func.percentile_cont(0.9).within_group(seconds).label(f"{name}_p90"),
    ]


_refunded = (
    select(_r.case_id, func.max(_r.succeeded_at).label("refunded_at"))
    .where(_r.case_id.is_not(None))
    .group_by(_r.case_id)
    .subquery()
)

CASE_COUNTS: Query[Record] = Query(
    select(_c.type, _c.reason, _c.state, func.count().label("number"))
    .where(_within(_c.requested_at))
    .group_by(_c.type, _c.reason, _c.state)
)
SPREADS: Query[Record] = Query(
    select(
        *_spread("answer", _c.answered_at),
        *_spread("refund", _refunded.c.refunded_at),
        *_spread("close", _c.closed_at),
    )
    .select_from(case_facts.outerjoin(_refunded, _refunded.c.case_id == _c.id))
    .where(_within(_c.requested_at))
)
"""How long the cases that were requested in the period took."""

REFUND_SUMS: Query[Record] = Query(
    select(_r.currency, func.count().label("number"), cast(func.sum(_r.amount_minor), BigInteger).label("amount_minor"))
    .where(_within(_r.succeeded_at))
    .group_by(_r.currency)
    .order_by(_r.currency)
)
DISPUTE_COUNTS: Query[Record] = Query(
    select(_d.category, _d.state, _d.liable, func.count().label("number"))
    .where(_within(_d.opened_at))
    .group_by(_d.category, _d.state, _d.liable)
)

_score = func.jsonb_each_text(rating_facts.c.scores).table_valued("key", "value")
_in_period = _within(rating_facts.c.given_at)

RATING_MEANS: Query[Record] = Query(
    select(_score.c.key.label("dimension"), cast(func.avg(cast(_score.c.value, BigInteger)), Float).label("mean"))
    .select_from(rating_facts.join(_score, onclause=rating_facts.c.id.is_not(None)))
    .where(_in_period)
    .group_by(_score.c.key)
    .order_by(_score.c.key)
)
RATING_COUNT: Query[Record] = Query(select(func.count().label("number")).select_from(rating_facts).where(_in_period))
