"""Articles may have a public notice period."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("notice_days", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint("articles_notice_days_check", "articles", "notice_days >= 0", postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_column("articles", "notice_days")
