"""Feedback of readers about versions of articles, and its counts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reader_role", sa.Text(), nullable=False),
        sa.Column("reader_id", sa.Text(), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="article_feedback_version_check"),
        sa.ForeignKeyConstraint(["article_id", "number"], ["article_versions.article_id", "article_versions.number"]),
        sa.PrimaryKeyConstraint("id"),
    )
    reader = ["article_id", "number", "reader_role", "reader_id"]
    op.create_index("article_feedback_reader_key", "article_feedback", reader, unique=True)
    op.create_index("article_feedback_article_idx", "article_feedback", ["article_id", "id"])
    op.create_index("article_feedback_changed_idx", "article_feedback", ["changed_at"])
    op.create_table(
        "article_helpfulness",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("not_helped", sa.Integer(), nullable=False),
        sa.CheckConstraint("helped >= 0", name="article_helpfulness_helped_check"),
        sa.CheckConstraint("not_helped >= 0", name="article_helpfulness_not_helped_check"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"]),
        sa.PrimaryKeyConstraint("article_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("article_helpfulness")
    op.drop_table("article_feedback")
