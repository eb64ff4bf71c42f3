"""What the bot leaves for agents when it hands conversations over."""

from aftercare_chassis.database.columns import document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import Column, Index, Table, Text, bindparam, select

from cs_svc.domain.bot import HandoverReason
from cs_svc.domain.bot_handovers import Handover
from cs_svc.tables.bot import bot_answers
from cs_svc.tables.bot_turns import bot_turns
from cs_svc.tables.schema import metadata

bot_handovers = Table(
    "bot_handovers",
    metadata,
    Column("id", Text, primary_key=True),
    text("conversation_id"),
    text("answer_id"),
    *one_of("reason", HandoverReason),
    text("language"),
    document("asked"),
    document("alternatives"),
    document("articles"),
    document("orders"),
    document("cases"),
    text("queue_entry_id", null=True),
    timestamp("created_at"),
    Index("bot_handovers_conversation_idx", "conversation_id", "id"),
)

HANDOVERS = Rows(bot_handovers, Handover)
HANDOVERS_OF_CONVERSATION = Query(
    select(bot_handovers)
    .where(bot_handovers.c.conversation_id == bindparam("conversation_id"))
    .order_by(bot_handovers.c.id.desc())
    .limit(bindparam("rows")),
    Handover,
)
ASKED_IN_CONVERSATION: Query[Record] = Query(
    select(
        bot_turns.c.message_id,
        bot_answers.c.kind,
        bot_answers.c.intent,
        bot_answers.c.confidence,
        bot_answers.c.citations,
    )
    .select_from(bot_turns.outerjoin(bot_answers, bot_answers.c.id == bot_turns.c.answer_id))
    .where(bot_turns.c.conversation_id == bindparam("conversation_id"))
    .order_by(bot_turns.c.place.desc())
    .limit(bindparam("rows"))
)
"""The last messages that the bot had to answer, newest first, with its answers."""
