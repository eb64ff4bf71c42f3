"""Offers about cases, numbered per case."""

from aftercare_chassis.database.columns import minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, bindparam, select

from aftersale_svc.domain.cases.offers.model import Offer, OfferSide, OfferState
from aftersale_svc.tables.schema import metadata

offers = Table(
    "offers",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *one_of("by", OfferSide),
    text("type"),
    *minor("amount_minor"),
    text("currency"),
    *one_of("state", OfferState),
    timestamp("made_at"),
    timestamp("ended_at", null=True),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
)

OFFERS = Rows(offers, Offer)
OFFERS_OF_CASE = Query(select(offers).where(offers.c.case_id == bindparam("case_id")).order_by(offers.c.number), Offer)
