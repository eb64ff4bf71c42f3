"""Articles, their drafts and their editions."""

from aftercare_chassis.database.columns import aggregate, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from aftercare_events.roles import ROLES
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from kb_svc.domain.articles import Article, ArticleKind, ArticleState, Draft, Edition
from kb_svc.domain.versions import DRAFT_STATES, PUBLISHED_STATES, VersionState
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
    *quantity("newest", default=0),
    timestamp("changes_at", null=True),
    *quantity("notice_days", default=0),
    CheckConstraint("(published > 0) = (published_at IS NOT NULL)", name="published_at"),
    CheckConstraint("state <> 'published' OR published > 0", name="published_state"),
    CheckConstraint("state <> 'draft' OR published = 0", name="draft_state"),
    # Of two drafts with one slug at the same time, the index refuses the second one; its next attempt sees the first.
    Index("articles_slug_key", "slug", "language", unique=True, postgresql_where=sql("state != 'retired'")),
    Index("articles_changes_at_idx", "changes_at", postgresql_where=sql("changes_at IS NOT NULL")),
)
drafts = Table(
    "drafts",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    text("title"),
    text("body"),
    text("edited_by"),
    timestamp("edited_at"),
    *one_of("state", DRAFT_STATES, default=VersionState.DRAFT),
    text("submitted_by", null=True),
    timestamp("submitted_at", null=True),
    text("approved_by", null=True),
    timestamp("approved_at", null=True),
    text("rejected_by", null=True),
    text("reason", null=True),
    Column("questions", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint("state = 'draft' OR submitted_by IS NOT NULL", name="submitted_by"),
    CheckConstraint("(state = 'approved') = (approved_by IS NOT NULL)", name="approved_by"),
)
# The text of an edition stays as it was published, also after the article is retired. Builds of revision 0009 insert rows without
# a state and times: what they publish is in force at once.
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
    *one_of("state", PUBLISHED_STATES, default=VersionState.IN_FORCE),
    Column("effective_from", DateTime(timezone=True), nullable=False, server_default=func.now()),
    timestamp("effective_until", null=True),
    timestamp("ended_at", null=True),
    text("approved_by", null=True),
    Column("clause_ids", ARRAY(Text), nullable=True),
    Column("questions", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("effective_until > effective_from", name="effective_until"),
    CheckConstraint("(state IN ('scheduled', 'in_force')) = (ended_at IS NULL)", name="ended_at"),
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

_open = editions.c.state.in_([literal_column(f"'{each}'") for each in (VersionState.SCHEDULED, VersionState.IN_FORCE)])
OPEN_EDITIONS = Query(
    select(editions).where(editions.c.article_id == _article_id, _open).order_by(editions.c.number), Edition
)
"""The editions of an article whose time has still to begin or to end."""
SET_EDITION_STATE = Statement(
    update(editions)
    .where(
        editions.c.article_id == bindparam("of_article", type_=Text),
        editions.c.number == bindparam("of_number", type_=Integer),
    )
    .values(state=bindparam("state", type_=Text), ended_at=bindparam("ended_at", type_=DateTime(timezone=True)))
)
EDITION_BEGUN_AT = Query(
    select(editions)
    .where(
        editions.c.article_id == _article_id,
        editions.c.effective_from <= bindparam("at", type_=DateTime(timezone=True)),
        or_(editions.c.ended_at.is_(None), editions.c.ended_at > editions.c.effective_from),
    )
    .order_by(editions.c.effective_from.desc(), editions.c.number.desc())
    .limit(1),
    Edition,
)
"""The edition that had begun last at a time, of those that ever were in force; its own time may have ended by then."""
IDS_OF_CLAUSES: Query[Record] = Query(
    select(
        editions.c.clause_ids,
        case((editions.c.clause_ids.is_(None), editions.c.body), else_=literal_column("''")).label("body"),
    ).where(editions.c.article_id == _article_id)
)
"""The ids of clauses in all editions of an article; the text of those that an earlier build has published."""
