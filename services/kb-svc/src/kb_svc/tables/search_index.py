"""The search index: the newest edition of every published article, and nothing else."""

from aftercare_chassis.database.columns import quantity, text
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from kb_svc.domain.articles import IndexedArticle
from kb_svc.domain.ranking import Corpus
from kb_svc.tables.articles import articles, editions
from kb_svc.tables.schema import metadata

documents = Table(
    "search_documents",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    text("kind"),
    text("language"),
    *quantity("length"),
    # Builds of revision 0001 do not write these two columns.
    text("text", null=True),
    Column("analyser", SmallInteger, nullable=False, server_default="1"),
    Index("search_documents_analyser_idx", "analyser"),
)
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
_terms = bindparam("terms", type_=ARRAY(Text))
_article_id = bindparam("article_id", type_=Text)

DOCUMENTS = Rows(documents, IndexedArticle)
OUTDATED_DOCUMENTS = Query(
    select(documents)
    .where(documents.c.analyser < bindparam("analyser", type_=SmallInteger))
    .order_by(documents.c.article_id)
    .limit(bindparam("articles", type_=Integer)),
    IndexedArticle,
)
DELETE_DOCUMENT = Statement(delete(documents).where(documents.c.article_id == _article_id))
DELETE_POSTINGS = Statement(delete(postings).where(postings.c.article_id == _article_id))
INSERT_POSTINGS = Statement(
    insert(postings).from_select(
        ["article_id", "term", "times"],
        select(cast(_article_id, Text), func.unnest(_terms), func.unnest(bindparam("times", type_=ARRAY(Integer)))),
    )
)
COUNT_DOWN = Statement(
    update(term_frequencies)
    .values(documents=term_frequencies.c.documents - 1)
    .where(term_frequencies.c.term == postings.c.term, postings.c.article_id == _article_id)
)
_counted = insert(term_frequencies).from_select(["term", "documents"], select(func.unnest(_terms), literal(1)))
COUNT_UP = Statement(
    _counted.on_conflict_do_update(index_elements=["term"], set_={"documents": term_frequencies.c.documents + 1})
)
_sums = insert(corpus).from_select(
    ["id", "documents", "length"],
    select(literal(1), func.count(), func.coalesce(func.sum(documents.c.length), 0)).select_from(documents),
)
UPDATE_CORPUS = Statement(
    _sums.on_conflict_do_update(
        index_elements=["id"], set_={"documents": _sums.excluded.documents, "length": _sums.excluded.length}
    )
)

CORPUS = Query(select(corpus.c.documents, corpus.c.length), Corpus)
TERM_FREQUENCIES: Query[Record] = Query(select(term_frequencies).where(term_frequencies.c.term == any_(_terms)))


def _candidates() -> Query[Record]:
    """At most `:candidates` articles that have one of the `:rarest` terms, with their counts of all `:terms`.

    Those with the highest sum of saturated, weighted counts come first.
    """
    pairs = func.unnest(bindparam("rarest", type_=ARRAY(Text)), bindparam("weights", type_=ARRAY(Float)))
    rare = pairs.table_valued("term", "weight").render_derived("rare")
    kind, language = bindparam("kind", type_=Text), bindparam("language", type_=Text)
    estimate = func.sum(rare.c.weight * postings.c.times / (postings.c.times + 1.0))
    picked = (
        select(documents.c.article_id, documents.c.length)
        .select_from(rare)
        .join(postings, postings.c.term == rare.c.term)
        .join(documents, documents.c.article_id == postings.c.article_id)
        .where(or_(kind.is_(None), documents.c.kind == kind), or_(language.is_(None), documents.c.language == language))
        .group_by(documents.c.article_id)
        .order_by(estimate.desc(), documents.c.article_id)
        .limit(bindparam("candidates", type_=Integer))
        .cte("picked")
    )
    found = postings.alias("found")
    return Query(
        select(
            picked.c.article_id,
            picked.c.length,
            func.array_agg(found.c.term).label("terms"),
            func.array_agg(found.c.times).label("times"),
        )
        .join_from(picked, found, found.c.article_id == picked.c.article_id)
        .where(found.c.term == any_(_terms))
        .group_by(picked.c.article_id, picked.c.length)
    )


CANDIDATES = _candidates()
HITS: Query[Record] = Query(
    select(
        articles.c.id,
        articles.c.kind,
        articles.c.slug,
        articles.c.language,
        editions.c.number,
        editions.c.title,
        func.coalesce(documents.c.text, editions.c.body).label("text"),
        editions.c.published_at,
    )
    .join_from(documents, articles, articles.c.id == documents.c.article_id)
    .join(editions, (editions.c.article_id == documents.c.article_id) & (editions.c.number == documents.c.number))
    .where(documents.c.article_id == any_(bindparam("ids", type_=ARRAY(Text))))
)
