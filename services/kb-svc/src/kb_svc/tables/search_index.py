"""The search index: the newest edition of every published article, one row each, and nothing else."""

from typing import Any

from aftercare_chassis.database.columns import quantity, text
from aftercare_chassis.database.mapping import Query, Rows, Statement
from aftercare_language.ranking import Corpus
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, array

from kb_svc.domain.articles import IndexedArticle
from kb_svc.tables.articles import articles, editions
from kb_svc.tables.schema import metadata

SAMPLED = 16
"""One article in so many is in the sample: ids end in a random hexadecimal digit."""
ENOUGH = 256
"""Articles of a sample from which a number is estimated, within 6 % (standard error). Smaller numbers are counted."""
_IN_SAMPLE = "right(article_id, 1) = '0'"

documents = Table(
    "search_documents",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    text("kind"),
    text("language"),
    *quantity("length"),
    # Builds of revision 0001 write none of these, those of 0002 the first two. Without `terms` an article is not found.
    text("text", null=True),
    Column("analyser", SmallInteger, nullable=False, server_default="1"),
    # The keys of `counts` once more: an index of the keys of a JSONB reads each row that it finds, to check it.
    Column("terms", ARRAY(Text), nullable=True),
    Column("counts", JSONB, nullable=True),
    text("positions", null=True),
    # Which model the passages have vectors of; none yet after a publication.
    text("embedded_model", null=True),
    Index("search_documents_analyser_idx", "analyser"),
    Index("search_documents_embedded_idx", "embedded_model"),
    # Without `fastupdate` a search need not read a list of pending entries for each of its terms.
    Index("search_documents_terms_idx", "terms", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)
# Predicates of indexes are compared with those of a statement as texts, so they have no parameters.
_indexed = documents.c.terms.is_not(None) & (documents.c.length >= literal_column("0"))
_sampled = literal_column(_IN_SAMPLE, Boolean)
Index(
    "search_documents_sample_idx",
    documents.c.terms,
    postgresql_using="gin",
    postgresql_with={"fastupdate": "off"},
    postgresql_where=sql(_IN_SAMPLE),
)
# The condition of the length, always true, keeps the planner from taking these indexes where articles are counted by a term.
_WITH_LENGTH = "terms IS NOT NULL AND length >= 0"
Index("search_documents_length_idx", documents.c.length, postgresql_where=sql(_WITH_LENGTH))
Index(
    "search_documents_sample_length_idx", documents.c.length, postgresql_where=sql(f"{_WITH_LENGTH} AND {_IN_SAMPLE}")
)
_terms = bindparam("terms", type_=ARRAY(Text))
_article_id = bindparam("article_id", type_=Text)

DOCUMENTS = Rows(documents, IndexedArticle)
_indexed_editions = select(documents.c.article_id, documents.c.number, documents.c.analyser)
OUTDATED_EDITION: Query[Record] = Query(
    _indexed_editions.where(documents.c.analyser < bindparam("analyser", type_=SmallInteger))
    .order_by(documents.c.analyser)
    .limit(1)
)
INDEXED_EDITION: Query[Record] = Query(_indexed_editions.where(documents.c.article_id == _article_id))
INDEXED_NUMBER: Query[Record] = Query(select(documents.c.number).where(documents.c.article_id == _article_id))
DELETE_DOCUMENT = Statement(delete(documents).where(documents.c.article_id == _article_id))


# Any: the type of a query is that of its first column, and Query takes any.
def _counted(
    found: ColumnElement[bool], source: FromClause | None = None
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The number of articles that are `found`, and the sum of their lengths, for each row of `source`.

    Where the sample has enough of them, both are estimated by it: to count 50,000 rows would take longer than the search.
    """
    numbers = select(func.count().label("documents"), func.coalesce(func.sum(documents.c.length), 0).label("length"))
    sample = numbers.where(found, _sampled).lateral("sample")
    every = numbers.where(found, sample.c.documents < literal_column(str(ENOUGH))).lateral("every")
    tables = (sample if source is None else source.join(sample, true())).join(every, true())
    is_estimated = sample.c.documents >= ENOUGH
    return tables, [
        cast(case((is_estimated, sample.c[name] * SAMPLED), else_=every.c[name]), BigInteger).label(name)
        for name in ("documents", "length")
    ]


def _corpus() -> Query[Corpus]:
    tables, numbers = _counted(_indexed)
    return Query(select(*numbers).select_from(tables), Corpus)


def _frequencies() -> Query[Record]:
    """The number of articles that have each of the `:terms`."""
    asked = func.unnest(_terms).table_valued("term").render_derived("asked")
    tables, (number, _) = _counted(documents.c.terms.contains(array([asked.c.term])), asked)
    return Query(select(asked.c.term, number).select_from(tables))


def _candidates() -> Query[Record]:
    """At most `:candidates` articles that have all terms of one of the `:probes`, with their counts of all `:terms` in this order.

    A probe is terms with spaces between them; of each, at most `:most_read` articles are read. Those with the highest sum of weights
    come first, of equal ones the shorter.
    """
    pairs = func.unnest(bindparam("probes", type_=ARRAY(Text)), bindparam("weights", type_=ARRAY(Float)))
    probe = pairs.table_valued("terms", "weight").render_derived("probe")
    kind, language = bindparam("kind", type_=Text), bindparam("language", type_=Text)
    # A MATERIALIZED part is planned for all of its rows: with the LIMIT in sight, the planner may read all articles in place of the index.
    # It is read only up to the LIMIT: the articles of a common word are many, and to read them all took most of a search.
    matches = (
        select(documents.c.article_id, documents.c.length)
        .where(
            documents.c.terms.contains(func.string_to_array(probe.c.terms, literal_column("' '"), type_=ARRAY(Text)))
        )
        .where(or_(kind.is_(None), documents.c.kind == kind), or_(language.is_(None), documents.c.language == language))
        .correlate(probe)
        .cte("matches", nesting=True)
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    found = select(matches).limit(bindparam("most_read", type_=Integer)).lateral("found")
    picked = (
        select(found.c.article_id)
        .select_from(probe.join(found, true()))
        .group_by(found.c.article_id, found.c.length)
        .order_by(func.sum(probe.c.weight).desc(), found.c.length, found.c.article_id)
        .limit(bindparam("candidates", type_=Integer))
        .cte("picked")
    )
    # `||` reads the stored value, and OFFSET 0 keeps the planner from repeating that for each term.
    read = (
        select(
            documents.c.article_id,
            documents.c.length,
            documents.c.language,
            documents.c.counts.concat(literal_column("'{}'::jsonb", JSONB)).label("counts"),
        )
        .where(documents.c.article_id == picked.c.article_id)
        .offset(literal_column("0"))
        .lateral("read")
    )
    asked = func.unnest(_terms).table_valued("term", with_ordinality="place").render_derived("asked")
    times = func.coalesce(cast(read.c.counts[asked.c.term], Integer), 0)
    all_times = select(func.array_agg(aggregate_order_by(times, asked.c.place))).select_from(asked).scalar_subquery()
    return Query(
        select(read.c.article_id, read.c.length, read.c.language, all_times.label("times")).select_from(
            picked.join(read, true())
        )
    )


def _known_words() -> Query[Record]:
    """The English stems of at most `:sources` articles, with the number of these that have each."""
    newest = (
        select(documents.c.terms)
        .order_by((documents.c.kind != literal_column("'policy'")), documents.c.article_id.desc())
        .limit(bindparam("sources", type_=Integer))
        .subquery("newest")
    )
    sources = select(func.unnest(newest.c.terms).label("term")).subquery("words")
    return Query(
        select(sources.c.term, func.count().label("documents"))
        .where(sources.c.term.op("~")(literal_column("'^[a-z]{3,}$'")))
        .group_by(sources.c.term)
    )


CORPUS = _corpus()
FREQUENCIES = _frequencies()
CANDIDATES = _candidates()
KNOWN_WORDS = _known_words()
HITS: Query[Record] = Query(
    select(
        articles.c.id,
        articles.c.kind,
        articles.c.slug,
        articles.c.language,
        editions.c.number,
        editions.c.title,
        documents.c.text,
        documents.c.positions,
        editions.c.published_at,
    )
    .join_from(documents, articles, articles.c.id == documents.c.article_id)
    .join(editions, (editions.c.article_id == documents.c.article_id) & (editions.c.number == documents.c.number))
    .where(documents.c.article_id == any_(bindparam("ids", type_=ARRAY(Text))), documents.c.positions.is_not(None))
)
