"""Ratings and their earlier versions."""

from dataclasses import fields

from aftercare_chassis.database.columns import Items, aggregate, document, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)

from cs_svc.domain.ratings import Rating, RatingRevision, Scores
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import newest_of_buyer, seen_by


def _scores() -> Items:
    """One column per dimension, from 1 to 5."""
    names = [field.name for field in fields(Scores)]
    return (
        *(Column(name, SmallInteger, nullable=False) for name in names),
        *(CheckConstraint(f"{name} BETWEEN 1 AND 5", name=name) for name in names),
    )


ratings = Table(
    "ratings",
    metadata,
    *aggregate(),
    text("case_id"),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    *_scores(),
    text("text", null=True),
    document("merchant_scores", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    UniqueConstraint("case_id", name="ratings_case_id_key"),
    Index("ratings_buyer_idx", "buyer_id", "id"),
    Index("ratings_merchant_idx", "merchant_id", "id"),
)
rating_revisions = Table(
    "rating_revisions",
    metadata,
    Column("rating_id", Text, ForeignKey("ratings.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *_scores(),
    text("text", null=True),
    document("merchant_scores", null=True),
    timestamp("replaced_at"),
)

RATINGS = Rows(ratings, Rating, seen_by(ratings))
RATING_LIST = Listing(ratings, Rating, filters=("case_id", "order_id"), seen_by=seen_by(ratings))
RATINGS_OF_BUYER = newest_of_buyer(ratings, Rating)
RATING_OF_CASE = Query(select(ratings).where(ratings.c.case_id == bindparam("case_id")), Rating)

RATING_REVISIONS = Rows(rating_revisions, RatingRevision)
REVISIONS_OF_RATING = Query(
    select(rating_revisions)
    .where(rating_revisions.c.rating_id == bindparam("rating_id"))
    .order_by(rating_revisions.c.version),
    RatingRevision,
)
