"""Statements that compute the after-sales metrics of a period, `:start` (inclusive) to `:end` (exclusive)."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import BigInteger, ColumnElement, Float, and_, bindparam, cast, func, select

from analytics_svc.tables.facts import case_facts, dispute_facts, rating_facts, refund_facts

# Any: a column does not show the type of its values.

_case, _refund, _dispute = case_facts.c, refund_facts.c, dispute_facts.c


def _in_period(time: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(time >= bindparam("start", type_=time.type), time < bindparam("end", type_=time.type))


def _durations(name: str, later: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Count, median and 90th percentile of the seconds from the request of a case to a later time."""
    seconds = cast(func.extract("epoch", later - _case.requested_at), Float)
    return [
        func.count(later).label(f"{name}_count"),
        func.percentile_cont(0.5).within_group(seconds).label(f"{name}_median"),
        func.percentile_cont(0.9).within_group(seconds).label(f"{name}_p90"),
    ]


_is_paid = _refund.amount_minor > 0
"""Of the others, all came back to the merchant."""
_refunded = (
    select(_refund.case_id, func.max(_refund.succeeded_at).label("refunded_at"))
    .where(_refund.case_id.is_not(None), _is_paid)
    .group_by(_refund.case_id)
    .subquery()
)

CASE_COUNTS: Query[Record] = Query(
    select(_case.type, _case.reason, _case.state, func.count().label("number"))
    .where(_in_period(_case.requested_at))
    .group_by(_case.type, _case.reason, _case.state)
)
DURATIONS: Query[Record] = Query(
    select(
        *_durations("answer", _case.answered_at),
        *_durations("refund", _refunded.c.refunded_at),
        *_durations("close", _case.closed_at),
    )
    .select_from(case_facts.outerjoin(_refunded, _refunded.c.case_id == _case.id))
    .where(_in_period(_case.requested_at))
)
"""Durations of the cases that were requested in the period."""

REFUND_SUMS: Query[Record] = Query(
    select(
        _refund.currency,
        func.count().label("number"),
        cast(func.sum(_refund.amount_minor), BigInteger).label("amount_minor"),
    )
    .where(_in_period(_refund.succeeded_at), _is_paid)
    .group_by(_refund.currency)
    .order_by(_refund.currency)
)
DISPUTE_COUNTS: Query[Record] = Query(
    select(_dispute.category, _dispute.state, _dispute.liable, func.count().label("number"))
    .where(_in_period(_dispute.opened_at))
    .group_by(_dispute.category, _dispute.state, _dispute.liable)
)

_score = func.jsonb_each_text(rating_facts.c.scores).table_valued("key", "value")

RATING_MEANS: Query[Record] = Query(
    select(_score.c.key.label("dimension"), cast(func.avg(cast(_score.c.value, BigInteger)), Float).label("mean"))
    .select_from(rating_facts.join(_score, onclause=rating_facts.c.id.is_not(None)))
    .where(_in_period(rating_facts.c.given_at))
    .group_by(_score.c.key)
    .order_by(_score.c.key)
)
RATING_COUNT: Query[Record] = Query(
    select(func.count().label("number")).select_from(rating_facts).where(_in_period(rating_facts.c.given_at))
)
