"""Pickups of returned goods."""

from aftercare_chassis.database.columns import document, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, func, select
from sqlalchemy import text as sql

from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.tables.schema import metadata

pickups = Table(
    "pickups",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    text("merchant_id"),
    *one_of("state", PickupState),
    timestamp("begins_at"),
    timestamp("ends_at"),
    *quantity("schedule_version"),
    document("address", null=True),
    text("carrier", null=True),
    text("waybill_no", null=True),
    *one_of("missed_by", PickupMissedBy, null=True),
    *quantity("bookings"),
    *quantity("missed_by_buyer"),
    *quantity("missed_by_courier"),
    *quantity("refused_by_courier", default=0),
    timestamp("booked_at"),
    timestamp("ended_at", null=True),
    CheckConstraint("begins_at < ends_at", name="slot"),
    CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name="waybill"),
    CheckConstraint("(state = 'missed') = (missed_by IS NOT NULL)", name="missed"),
    CheckConstraint("(state = 'booked') = (ended_at IS NULL)", name="ended"),
    # The pickups of a slot are counted when another one is booked.
    Index("pickups_slot_idx", "merchant_id", "begins_at", postgresql_where=sql("state <> 'cancelled'")),
    Index("pickups_waybill_no_idx", "waybill_no", "carrier"),
)

PICKUPS = Rows(pickups, Pickup)

# Who books a slot counts its pickups first; without a lock, two at once would both find room for one.
LOCK_SLOT: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("slot_of", type_=Text), 0)))
)
TAKEN: Query[Record] = Query(
    select(pickups.c.begins_at, func.count().label("taken"))
    .where(
        pickups.c.merchant_id == bindparam("merchant_id", type_=Text),
        pickups.c.begins_at >= bindparam("since"),
        pickups.c.begins_at <= bindparam("until"),
        pickups.c.state != PickupState.CANCELLED,
    )
    .group_by(pickups.c.begins_at)
)
"""How many pickups each slot between two times has, both included. A cancelled one takes no room."""
