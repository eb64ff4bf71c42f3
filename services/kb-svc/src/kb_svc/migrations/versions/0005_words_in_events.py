"""Of which editions the words are in events; `migrate` publishes those of all others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_texts",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("published_texts_article_id_fkey")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("published_texts_pkey")),
    )


def downgrade() -> None:
    op.drop_table("published_texts")
