"""Ratings of the service by merchants and customers, and their earlier versions."""

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, bindparam, select
from sqlalchemy import text as sql

from cs_svc.domain.service_ratings import RatingSide, ServiceRating, ServiceRatingRevision
from cs_svc.tables.schema import metadata

service_ratings = Table(
    "service_ratings",
    metadata,
    *aggregate(),
    *one_of("side", RatingSide),
    text("case_id", null=True),
    text("order_id", null=True),
    text("conversation_id", null=True),
    text("buyer_id"),
    text("merchant_id", null=True),
    text("by_buyer_id", null=True),
    text("by_merchant_id", null=True),
    text("agent_id", null=True),
    document("scores"),
    text("text", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(side = 'merchant') = (conversation_id IS NULL)", name="conversation_of_customer"),
    CheckConstraint("(side = 'merchant') = (by_merchant_id IS NOT NULL)", name="merchant_rates"),
    CheckConstraint("(side = 'customer') = (by_buyer_id IS NOT NULL)", name="customer_rates"),
    CheckConstraint("side = 'customer' OR case_id IS NOT NULL", name="merchant_rates_case"),
    Index("service_ratings_of_case_key", "case_id", unique=True, postgresql_where=sql("side = 'merchant'")),
    Index("service_ratings_of_conversation_key", "conversation_id", unique=True),
    Index("service_ratings_case_idx", "case_id", "id"),
    Index("service_ratings_by_buyer_idx", "by_buyer_id", "id"),
    Index("service_ratings_by_merchant_idx", "by_merchant_id", "id"),
    Index("service_ratings_agent_idx", "agent_id", "id"),
)
service_rating_revisions = Table(
    "service_rating_revisions",
    metadata,
    Column("rating_id", Text, ForeignKey("service_ratings.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    document("scores"),
    text("text", null=True),
    timestamp("replaced_at"),
)

_STAFF = {"agent": None, "arbitrator": None, "admin": None}
# A side sees its own ratings. How a merchant rates a buyer is for the platform, which decides between the two.
_BY_MERCHANT = {"seller": service_ratings.c.by_merchant_id, **_STAFF}
_BY_CUSTOMER = {"buyer": service_ratings.c.by_buyer_id, **_STAFF}
_FILTERS = ("side", "case_id", "order_id", "conversation_id", "merchant_id", "agent_id")
SERVICE_RATINGS = {
    RatingSide.MERCHANT: Rows(service_ratings, ServiceRating, _BY_MERCHANT),
    RatingSide.CUSTOMER: Rows(service_ratings, ServiceRating, _BY_CUSTOMER),
}
"""By side, the ratings as those see them who may see ratings of that side."""
SERVICE_RATING_LISTS = {
    RatingSide.MERCHANT: Listing(service_ratings, ServiceRating, filters=_FILTERS, seen_by=_BY_MERCHANT),
    RatingSide.CUSTOMER: Listing(service_ratings, ServiceRating, filters=_FILTERS, seen_by=_BY_CUSTOMER),
}
RATING_BY_MERCHANT = Query(
    select(service_ratings).where(
        service_ratings.c.case_id == bindparam("case_id"), service_ratings.c.by_merchant_id.is_not(None)
    ),
    ServiceRating,
)
RATING_OF_CONVERSATION = Query(
    select(service_ratings).where(service_ratings.c.conversation_id == bindparam("conversation_id")), ServiceRating
)
SERVICE_RATING_REVISIONS = Rows(service_rating_revisions, ServiceRatingRevision)
REVISIONS_OF_SERVICE_RATING = Query(
    select(service_rating_revisions)
    .where(service_rating_revisions.c.rating_id == bindparam("rating_id"))
    .order_by(service_rating_revisions.c.version),
    ServiceRatingRevision,
)
