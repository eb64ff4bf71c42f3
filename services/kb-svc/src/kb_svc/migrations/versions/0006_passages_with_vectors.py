"""Passages of articles with their vectors, which a worker writes after the publication. Builds of 0005 do without."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("search_documents", sa.Column("embedded_model", sa.Text(), nullable=True))
    op.create_table(
        "search_models",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("center", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model"),
    )
    op.create_table(
        "search_passages",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("bits", postgresql.BIT(varying=True), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article_id", "position"),
    )
    op.create_index("search_passages_model_idx", "search_passages", ["model"])
    indexes.create("search_documents_embedded_idx", "search_documents", ["embedded_model"])


def downgrade() -> None:
    op.drop_index("search_documents_embedded_idx", table_name="search_documents")
    op.drop_table("search_passages")
    op.drop_table("search_models")
    op.drop_column("search_documents", "embedded_model")
