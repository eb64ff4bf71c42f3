"""Our copies of the published articles of the knowledge base, with their words."""

from aftercare_chassis.database.columns import text, timestamp
from aftercare_chassis.database.mapping import Rows, Statement
from sqlalchemy import Boolean, Column, Integer, Table, Text, bindparam, false, true, update

from cs_svc.domain.articles import KnownArticle, KnownClause
from cs_svc.tables.schema import metadata

known_articles = Table(
    "known_articles",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text("kind"),
    text("slug"),
    text("language"),
    text("title"),
    timestamp("effective_at"),
    Column("complete", Boolean, nullable=False),
    Column("retired", Boolean, nullable=False),
    timestamp("effective_until", null=True),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
)
known_clauses = Table(
    "known_clauses",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    text("clause_id"),
    text("heading", null=True),
    text("text"),
)

KNOWN_ARTICLES = Rows(known_articles, KnownArticle)
KNOWN_CLAUSES = Rows(known_clauses, KnownClause)
RETIRE_ARTICLE = Statement(
    update(known_articles)
    .where(known_articles.c.article_id == bindparam("of_article", type_=Text))
    .values(retired=true())
)
WITHDRAW_VERSION = Statement(
    update(known_articles)
    .where(
        known_articles.c.article_id == bindparam("of_article", type_=Text),
        known_articles.c.number == bindparam("of_number", type_=Integer),
    )
    .values(withdrawn=true())
)
