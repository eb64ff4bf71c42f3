"""The articles that merchants have sold are found by parts of their numbers and titles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

ORDERS_AT_A_TIME = 1000
# `OFFSET 0` has lines and articles looked up by their indexes: a join may read whole tables for each batch.
# Ids rise with time: orders that are written meanwhile are in the last batches. Builds of the previous release go on without this
# table until they are replaced. What they alone have sold by then is found by its whole number, and by parts of its title from the
# next order of it on: a trigger would add it at once, but would take a lock on all orders, and stay after those builds.
_ADD_BATCH = sa.text("""
    WITH batch AS (
        SELECT id, merchant_id FROM orders WHERE id > :after ORDER BY id LIMIT :most
    ), sold AS (
        SELECT DISTINCT batch.merchant_id, l.sku, l.title, lower(normalize(l.sku || ' ' || l.title, NFKC)) AS text
        FROM batch CROSS JOIN LATERAL (SELECT sku, title FROM order_lines WHERE order_id = batch.id OFFSET 0) l
    ), added AS (
        INSERT INTO sold_articles (merchant_id, sku, title, text, pairs)
        SELECT merchant_id, sku, title, text,
               (SELECT array_agg(DISTINCT substr(text, place, 2)) FROM generate_series(1, length(text) - 1) AS place)
        FROM sold
        WHERE NOT EXISTS (
            SELECT FROM sold_articles known
            WHERE (known.merchant_id, known.sku, known.title) = (sold.merchant_id, sold.sku, sold.title)
            OFFSET 0
        )
    )
    SELECT max(id) FROM batch
""")


def upgrade() -> None:
    op.create_table(
        "sold_articles",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pairs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "sku", "title", name=op.f("sold_articles_pkey")),
        if_not_exists=True,
    )
    op.create_index("sold_articles_pairs_idx", "sold_articles", ["pairs"], postgresql_using="gin", if_not_exists=True)
    with op.get_context().autocommit_block():
        after = ""
        while after is not None:
            after = op.get_bind().scalar(_ADD_BATCH, {"after": after, "most": ORDERS_AT_A_TIME})


def downgrade() -> None:
    op.drop_table("sold_articles")
