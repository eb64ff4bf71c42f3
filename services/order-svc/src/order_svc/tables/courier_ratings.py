"""Our copy of the ratings that buyers give to the couriers of their parcels."""

from aftercare_chassis.database.columns import text, texts, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import Column, Integer, Table, Text

from order_svc.domain.courier_ratings import CourierRating
from order_svc.tables.schema import metadata

courier_ratings = Table(
    "courier_ratings",
    metadata,
    Column("parcel_id", Text, primary_key=True),
    text("rating_id"),
    Column("score", Integer, nullable=False),
    texts("faults"),
    timestamp("rated_at"),
)

COURIER_RATINGS = Rows(courier_ratings, CourierRating)
