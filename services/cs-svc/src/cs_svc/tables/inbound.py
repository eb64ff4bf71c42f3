"""The inbox of channels."""

from dataclasses import fields

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from cs_svc.domain.attachments import AwaitedFile
from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import AuthorRole, Conversation
from cs_svc.domain.inbound import Inbound, InboundState, ListedInbound
from cs_svc.tables.conversations import conversations, messages
from cs_svc.tables.schema import metadata

channel_inbox = Table(
    "channel_inbox",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("channel", Channel),
    text("push_id"),
    *one_of("state", InboundState),
    text("why", null=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at", null=True),
    timestamp("received_at"),
    timestamp("finished_at", null=True),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("channel", "push_id", name="channel_inbox_push_key"),
    Index("channel_inbox_due_idx", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("channel_inbox_finished_idx", "finished_at", postgresql_where=sql("finished_at IS NOT NULL")),
)
# Earlier builds, which may run beside this one, write it; what is in it is adopted by a worker. It goes a release later.
message_attachments = Table(
    "message_attachments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    text("name"),
    text("media_type"),
    Column("size_bytes", Integer, nullable=False),
    text("sha256"),
    Column("content", LargeBinary, nullable=True),
    Index("message_attachments_message_idx", "message_id", "id"),
)
awaited_files = Table(
    "awaited_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    *one_of("channel", Channel),
    text("reference"),
    text("name"),
    text("media_type"),
    timestamp("due_at"),
    Column("attempts", Integer, nullable=False),
    Index("awaited_files_due_idx", "due_at", "id"),
)

INBOX = Rows(channel_inbox, Inbound)
INBOX_LIST = Listing(
    channel_inbox,
    ListedInbound,
    filters=("state", "channel"),
    seen_by={"agent": None, "arbitrator": None, "admin": None},
)
_LISTED = [channel_inbox.c[each.name] for each in fields(ListedInbound)]
LOCK_INBOUND = Query(
    select(*_LISTED).where(channel_inbox.c.id == bindparam("inbound_id")).with_for_update(key_share=True),
    ListedInbound,
)
STORE_INBOUND = Statement(
    insert(channel_inbox)
    .values({column.name: bindparam(column.name, type_=column.type) for column in channel_inbox.c})
    .on_conflict_do_nothing()
)
NEXT_INBOUND = Query(
    select(channel_inbox)
    .where(channel_inbox.c.due_at.is_not(None))
    .order_by(channel_inbox.c.due_at, channel_inbox.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    Inbound,
)
_MOVED = ("state", "why", "attempts", "due_at", "finished_at")
MOVE_INBOUND = Statement(
    update(channel_inbox)
    .where(channel_inbox.c.id == bindparam("inbound_id"))
    .values({name: bindparam(f"new_{name}", type_=channel_inbox.c[name].type) for name in _MOVED})
)
NEXT_EARLIER_FILE: Query[Record] = Query(select(message_attachments).limit(1).with_for_update(skip_locked=True))
FORGET_EARLIER_FILE = Statement(delete(message_attachments).where(message_attachments.c.id == bindparam("file_id")))
AWAITED_FILES = Rows(awaited_files, AwaitedFile)
NEXT_FILE = Query(
    select(awaited_files)
    .order_by(awaited_files.c.due_at, awaited_files.c.id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    AwaitedFile,
)
MOVE_FILE = Statement(
    update(awaited_files)
    .where(awaited_files.c.id == bindparam("file_id"))
    .values(due_at=bindparam("new_due_at"), attempts=bindparam("new_attempts"))
)
FORGET_FILE = Statement(delete(awaited_files).where(awaited_files.c.id == bindparam("file_id")))
WRITTEN_SINCE = Query(
    select(func.count().label("written"))
    .select_from(messages.join(conversations, conversations.c.id == messages.c.conversation_id))
    .where(
        conversations.c.identity_id == bindparam("identity_id"),
        messages.c.author_role == AuthorRole.BUYER,
        messages.c.sent_at > bindparam("since"),
    )
)
"""How many messages of an identity are later than that time."""
NEWEST_OF_IDENTITY = Query(
    select(conversations)
    .where(conversations.c.identity_id == bindparam("identity_id"))
    .order_by(conversations.c.id.desc())
    .limit(1),
    Conversation,
)
"""The newest conversation of an identity."""
