"""Files in conversations, and which of them the worker is to look at."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    false,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.attachments import (
    Attachment,
    AttachmentCheck,
    AttachmentRefusal,
    AttachmentState,
    ReceivedContent,
)
from cs_svc.domain.channels import Channel
from cs_svc.tables.conversations import messages
from cs_svc.tables.schema import metadata

attachments = Table(
    "attachments",
    metadata,
    *aggregate(),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    text("message_id", null=True),
    text("note_id", null=True),
    Column("is_for_note", Boolean, nullable=False, server_default=false()),
    text("uploader_id"),
    text("uploader_role"),
    *one_of("channel", Channel),
    text("name", null=True),
    text("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    text("sha256"),
    *one_of("state", AttachmentState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    *one_of("refused_because", AttachmentRefusal, null=True),
    text("copy_type", null=True),
    Column("has_thumbnail", Boolean, nullable=False, server_default=false()),
    Column("scanned", Boolean),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("num_nonnulls(message_id, note_id) <= 1", name="place"),
    CheckConstraint("note_id IS NULL OR is_for_note", name="note"),
    CheckConstraint("(state = 'refused') = (refused_because IS NOT NULL)", name="refused"),
    CheckConstraint("(state IN ('accepted', 'added')) <= (copy_type IS NOT NULL)", name="accepted"),
    Index("attachments_conversation_idx", "conversation_id", "id"),
    Index("attachments_message_idx", "message_id", postgresql_where=sql("message_id IS NOT NULL")),
)
received_contents = Table(
    "received_contents",
    metadata,
    Column("id", Text, ForeignKey("attachments.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
attachment_checks = Table(
    "attachment_checks",
    metadata,
    Column("id", Text, ForeignKey("attachments.id"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at"),
    Index("attachment_checks_due_idx", "due_at"),
)

# Who sees a conversation may see its files: the conversation is looked up first, then `SEEN` leaves out what is not theirs.
ATTACHMENTS = Rows(attachments, Attachment)
RECEIVED_CONTENTS = Rows(received_contents, ReceivedContent)
ATTACHMENT_CHECKS = Rows(attachment_checks, AttachmentCheck)
_a, _c = attachments.c, attachment_checks.c
_SEEN = (
    (_a.conversation_id == bindparam("conversation_id"))
    & (~_a.is_for_note | bindparam("is_staff", type_=Boolean))
    & (
        exists().where(messages.c.id == _a.message_id, messages.c.place >= bindparam("from_place", type_=Text))
        | _a.note_id.is_not(None)
        | (
            _a.message_id.is_(None)
            & (_a.uploader_id == bindparam("viewer_id"))
            & (_a.uploader_role == bindparam("viewer_role"))
        )
    )
)
ATTACHMENTS_SEEN = Query(
    select(attachments).where(_SEEN).order_by(_a.id.desc()).limit(bindparam("rows", type_=Integer)), Attachment
)
ATTACHMENT_SEEN = Query(select(attachments).where(_SEEN, _a.id == bindparam("attachment_id")), Attachment)
ATTACHMENTS_OF_MESSAGE = Query(
    select(attachments).where(_a.message_id == bindparam("message_id")).order_by(_a.id), Attachment
)
NUMBER_UNUSED: Query[Record] = Query(
    select(func.count().label("number")).where(
        _a.conversation_id == bindparam("conversation_id"),
        _a.uploader_id == bindparam("uploader_id"),
        _a.uploader_role == bindparam("uploader_role"),
        _a.message_id.is_(None),
        _a.note_id.is_(None),
        sql("state IN ('pending', 'uploaded', 'accepted')"),
    )
)
# In the order of their ids, so that two messages that name the same files do not wait for each other.
LOCK_NAMED = Query(
    select(attachments)
    .where(_a.conversation_id == bindparam("conversation_id"), _a.id == any_(bindparam("ids", type_=ARRAY(Text))))
    .order_by(_a.id)
    .with_for_update(key_share=True),
    Attachment,
)
MOVE_OF_MESSAGES = Statement(
    update(attachments)
    .where(_a.message_id == any_(bindparam("ids", type_=ARRAY(Text))))
    .values(conversation_id=bindparam("to_id"))
)
MOVE_OTHERS = Statement(
    update(attachments)
    .where(_a.conversation_id == bindparam("from_id"), _a.message_id.is_(None))
    .values(conversation_id=bindparam("to_id"))
)
"""Those of notes, and those that are in no message yet, of a conversation that is merged into another one."""

NEXT_CHECK = Query(
    select(attachment_checks).order_by(_c.due_at).limit(1).with_for_update(key_share=True, skip_locked=True),
    AttachmentCheck,
)
PUT_OFF_CHECK = Statement(
    update(attachment_checks)
    .where(_c.id == bindparam("attachment_id"))
    .values(due_at=bindparam("next_at", type_=DateTime(timezone=True)), attempts=bindparam("tries", type_=Integer))
)
DROP_CHECK = Statement(delete(attachment_checks).where(_c.id == bindparam("attachment_id")))
DROP_CONTENT = Statement(delete(received_contents).where(received_contents.c.id == bindparam("attachment_id")))
