"""The search index in one row per article: its term counts, and the positions of terms in its text.

Builds of revision 0002 go on beside it with their own index. They do not find what this build publishes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("search_documents", sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("search_documents", sa.Column("positions", sa.Text(), nullable=True))
    op.create_index(
        "search_documents_terms_idx",
        "search_documents",
        ["terms"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "search_documents_sample_idx",
        "search_documents",
        ["terms"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sa.text("right(article_id, 1) = '0'"),
    )
    op.create_index(
        "search_documents_length_idx",
        "search_documents",
        ["length"],
        unique=False,
        postgresql_where=sa.text("terms IS NOT NULL AND length >= 0"),
    )
    op.create_index(
        "search_documents_sample_length_idx",
        "search_documents",
        ["length"],
        unique=False,
        postgresql_where=sa.text("terms IS NOT NULL AND length >= 0 AND right(article_id, 1) = '0'"),
    )


def downgrade() -> None:
    op.drop_index("search_documents_sample_length_idx", table_name="search_documents")
    op.drop_index("search_documents_length_idx", table_name="search_documents")
    op.drop_index("search_documents_sample_idx", table_name="search_documents")
    op.drop_index("search_documents_terms_idx", table_name="search_documents")
    op.drop_column("search_documents", "positions")
    op.drop_column("search_documents", "counts")
    op.drop_column("search_documents", "terms")
