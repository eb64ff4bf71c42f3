"""Of which editions the words are in events, so that those that an older build published get theirs."""

from dataclasses import dataclass

from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import Column, ForeignKey, Integer, Table, Text, literal_column, or_, select

from kb_svc.domain.articles import ArticleState
from kb_svc.tables.articles import articles
from kb_svc.tables.schema import metadata

published_texts = Table(
    "published_texts",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedText:
    """The newest edition of an article whose words are in events."""

    article_id: str
    number: int


PUBLISHED_TEXTS = Rows(published_texts, PublishedText)
UNPUBLISHED_TEXT: Query[Record] = Query(
    select(articles.c.id, articles.c.published)
    .select_from(articles.outerjoin(published_texts, published_texts.c.article_id == articles.c.id))
    .where(
        articles.c.state == literal_column(f"'{ArticleState.PUBLISHED}'"),
        # That of a scheduled version is larger.
        or_(published_texts.c.number.is_(None), published_texts.c.number < articles.c.published),
    )
    .order_by(articles.c.id)
    .limit(literal_column("1"))
)
"""An article whose newest edition has its words in no event."""
