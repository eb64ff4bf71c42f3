"""Conversations and their messages."""

from enum import StrEnum

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array

from cs_svc.domain.channels import Channel
from cs_svc.domain.conversations import AuthorRole, Conversation, ConversationState, Message, ServedBy, Turn
from cs_svc.tables.answers import owed
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import newest_of_buyer, seen_by

_CHANNELS = f"channel IN ({', '.join(repr(str(each)) for each in Channel)})"
conversations = Table(
    "conversations",
    metadata,
    *aggregate(),
    *one_of("state", ConversationState),
    text("order_id", null=True),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id", null=True),
    text("agent_id", null=True),
    Column("message_count", Integer, nullable=False),
    CheckConstraint("message_count > 0", name="message_count"),
    *one_of("whose_turn", Turn, null=True),
    timestamp("answer_due_at", null=True),
    timestamp("deadline_at", null=True),
    timestamp("overdue_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    timestamp("closed_at", null=True),
    Column("channel", Text, nullable=False, server_default=Channel.WEB.value),
    CheckConstraint(_CHANNELS, name="channel"),
    text("identity_id", null=True),
    text("subject", null=True),
    Column("bot_in_charge", Boolean, nullable=False, server_default=false()),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    timestamp("snoozed_until", null=True),
    text("merged_into", null=True),
    Column("places_skipped", Integer, nullable=False, server_default="0"),
    *one_of("served_by", ServedBy, default=ServedBy.PLATFORM),
    text("merchant_sees_from", null=True),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="time_when_closed"),
    CheckConstraint("case_id IS NULL OR order_id IS NOT NULL", name="case_has_order"),
    Index("conversations_buyer_idx", "buyer_id", "id"),
    Index("conversations_merchant_idx", "merchant_id", "id"),
    Index("conversations_order_idx", "order_id", "id"),
    Index("conversations_case_idx", "case_id", "id"),
    Index("conversations_turn_idx", "whose_turn", "id"),
    Index("conversations_agent_idx", "agent_id", "id", postgresql_where=sql("state = 'open'")),
    Index("conversations_all_of_agent_idx", "agent_id", "id"),
    Index("conversations_merchant_open_idx", "merchant_id", "id", postgresql_where=sql("state = 'open'")),
    Index("conversations_merchant_serves_idx", "merchant_id", "id", postgresql_where=sql("served_by = 'merchant'")),
    Index("conversations_identity_idx", "identity_id", "id"),
    Index("conversations_tags_idx", "tags", postgresql_using="gin"),
    Index("conversations_snoozed_idx", "snoozed_until", postgresql_where=sql("snoozed_until IS NOT NULL")),
    Index("conversations_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    text("place"),
    *one_of("author_role", AuthorRole),
    text("author_id"),
    text("text", null=True),
    text("code", null=True),
    Column("event_id", Uuid, nullable=True),
    document("citations"),
    text("case_id", null=True),
    timestamp("sent_at"),
    Column("channel", Text, nullable=False, server_default=Channel.WEB.value),
    CheckConstraint(_CHANNELS, name="channel"),
    text("quoted", null=True),
    text("external_id", null=True),
    document("bot", null=True),
    text("origin_id", null=True),
    document("attachments", default="[]"),
    CheckConstraint("(text IS NULL) <> (code IS NULL)", name="text_or_code"),
    CheckConstraint("(author_role = 'system') = (event_id IS NOT NULL)", name="system_has_event"),
    Index("messages_place_key", "conversation_id", "place", unique=True),
    Index("messages_event_key", "conversation_id", "event_id", unique=True),
)

CONVERSATIONS = Rows(conversations, Conversation, seen_by(conversations))
_IS_OPEN = conversations.c.state == literal_column(f"'{ConversationState.OPEN}'")


def _is(column: Column[str], codes: type[StrEnum]) -> dict[str, ColumnElement[bool]]:
    """By code, that the column has it: as a text of the statement, so that the plan for any parameters uses the indexes of rows with a code."""
    return {each.value: column == literal_column(f"'{each.value}'") for each in codes}


CONVERSATION_LIST = Listing(
    conversations,
    Conversation,
    filters=("order_id", "case_id", "buyer_id", "agent_id", "channel", "identity_id"),
    seen_by=seen_by(conversations),
    computed={
        "state": _is(conversations.c.state, ConversationState),
        # A closed one is nobody's turn.
        "whose_turn": {turn: _IS_OPEN & is_it for turn, is_it in _is(conversations.c.whose_turn, Turn).items()},
        "served_by": _is(conversations.c.served_by, ServedBy),
        "snoozed": {
            "True": conversations.c.snoozed_until.is_not(None),
            "False": conversations.c.snoozed_until.is_(None),
        },
    },
    conditions={"tag": conversations.c.tags.contains(cast(array([bindparam("tag")]), ARRAY(Text)))},
)
CONVERSATIONS_OF_BUYER = newest_of_buyer(conversations, Conversation)
OWED_ANSWERS = owed(conversations, conversations.c.whose_turn == literal_column(f"'{Turn.SERVICE}'"))
CLEAR_DEADLINE = Statement(
    update(conversations).where(conversations.c.id == bindparam("conversation_id")).values(deadline_at=null())
)

MESSAGES = Rows(messages, Message)
# Whoever sees a conversation sees its messages: the conversation is looked up first.
MESSAGE_LIST = Listing(
    messages,
    Message,
    filters=("conversation_id",),
    seen_by=dict.fromkeys(seen_by(conversations)),
    order="place",
    conditions={"from_place": messages.c.place >= bindparam("from_place", type_=Text)},
)
LATEST_MESSAGES = Query(
    select(messages)
    .where(
        messages.c.conversation_id == bindparam("conversation_id"),
        messages.c.place >= bindparam("from_place", type_=Text),
    )
    .order_by(messages.c.place.desc())
    .limit(bindparam("rows")),
    Message,
)
SHOW_FILE = Statement(
    update(messages)
    .where(messages.c.id == bindparam("message_id"))
    .values(attachments=messages.c.attachments + bindparam("file", type_=JSONB))
)
"""Let a message show one file more."""
FIRST_MESSAGE = Query(
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .order_by(messages.c.place)
    .limit(1),
    Message,
)
LATEST_OF_BUYER = Query(
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.author_role == AuthorRole.BUYER)
    .order_by(messages.c.place.desc())
    .limit(1),
    Message,
)
_wanted = (
    func.unnest(bindparam("ids", type_=ARRAY(Text)), bindparam("places", type_=ARRAY(Text)))
    .table_valued("id", "place")
    .render_derived(name="wanted")
)
_next = (
    select(messages)
    .where(messages.c.conversation_id == _wanted.c.id, messages.c.place > _wanted.c.place)
    .order_by(messages.c.place)
    .limit(bindparam("rows"))
    .correlate(_wanted)
    .lateral("next")
)
# Of each conversation in `:ids` at most `:rows` messages after its place in `:places`.
MESSAGES_AFTER = Query(
    select(*_next.c).select_from(_wanted.join(_next, true())).order_by(_next.c.conversation_id, _next.c.place), Message
)
_after = (
    select(func.count())
    .where(messages.c.conversation_id == _wanted.c.id, messages.c.place > _wanted.c.place)
    .correlate(_wanted)
    .scalar_subquery()
)
COUNT_AFTER: Query[Record] = Query(select(_wanted.c.id, _after.label("number")))
"""Of each conversation in `:ids`, how many messages are after its place in `:places`."""
CONVERSATIONS_OF_IDS = Query(
    select(conversations).where(conversations.c.id == any_(bindparam("ids", type_=ARRAY(Text)))),
    Conversation,
    seen_by=seen_by(conversations),
)

_NOTIFIED = exists().where(
    messages.c.conversation_id == conversations.c.id, messages.c.event_id == bindparam("event_id")
)
# A conversation about one case is notified of that case only, one about the order of all its cases.
LOCK_NOT_NOTIFIED = Query(
    select(conversations)
    .where(
        conversations.c.order_id == bindparam("order_id"),
        (conversations.c.case_id == bindparam("case_id")) | conversations.c.case_id.is_(None),
        conversations.c.merged_into.is_(None),
        ~_NOTIFIED,
    )
    .order_by(conversations.c.id)
    .with_for_update(key_share=True),
    Conversation,
)

# Two of them are always locked in the order of their ids, so that no two commands wait for each other.
LOCK_CONVERSATIONS = Query(
    select(conversations)
    .where(conversations.c.id == any_(bindparam("ids", type_=ARRAY(Text))))
    .order_by(conversations.c.id)
    .with_for_update(key_share=True),
    Conversation,
    seen_by=seen_by(conversations),
)
_of_identity = (
    select(conversations)
    .where(conversations.c.identity_id == bindparam("identity_id"), conversations.c.buyer_id == bindparam("buyer_id"))
    .order_by(conversations.c.id)
    .limit(bindparam("rows"))
    .with_for_update(key_share=True)
)
LOCK_OF_IDENTITY = Query(_of_identity, Conversation)
"""This buyer's conversations with this identity, locked."""
_has_moved_messages = exists().where(
    messages.c.conversation_id == conversations.c.id, messages.c.origin_id.is_not(None)
)
LOCK_UNMIXED_OF_IDENTITY = Query(
    _of_identity.where(conversations.c.places_skipped == literal_column("0"), ~_has_moved_messages), Conversation
)
"""Those of them that were neither merged nor split: a merged one has messages that were not written over the identity."""
