"""The deliveries of messages over channels."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy import text as sql

from cs_svc.domain.channels import Channel, ChannelDeliveryState, Delivery
from cs_svc.tables.schema import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    text("conversation_id"),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    Column("identity_id", Text, ForeignKey("identities.id"), nullable=False),
    *one_of("channel", Channel),
    *one_of("state", ChannelDeliveryState),
    text("why", null=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at", null=True),
    timestamp("leased_at", null=True),
    text("external_id", null=True),
    Column("segments", Integer, nullable=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    # A message goes to an address once, however often it is posted, handled or repeated.
    UniqueConstraint("message_id", "identity_id", name="deliveries_message_key"),
    Index("deliveries_conversation_idx", "conversation_id", "id"),
    Index("deliveries_identity_idx", "identity_id", "updated_at"),
    Index("deliveries_due_idx", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("deliveries_external_idx", "channel", "external_id", postgresql_where=sql("external_id IS NOT NULL")),
)

DELIVERIES = Rows(deliveries, Delivery)
DELIVERIES_OF_CONVERSATION = Query(
    select(deliveries)
    .where(deliveries.c.conversation_id == bindparam("conversation_id"))
    .order_by(deliveries.c.id.desc())
    .limit(bindparam("rows")),
    Delivery,
)
NEXT_DELIVERY = Query(
    select(deliveries)
    .where(deliveries.c.due_at.is_not(None))
    .order_by(deliveries.c.due_at, deliveries.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    Delivery,
)
SENT_SINCE = Query(
    select(func.count().label("sent")).where(
        deliveries.c.identity_id == bindparam("identity_id"),
        deliveries.c.updated_at > bindparam("since"),
        (deliveries.c.state == ChannelDeliveryState.SENT) | (deliveries.c.state == ChannelDeliveryState.DELIVERED),
    )
)
"""How many messages an identity got later than that time."""
LOCK_DELIVERY = Query(
    select(deliveries).where(deliveries.c.id == bindparam("delivery_id")).with_for_update(key_share=True), Delivery
)
LOCK_BY_EXTERNAL_ID = Query(
    select(deliveries)
    .where(deliveries.c.channel == bindparam("channel"), deliveries.c.external_id == bindparam("external_id"))
    .order_by(deliveries.c.id)
    .limit(1)
    .with_for_update(key_share=True),
    Delivery,
)
_MOVED = ("state", "why", "attempts", "due_at", "leased_at", "external_id", "segments", "updated_at")
MOVE_DELIVERY = Statement(
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery_id"))
    .values({name: bindparam(f"new_{name}", type_=deliveries.c[name].type) for name in _MOVED})
)
