"""Versions, drafts and rows of imports have questions: other ways in which people ask what the article answers.

Builds of 0012 write none, and publish a draft without those that it has.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("drafts", "article_versions"):
        op.add_column(table, sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.add_column("article_import_rows", sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    for table in ("article_import_rows", "article_versions", "drafts"):
        op.drop_column(table, "questions")
