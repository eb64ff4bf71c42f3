"""Suggestions to agents, and macros."""

# Any: the type of a member of a JSON document.

from typing import Any

from aftercare_chassis.database.columns import aggregate, document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Float,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql

from cs_svc.domain.assist import Macro, Suggestion, SuggestionState
from cs_svc.tables.schema import metadata

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", Text, primary_key=True),
    text("conversation_id"),
    text("agent_id"),
    *one_of("state", SuggestionState),
    text("intent"),
    text("language"),
    text("text"),
    document("citations"),
    Column("confidence", Float, nullable=False),
    Column("model", Integer, nullable=False),
    text("message_id", null=True),
    timestamp("shown_at"),
    timestamp("settled_at", null=True),
    Index("suggestions_open_idx", "conversation_id", "agent_id", postgresql_where=sql("state = 'shown'")),
    Index("suggestions_shown_idx", "shown_at"),
)
macros = Table(
    "macros",
    metadata,
    *aggregate(),
    text("team_id", null=True),
    text("title"),
    text("text"),
    Column("retired", Boolean, nullable=False),
    timestamp("created_at"),
    timestamp("updated_at"),
)
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
SUGGESTIONS = Rows(suggestions, Suggestion, {"agent": suggestions.c.agent_id, "arbitrator": None, "admin": None})
MACROS = Rows(macros, Macro, _STAFF)
MACRO_LIST = Listing(macros, Macro, filters=("team_id",), seen_by=_STAFF)
MACRO = Query(select(*MACROS.columns).where(macros.c.id == bindparam("id", type_=Text)), Macro)

_used = suggestions.c.id == bindparam("used_id", type_=Text)
_as_it_was = suggestions.c.text == bindparam("posted_text", type_=Text)


def _state(state: SuggestionState) -> object:
    return literal_column(f"'{state}'")


SETTLE = Statement(
    update(suggestions)
    .where(
        suggestions.c.conversation_id == bindparam("of_conversation", type_=Text),
        suggestions.c.agent_id == bindparam("of_agent", type_=Text),
        suggestions.c.state == _state(SuggestionState.SHOWN),
    )
    .values(
        state=case(
            (_used & _as_it_was, _state(SuggestionState.ACCEPTED)),
            (_used, _state(SuggestionState.EDITED)),
            else_=_state(SuggestionState.IGNORED),
        ),
        message_id=bindparam("by_message", type_=Text),
        settled_at=bindparam("at", type_=DateTime(timezone=True)),
    )
)
"""An agent has written: what was suggested to them here is posted, posted with other words, or ignored."""
_since = suggestions.c.shown_at >= bindparam("since", type_=DateTime(timezone=True))
_of_agent = or_(
    bindparam("agent_id", type_=Text).is_(None), suggestions.c.agent_id == bindparam("agent_id", type_=Text)
)
_numbers = [func.count().label("shown")] + [
    func.count().filter(suggestions.c.state == _state(each)).label(each.value)
    for each in (SuggestionState.ACCEPTED, SuggestionState.EDITED, SuggestionState.IGNORED)
]
_cited = func.jsonb_array_elements(suggestions.c.citations).table_valued("value", name="cited")
_article: ColumnElement[Any] = literal_column("cited.value ->> 'article_id'")
BY_AGENT: Query[Record] = Query(
    select(suggestions.c.agent_id.label("id"), *_numbers).where(_since, _of_agent).group_by(suggestions.c.agent_id)
)
BY_INTENT: Query[Record] = Query(
    select(suggestions.c.intent.label("id"), *_numbers).where(_since, _of_agent).group_by(suggestions.c.intent)
)
BY_ARTICLE: Query[Record] = Query(
    select(_article.label("id"), *_numbers)
    .select_from(suggestions.join(_cited, literal_column("true")))
    .where(_since, _of_agent)
    .group_by(_article)
)
"""What became of the suggestions since then, of one agent or of all: by agent, by intent, and by the article that was cited."""
