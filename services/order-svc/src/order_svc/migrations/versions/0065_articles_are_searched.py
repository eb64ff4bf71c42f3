"""The articles that merchants have sold are found by parts of their numbers and titles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sold_articles",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pairs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "sku", "title", name=op.f("sold_articles_pkey")),
    )
    op.create_index("sold_articles_pairs_idx", "sold_articles", ["pairs"], postgresql_using="gin")
    op.execute("""
        INSERT INTO sold_articles (merchant_id, sku, title, text, pairs)
        SELECT merchant_id, sku, title, text,
               (SELECT array_agg(DISTINCT substr(text, place, 2)) FROM generate_series(1, length(text) - 1) AS place)
        FROM (
            SELECT DISTINCT o.merchant_id, l.sku, l.title, lower(normalize(l.sku || ' ' || l.title, NFKC)) AS text
            FROM orders o JOIN order_lines l ON l.order_id = o.id
        ) AS sold
    """)


def downgrade() -> None:
    op.drop_table("sold_articles")
