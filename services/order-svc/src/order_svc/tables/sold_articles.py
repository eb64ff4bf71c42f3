"""The articles that merchants have sold, by which a search finds their orders."""

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Query, Statement
from asyncpg import Record
from sqlalchemy import Column, ColumnElement, Index, Table, Text, bindparam, func, not_, select, union_all
from sqlalchemy import text as text_
from sqlalchemy.dialects.postgresql import ARRAY, insert

from order_svc.tables.schema import metadata

sold_articles = Table(
    "sold_articles",
    metadata,
    Column("merchant_id", Text, primary_key=True),
    Column("sku", Text, primary_key=True),
    Column("title", Text, primary_key=True),
    text("text"),
    Column("pairs", ARRAY(Text), nullable=False),
)
# With the merchant as one more element: an index of the pairs alone leads to all merchants' articles.
_tagged = func.array_append(sold_articles.c.pairs, text_("'=' || merchant_id"), type_=ARRAY(Text))
_hash = func.hashtextextended(sold_articles.c.text, text_("0"))
Index("sold_articles_tagged_idx", _tagged, postgresql_using="gin")
Index("sold_articles_hash_idx", _hash)
Index("sold_articles_merchant_hash_idx", sold_articles.c.merchant_id, _hash)

_new = select(
    *(func.unnest(bindparam(f"{name}s", type_=ARRAY(Text))).label(name) for name in ("sku", "title", "text"))
).subquery("new")
_place = func.generate_series(1, func.length(_new.c.text) - 1).column_valued("place")
_pairs = select(func.array_agg(func.substr(_new.c.text, _place, 2).distinct())).correlate(_new).scalar_subquery()
_known = select(sold_articles.c.sku).where(
    sold_articles.c.merchant_id == bindparam("merchant_id", type_=Text),
    sold_articles.c.sku == _new.c.sku,
    sold_articles.c.title == _new.c.title,
)
ADD_ARTICLES = Statement(
    insert(sold_articles)
    .from_select(
        ["merchant_id", "sku", "title", "text", "pairs"],
        select(bindparam("merchant_id", type_=Text), *_new.c, _pairs).where(not_(_known.exists())),
    )
    .on_conflict_do_nothing()
)
"""Articles that a merchant has not sold before."""


def _found(of_merchant: bool) -> Query[Record]:
    """The numbers of articles that have all of these words, in their order: of a merchant, or of all of them.

    Where the first `sampled` articles in the order of their hashes, which is as good as any at random, have `most` numbers, those are found.
    Else what the pairs lead to counts, too, up to `candidates` articles. So a word that thousands of articles have takes as long as any other: to
    sort all of them took 0.6 s among 200,000.
    """
    merchant_id = bindparam("merchant_id", type_=Text)
    own = [sold_articles.c.merchant_id == merchant_id] if of_merchant else []
    place = [sold_articles.c.merchant_id, _hash] if of_merchant else [_hash]
    sampled = (
        select(sold_articles.c.sku, sold_articles.c.text).where(*own).order_by(*place).limit(bindparam("sampled"))
    ).cte("sampled")
    hits = select(sampled.c.sku).where(_has_words(sampled.c.text)).distinct().cte("hits")
    # A common table expression is planned to be read to its end, and is read as far as needed: with a LIMIT of its own, the planner would
    # rather read the whole table than an index, where it expects many.
    indexed = (
        select(sold_articles.c.sku)
        .where(*own, _tagged.contains(bindparam("pairs", type_=ARRAY(Text))), _has_words(sold_articles.c.text))
        .cte("indexed")
    )
    few = select(func.count()).select_from(hits).scalar_subquery() < bindparam("most")
    more = select(select(indexed.c.sku).limit(bindparam("candidates")).subquery("more").c.sku).where(few)
    each = union_all(select(hits.c.sku), more).subquery("each")
    return Query(select(each.c.sku).distinct().order_by(each.c.sku).limit(bindparam("most")))


def _has_words(text: ColumnElement[str]) -> ColumnElement[bool]:
    word = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("word")
    return not_(select(word).where(func.strpos(text, word) == 0).exists())


ARTICLES_FOUND = _found(of_merchant=False)
ARTICLES_OF_MERCHANT_FOUND = _found(of_merchant=True)
