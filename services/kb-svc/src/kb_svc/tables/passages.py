"""Passages of the newest edition of published articles, with their vectors: a worker writes them after the publication."""

from typing import Any

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from kb_svc.domain.articles import PassageModel
from kb_svc.tables.articles import editions
from kb_svc.tables.schema import metadata
from kb_svc.tables.search_index import documents

passages = Table(
    "search_passages",
    metadata,
    Column("article_id", Text, ForeignKey("articles.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    text("model"),
    text("kind"),
    text("language"),
    # One bit per dimension: the rows that a search reads are small.
    Column("bits", BIT(varying=True), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Index("search_passages_model_idx", "model"),
)
models = Table(
    "search_models",
    metadata,
    Column("model", Text, primary_key=True),
    Column("center", LargeBinary, nullable=False),
)
MODELS = Rows(models, PassageModel)
_article_id = bindparam("article_id", type_=Text)
_model = bindparam("model", type_=Text)
MODEL = Query(select(models).where(models.c.model == _model), PassageModel)
DELETE_PASSAGES = Statement(delete(passages).where(passages.c.article_id == _article_id))
MARK_EMBEDDED = Statement(update(documents).where(documents.c.article_id == _article_id).values(embedded_model=_model))


def _insert() -> Statement:
    """The passages of an article, as arrays: an article has up to forty."""
    arrays = func.unnest(
        bindparam("positions", type_=ARRAY(Integer)),
        bindparam("bits", type_=ARRAY(Text)),
        bindparam("vectors", type_=ARRAY(LargeBinary)),
    )
    part = arrays.table_valued("position", "bits", "vector").render_derived("part")
    same = [bindparam(name, type_=Text) for name in ("article_id", "model", "kind", "language")]
    rows = select(*same, part.c.position, cast(part.c.bits, BIT(varying=True)), part.c.vector).select_from(part)
    return Statement(
        insert(passages).from_select(["article_id", "model", "kind", "language", "position", "bits", "vector"], rows)
    )


INSERT_PASSAGES = _insert()
PENDING: Query[Record] = Query(
    select(
        documents.c.article_id,
        documents.c.number,
        documents.c.kind,
        documents.c.language,
        editions.c.title,
        editions.c.body,
        editions.c.questions,
    )
    .join(editions, (editions.c.article_id == documents.c.article_id) & (editions.c.number == documents.c.number))
    .where(
        or_(
            documents.c.embedded_model.is_(None),
            documents.c.embedded_model < _model,
            documents.c.embedded_model > _model,
        )
    )
    .limit(bindparam("most", type_=Integer))
)
"""Articles whose newest edition has no vectors of this model."""


# Any: the type of a query is that of its first column, and Query takes any.
def _nearest() -> Query[Any]:
    kind, language = bindparam("kind", type_=Text), bindparam("language", type_=Text)
    # Bits of two models may have different lengths, of which PostgreSQL makes no XOR: the CASE keeps it from trying.
    distance = case(
        (
            passages.c.model == _model,
            func.bit_count(passages.c.bits.op("#")(cast(bindparam("bits", type_=Text), BIT(varying=True)))),
        ),
        else_=literal_column("NULL"),
    )
    return Query(
        select(passages.c.article_id, passages.c.position, passages.c.language, passages.c.vector)
        .where(passages.c.model == _model)
        .where(or_(kind.is_(None), passages.c.kind == kind), or_(language.is_(None), passages.c.language == language))
        .order_by(distance, passages.c.article_id, passages.c.position)
        .limit(bindparam("most", type_=Integer))
    )


NEAREST: Query[Record] = _nearest()
"""The passages whose bits differ least from those of the question."""
