"""Ratings of the couriers of parcels."""

from aftercare_chassis.database.columns import aggregate, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import CheckConstraint, Column, Index, SmallInteger, Table, UniqueConstraint, bindparam, select

from cs_svc.domain.courier_ratings import CourierRating
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import seen_by

courier_ratings = Table(
    "courier_ratings",
    metadata,
    *aggregate(),
    text("parcel_id"),
    text("order_id"),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    text("leg"),
    text("carrier"),
    Column("score", SmallInteger, nullable=False),
    texts("faults"),
    text("text", null=True),
    timestamp("created_at"),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    CheckConstraint("(score < 3) = (cardinality(faults) > 0)", name="faults"),
    UniqueConstraint("parcel_id", name="courier_ratings_parcel_id_key"),
    Index("courier_ratings_buyer_idx", "buyer_id", "id"),
    Index("courier_ratings_merchant_idx", "merchant_id", "id"),
    Index("courier_ratings_order_idx", "order_id", "id"),
    Index("courier_ratings_carrier_idx", "carrier", "id"),
)

COURIER_RATINGS = Rows(courier_ratings, CourierRating, seen_by(courier_ratings))
COURIER_RATING_LIST = Listing(
    courier_ratings,
    CourierRating,
    filters=("order_id", "parcel_id", "carrier"),
    seen_by=seen_by(courier_ratings),
)
RATING_OF_PARCEL = Query(
    select(courier_ratings).where(courier_ratings.c.parcel_id == bindparam("parcel_id")), CourierRating
)
