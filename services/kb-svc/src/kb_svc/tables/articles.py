"""Articles, their drafts and their editions."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from aftercare_events.roles import ROLES
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    select,
)
from sqlalchemy import text as sql

from kb_svc.domain.articles import Article, ArticleKind, ArticleState, Draft, Edition
from kb_svc.tables.schema import metadata

EDITIONS_SHOWN = 200

articles = Table(
    "articles",
    metadata,
    *aggregate(),
    *one_of("kind", ArticleKind),
    text("slug"),
    text("language"),
    *one_of("state", ArticleState),
    text("title"),
    Column("published", Integer, nullable=False),
    text("created_by"),
    timestamp("created_at"),
    timestamp("published_at", null=True),
    CheckConstraint("(published > 0) = (published_at IS NOT NULL)", name="published_at"),
    CheckConstraint("state <> 'published' OR published > 0", name="published_state"),
    CheckConstraint("state <> 'draft' OR published = 0", name="draft_state"),
    # Of two drafts with one slug at the same time, the index refuses the second one; its next attempt sees the first.
    Index("articles_slug_key", "slug", "language", unique=True, postgresql_where=sql("state != 'retired'")),
)
drafts = Table(
    "drafts",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    text("title"),
    text("body"),
    text("edited_by"),
    timestamp("edited_at"),
)
# Rows are only inserted: an edition stays as it was published, also after the article is retired.
editions = Table(
    "article_versions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("title"),
    text("body"),
    text("body_hash"),
    text("published_by"),
    timestamp("published_at"),
    CheckConstraint("number >= 1", name="number"),
)
_article_id = bindparam("article_id", type_=Text)

ARTICLES = Rows(articles, Article)
ARTICLE_LIST = Listing(articles, Article, filters=("state", "kind", "language", "slug"), seen_by=dict.fromkeys(ROLES))
ARTICLE_WITH_SLUG = Query(
    select(articles).where(
        articles.c.slug == bindparam("slug"),
        articles.c.language == bindparam("language"),
        articles.c.state != ArticleState.RETIRED.value,
    ),
    Article,
)

DRAFTS = Rows(drafts, Draft)
DELETE_DRAFT = Statement(delete(drafts).where(drafts.c.article_id == _article_id))
TAKE_DRAFT = Query(delete(drafts).where(drafts.c.article_id == _article_id).returning(drafts), Draft)
"""Delete the draft, and return it."""

EDITIONS = Rows(editions, Edition)
EDITIONS_OF_ARTICLE = Query(
    select(editions)
    .where(editions.c.article_id == _article_id)
    .order_by(editions.c.number.desc())
    .limit(EDITIONS_SHOWN),
    Edition,
)
