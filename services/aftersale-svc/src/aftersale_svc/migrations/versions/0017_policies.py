"""Our copy of the policies that decisions cite."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policies",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "version"),
    )
    op.create_index("policies_slug_idx", "policies", ["slug", "language", "effective_at"])


def downgrade() -> None:
    op.drop_table("policies")
