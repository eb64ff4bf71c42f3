"""Replies that wait for the approval of another agent."""

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy import text as sql

from cs_svc.domain.held_replies import HeldReply, HeldReplyState
from cs_svc.tables.schema import metadata

held_replies = Table(
    "held_replies",
    metadata,
    *aggregate(),
    *one_of("state", HeldReplyState),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    text("buyer_id"),
    text("author_id"),
    text("text"),
    document("citations"),
    text("case_id", null=True),
    text("suggestion_id", null=True),
    Column("amount_minor", BigInteger, nullable=False),
    text("currency"),
    text("decided_by", null=True),
    text("reason", null=True),
    text("message_id", null=True),
    timestamp("deadline_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    Index("held_replies_conversation_idx", "conversation_id", "id"),
    Index("held_replies_awaiting_idx", "id", postgresql_where=sql("state = 'awaiting'")),
    Index("held_replies_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
# What is not sent is between agents.
_STAFF: SeenBy = {"agent": None, "arbitrator": None, "admin": None}
HELD_REPLIES = Rows(held_replies, HeldReply, _STAFF)
HELD_REPLY_LIST = Listing(held_replies, HeldReply, filters=("state", "conversation_id", "author_id"), seen_by=_STAFF)
LOCK_AWAITING = Query(
    select(held_replies)
    .where(held_replies.c.conversation_id == bindparam("conversation_id"), sql("state = 'awaiting'"))
    .order_by(held_replies.c.id)
    .with_for_update(key_share=True),
    HeldReply,
)
"""The replies of a conversation that wait for an approval."""
