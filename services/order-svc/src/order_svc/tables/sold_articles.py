"""The articles that merchants have sold, by which a search finds their orders."""

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Query, Statement
from asyncpg import Record
from sqlalchemy import Column, Index, Table, Text, bindparam, cast, func, not_, or_, select
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
    Index("sold_articles_pairs_idx", "pairs", postgresql_using="gin"),
)

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
_word = func.unnest(bindparam("words", type_=ARRAY(Text))).column_valued("word")
ARTICLES_FOUND: Query[Record] = Query(
    select(sold_articles.c.sku)
    .distinct()
    .where(
        sold_articles.c.pairs.contains(bindparam("pairs", type_=ARRAY(Text))),
        not_(select(_word).where(func.strpos(sold_articles.c.text, _word) == 0).exists()),
        or_(
            cast(bindparam("merchant_id", type_=Text), Text).is_(None),
            sold_articles.c.merchant_id == bindparam("merchant_id", type_=Text),
        ),
    )
    .order_by(sold_articles.c.sku)
    .limit(bindparam("most"))
)
"""The numbers of articles that have all of these words; without a merchant, of all of them."""
