"""Administrators set synonyms of the search; each version of a list is kept."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_synonyms",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_content(),
        sa.CheckConstraint("version > 0", name="search_synonyms_version_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "search_synonym_versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_content(),
        sa.ForeignKeyConstraint(["id"], ["search_synonyms.id"]),
        sa.PrimaryKeyConstraint("id", "version"),
    )


def _content() -> list[sa.Column[Any]]:  # Any: their types
    return [
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", postgresql.JSONB(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("search_synonym_versions")
    op.drop_table("search_synonyms")
