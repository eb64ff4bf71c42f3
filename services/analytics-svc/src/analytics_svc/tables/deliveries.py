"""What became of parcels, and the metrics of couriers that are computed from it."""

from typing import Any

from aftercare_chassis.database.columns import quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from analytics_svc.domain.deliveries import CourierRatingFacts, DeliveryFacts
from analytics_svc.tables.schema import metadata

delivery_facts = Table(
    "delivery_facts",
    metadata,
    Column("id", Text, primary_key=True),
    text("carrier"),
    text("leg"),
    text("merchant_id"),
    text("outcome"),
    Column("delivered", Boolean, nullable=False),
    text("delivered_to", null=True),
    timestamp("handed_over_at"),
    timestamp("first_scan_at", null=True),
    timestamp("first_attempt_at", null=True),
    timestamp("ended_at"),
    *quantity("attempts"),
    texts("anomalies"),
    text("loss", null=True),
    Index("delivery_facts_ended_idx", "ended_at"),
)
courier_rating_facts = Table(
    "courier_rating_facts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("score", Integer, nullable=False),
    texts("faults"),
    timestamp("rated_at"),
)
COURIER_RATINGS = Rows(courier_rating_facts, CourierRatingFacts)
DELIVERIES = Rows(delivery_facts, DeliveryFacts)

_facts, _ratings = delivery_facts.c, courier_rating_facts.c
BEST_OF_BAD = 2
OVERDUE = "delivery_overdue"


# Any: a column does not show the type of its values.
def _number(condition: ColumnElement[bool], name: str) -> ColumnElement[Any]:
    return func.count().filter(condition).label(name)


def _durations(name: str, later: ColumnElement[Any], condition: ColumnElement[bool]) -> list[ColumnElement[Any]]:
    """Count, median and 90th percentile of the seconds from the hand-over to a later time."""
    seconds = cast(func.extract("epoch", func.greatest(later, _facts.handed_over_at) - _facts.handed_over_at), Float)
    counted = and_(later.is_not(None), condition)
    return [
        _number(counted, f"{name}_count"),
        func.percentile_cont(0.5).within_group(seconds).filter(counted).label(f"{name}_median"),
        func.percentile_cont(0.9).within_group(seconds).filter(counted).label(f"{name}_p90"),
    ]


_is_late = _facts.anomalies.contains(bindparam("overdue", type_=_facts.anomalies.type))
_leg = bindparam("leg", type_=Text)
_RATED = delivery_facts.outerjoin(courier_rating_facts, _ratings.id == _facts.id)
_IN_PERIOD = (
    _facts.ended_at >= bindparam("start", type_=_facts.ended_at.type),
    _facts.ended_at < bindparam("end", type_=_facts.ended_at.type),
    or_(_leg.is_(None), _facts.leg == _leg),
)
COURIER_METRICS: Query[Record] = Query(
    select(
        _facts.carrier,
        func.count().label("parcels"),
        _number(_facts.delivered, "delivered"),
        _number(and_(_facts.delivered, ~_is_late), "on_time"),
        _number(and_(_facts.delivered, _facts.attempts == 1), "at_first_attempt"),
        _number(_facts.loss == "lost", "lost"),
        _number(_facts.loss == "damaged", "damaged"),
        _number(func.cardinality(_facts.anomalies) > 0, "with_anomalies"),
        *_durations("first_scan", _facts.first_scan_at, _facts.carrier.is_not(None)),
        *_durations("first_attempt", _facts.first_attempt_at, _facts.carrier.is_not(None)),
        *_durations("delivery", _facts.ended_at, _facts.delivered),
        func.count(_ratings.score).label("ratings"),
        cast(func.avg(_ratings.score), Float).label("mean_rating"),
        _number(_ratings.score <= BEST_OF_BAD, "bad_ratings"),
    )
    .select_from(_RATED)
    .where(*_IN_PERIOD)
    .group_by(_facts.carrier)
    .order_by(_facts.carrier)
)
_fault = func.unnest(_ratings.faults).label("fault")
COURIER_FAULTS: Query[Record] = Query(
    select(_facts.carrier, _fault, func.count().label("parcels"))
    .select_from(_RATED)
    .where(*_IN_PERIOD)
    .group_by(_facts.carrier, _fault)
    .order_by(_facts.carrier, _fault)
)
"""What buyers found wrong, by courier."""
