"""The search index of builds up to revision 0002: a row per term of an article, and its statistics.

They go on using it during a rollout, so a later revision removes it. This build only deletes the rows of retired articles.
"""

from aftercare_chassis.database.columns import quantity
from aftercare_chassis.database.mapping import Statement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    bindparam,
    delete,
)

from kb_svc.tables.schema import metadata

postings = Table(
    "search_postings",
    metadata,
    Column("term", Text, primary_key=True),
    Column("article_id", Text, ForeignKey("search_documents.article_id"), primary_key=True),
    Column("times", Integer, nullable=False),
    CheckConstraint("times > 0", name="times"),
    Index("search_postings_article_idx", "article_id"),
)
term_frequencies = Table("search_terms", metadata, Column("term", Text, primary_key=True), *quantity("documents"))
corpus = Table(
    "search_corpus",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("documents", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="id"),
)

DELETE_POSTINGS = Statement(delete(postings).where(postings.c.article_id == bindparam("article_id", type_=Text)))
