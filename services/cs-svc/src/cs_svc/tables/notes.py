"""Notes of agents about conversations."""

from aftercare_chassis.database.columns import document, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Rows
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, cast
from sqlalchemy.dialects.postgresql import ARRAY, array

from cs_svc.domain.notes import Note
from cs_svc.tables.schema import metadata

notes = Table(
    "notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    text("author_id"),
    text("text"),
    texts("mentions"),
    timestamp("created_at"),
    document("attachments", default="[]"),
    Index("notes_conversation_idx", "conversation_id", "id"),
    Index("notes_mentions_idx", "mentions", postgresql_using="gin"),
)
# Nobody but those of the platform: a conversation's buyer and merchant see no note, whatever they ask for.
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
NOTES = Rows(notes, Note, _STAFF)
NOTE_LIST = Listing(
    notes,
    Note,
    filters=("conversation_id", "author_id"),
    seen_by=_STAFF,
    conditions={"mentioned_id": notes.c.mentions.contains(cast(array([bindparam("mentioned_id")]), ARRAY(Text)))},
)
