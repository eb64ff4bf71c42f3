"""The tables of kb-svc and its statements, compiled once."""

from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from kb_svc.domain.lifecycle import ROLES
from kb_svc.domain.model import Article, Draft, Edition, Indexed, State
from kb_svc.domain.ranking import Corpus

metadata = MetaData()

# CHECKs stand beside the columns and have names: a migration is only generated for such.

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("published", Integer, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    CheckConstraint("(published > 0) = (published_at IS NOT NULL)", name="articles_published_at_check"),
    CheckConstraint("state <> 'published' OR published > 0", name="articles_published_state_check"),
    CheckConstraint("state <> 'draft' OR published = 0", name="articles_draft_state_check"),
    CheckConstraint("version >= 1", name="articles_version_check"),
    CheckConstraint("kind IN ('policy', 'article')", name="articles_kind_check"),
    CheckConstraint("state IN ('draft', 'published', 'retired')", name="articles_state_check"),
)
Index(
    "articles_slug_key",
    articles.c.slug,
    articles.c.language,
    unique=True,
    postgresql_where=articles.c.state != literal_column("'retired'"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
)

# Rows are only ever added: what was published stays as it was said, also after the article is retired.
editions = Table(
    "article_versions",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("number >= 1", name="article_versions_number_check"),
)

# The search index: the newest published version of every article in force, and nothing else.
indexed = Table(
    "search_documents",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("length", Integer, nullable=False),
    # What the first build leaves out: it runs beside this one for the time of a rollout.
    Column("text", Text),
    Column("analyser", SmallInteger, nullable=False, server_default="1"),
    Index("search_documents_analyser_idx", "analyser"),
    CheckConstraint("length >= 0", name="search_documents_length_check"),
)
postings = Table(
    "search_postings",
    metadata,
    Column("term", Text, primary_key=True),
    Column("article_id", Text, ForeignKey("search_documents.article_id"), primary_key=True),
    Column("times", Integer, nullable=False),
    Index("search_postings_article_idx", "article_id"),
    CheckConstraint("times > 0", name="search_postings_times_check"),
)
frequencies = Table(
    "search_terms",
    metadata,
    Column("term", Text, primary_key=True),
    Column("documents", Integer, nullable=False),
    CheckConstraint("documents >= 0", name="search_terms_documents_check"),
)
corpus = Table(
    "search_corpus",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("documents", Integer, nullable=False),
    Column("length", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="search_corpus_id_check"),
)

_terms = bindparam("terms", type_=ARRAY(Text))
_article_id = bindparam("article_id", type_=Text)

ARTICLES = Rows(articles, Article)
DRAFTS = Rows(drafts, Draft)
EDITIONS = Rows(editions, Edition)
INDEXED = Rows(indexed, Indexed)

LIST = Listing(articles, Article, filters=("state", "kind", "language", "slug"), seen_by=dict.fromkeys(ROLES))
BY_SLUG = Query(
    select(*articles.c).where(
        articles.c.slug == bindparam("slug"),
        articles.c.language == bindparam("language"),
        articles.c.state != State.RETIRED.value,
    ),
    Article,
)
HISTORY = Query(
    select(*editions.c).where(editions.c.article_id == _article_id).order_by(editions.c.number.desc()).limit(200),
    Edition,
)
DROP_DRAFT = Statement(delete(drafts).where(drafts.c.article_id == _article_id))

# Writers of the index take turns: two of them counting the same words up would otherwise wait for each other in a circle.
TURN: Query[Record] = Query(select(func.pg_advisory_xact_lock(literal_column("716001"))))

COUNT_DOWN = Statement(
    update(frequencies)
    .values(documents=frequencies.c.documents - 1)
    .where(frequencies.c.term == postings.c.term, postings.c.article_id == _article_id)
)
DROP_POSTINGS = Statement(delete(postings).where(postings.c.article_id == _article_id))
DROP_INDEXED = Statement(delete(indexed).where(indexed.c.article_id == _article_id))
ADD_POSTINGS = Statement(
    insert(postings).from_select(
        ["article_id", "term", "times"],
        select(cast(_article_id, Text), func.unnest(_terms), func.unnest(bindparam("times", type_=ARRAY(Integer)))),
    )
)
_counted = insert(frequencies).from_select(["term", "documents"], select(func.unnest(_terms), literal(1)))
COUNT_UP = Statement(
    _counted.on_conflict_do_update(index_elements=["term"], set_={"documents": frequencies.c.documents + 1})
)
_summed = insert(corpus).from_select(
    ["id", "documents", "length"],
    select(literal(1), func.count(), func.coalesce(func.sum(indexed.c.length), 0)).select_from(indexed),
)
SUM_UP = Statement(
    _summed.on_conflict_do_update(
        index_elements=["id"], set_={"documents": _summed.excluded.documents, "length": _summed.excluded.length}
    )
)

STALE = Query(
    select(*indexed.c)
    .where(indexed.c.analyser < bindparam("analyser", type_=SmallInteger))
    .order_by(indexed.c.article_id)
    .limit(bindparam("articles", type_=Integer)),
    Indexed,
)

CORPUS = Query(select(corpus.c.documents, corpus.c.length), Corpus)
FREQUENCIES: Query[Record] = Query(
    select(frequencies.c.term, frequencies.c.documents).where(frequencies.c.term == any_(_terms))
)


def _candidates() -> Query[Record]:
    """Articles that have one of the rarest terms, the most promising first and only so many, with their counts of every term asked."""
    pairs = func.unnest(bindparam("rarest", type_=ARRAY(Text)), bindparam("rarities", type_=ARRAY(Float)))
    rare = pairs.table_valued("term", "rarity").render_derived("rare")
    kind, language = bindparam("kind", type_=Text), bindparam("language", type_=Text)
    promise = func.sum(rare.c.rarity * postings.c.times / (postings.c.times + 1.0))
    picked = (
        select(indexed.c.article_id, indexed.c.length)
        .select_from(rare)
        .join(postings, postings.c.term == rare.c.term)
        .join(indexed, indexed.c.article_id == postings.c.article_id)
        .where(or_(kind.is_(None), indexed.c.kind == kind), or_(language.is_(None), indexed.c.language == language))
        .group_by(indexed.c.article_id)
        .order_by(promise.desc(), indexed.c.article_id)
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
FOUND: Query[Record] = Query(
    select(
        articles.c.id,
        articles.c.kind,
        articles.c.slug,
        articles.c.language,
        editions.c.number,
        editions.c.title,
        func.coalesce(indexed.c.text, editions.c.body).label("text"),
        editions.c.published_at,
    )
    .join_from(indexed, articles, articles.c.id == indexed.c.article_id)
    .join(editions, (editions.c.article_id == indexed.c.article_id) & (editions.c.number == indexed.c.number))
    .where(indexed.c.article_id == any_(bindparam("ids", type_=ARRAY(Text))))
)
