"""The messages that the bot is to answer in conversations."""

from typing import Any

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    func,
    null,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.bot_turns import BotTurn, BotTurnState
from cs_svc.tables.conversations import messages
from cs_svc.tables.schema import metadata

bot_turns = Table(
    "bot_turns",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    text("conversation_id"),
    text("place"),
    *one_of("state", BotTurnState),
    Column("attempts", Integer, nullable=False),
    timestamp("due_at", null=True),
    timestamp("leased_at", null=True),
    text("answer_id", null=True),
    text("reply_id", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    Index("bot_turns_due_idx", "due_at", "message_id", postgresql_where=sql("due_at IS NOT NULL")),
    Index("bot_turns_conversation_idx", "conversation_id", "place"),
)

BOT_TURNS = Rows(bot_turns, BotTurn)
NEXT_TURN = Query(
    select(bot_turns)
    .where(bot_turns.c.due_at.is_not(None))
    .order_by(bot_turns.c.due_at, bot_turns.c.message_id)
    .limit(1)
    .with_for_update(key_share=True, skip_locked=True),
    BotTurn,
)
LOCK_DUE_IN_CONVERSATION = Query(
    select(bot_turns)
    .where(
        bot_turns.c.conversation_id == bindparam("conversation_id"),
        bot_turns.c.due_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(bot_turns.c.place)
    .with_for_update(key_share=True, skip_locked=True),
    BotTurn,
)
LOCK_LEASED = Query(
    select(bot_turns)
    .where(
        bot_turns.c.message_id == any_(bindparam("ids", type_=ARRAY(Text))),
        bot_turns.c.leased_at == bindparam("leased_at", type_=DateTime(timezone=True)),
    )
    .order_by(bot_turns.c.place)
    .with_for_update(key_share=True),
    BotTurn,
)
MOVE_TURNS = Statement(
    update(bot_turns)
    .where(bot_turns.c.conversation_id == bindparam("from_id"), bot_turns.c.due_at.is_not(None))
    .values(conversation_id=bindparam("to_id"), due_at=bindparam("at", type_=DateTime(timezone=True)), leased_at=null())
)
"""Let what is not answered in a conversation be answered in another one; whoever has it leased finds that it is gone."""
TEXTS_OF: Query[Record] = Query(
    select(messages.c.id, messages.c.text)
    .where(messages.c.id == any_(bindparam("ids", type_=ARRAY(Text))))
    .order_by(messages.c.place)
)
_written = func.count(bot_turns.c.reply_id.distinct())
_counts: tuple[ColumnElement[Any], ...] = (  # Any: numbers
    _written.label("ever"),
    _written.filter(bot_turns.c.updated_at >= bindparam("since", type_=DateTime(timezone=True))).label("lately"),
)
WRITTEN_BY_BOT: Query[Record] = Query(
    select(*_counts).where(bot_turns.c.conversation_id == bindparam("conversation_id"))
)
"""How many messages the bot has written in a conversation."""
